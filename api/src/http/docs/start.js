// Starts the documentation on this server's own contract, and sends what is tried out to this server.
window.onload = async () => {
  const answer = await fetch("/openapi.json", { headers: { Accept: "application/json" } });
  const spec = await answer.json();
  spec.servers = [{ url: window.location.origin, description: "This server" }];
  window.ui = SwaggerUIBundle({
    spec,
    dom_id: "#docs",
    deepLinking: true,
    docExpansion: "none",
    filter: true,
    displayRequestDuration: true,
    persistAuthorization: false,
    validatorUrl: null,
    tryItOutEnabled: true,
    presets: [SwaggerUIBundle.presets.apis],
    layout: "BaseLayout",
  });
};
