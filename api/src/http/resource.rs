//! An address with its methods: what it does not take is 405 with `Allow`, and OPTIONS says the same.
use super::problem::Failure;
use actix_web::dev::{AppService, HttpServiceFactory};
use actix_web::http::header::{HeaderName, HeaderValue};
use actix_web::http::{Method, StatusCode};
use actix_web::{HttpResponse, Route, web};

/// Mounts routes under a path. HEAD comes with GET.
pub struct Address {
    path: String,
    routes: Vec<(Method, Route)>,
}

impl Address {
    pub fn new(path: impl Into<String>) -> Self {
        Address {
            path: path.into(),
            routes: Vec::new(),
        }
    }
    /// Adds a method.
    pub fn on(mut self, method: Method, route: Route) -> Self {
        self.routes.push((method, route));
        self
    }
    /// Adds GET and HEAD from one maker of routes.
    pub fn get(self, make: impl Fn() -> Route) -> Self {
        self.on(Method::GET, make().method(Method::GET))
            .on(Method::HEAD, make().method(Method::HEAD))
    }
    /// Adds POST.
    pub fn post(self, route: Route) -> Self {
        self.on(Method::POST, route.method(Method::POST))
    }
    /// Adds PATCH.
    pub fn patch(self, route: Route) -> Self {
        self.on(Method::PATCH, route.method(Method::PATCH))
    }
    /// Adds PUT.
    pub fn put(self, route: Route) -> Self {
        self.on(Method::PUT, route.method(Method::PUT))
    }
    /// Adds DELETE.
    pub fn delete(self, route: Route) -> Self {
        self.on(Method::DELETE, route.method(Method::DELETE))
    }
}

impl HttpServiceFactory for Address {
    fn register(self, config: &mut AppService) {
        let mut allow: Vec<&str> = self.routes.iter().map(|(m, _)| m.as_str()).collect();
        allow.push("OPTIONS");
        allow.sort_unstable();
        let allow = HeaderValue::from_str(&allow.join(", ")).unwrap_or(HeaderValue::from_static("OPTIONS"));
        let mut resource = web::resource(self.path);
        for (_, route) in self.routes {
            resource = resource.route(route);
        }
        let (told, refused) = (allow.clone(), allow);
        resource
            .route(web::method(Method::OPTIONS).to(move || {
                let allow = told.clone();
                async move { HttpResponse::NoContent().insert_header(("Allow", allow)).finish() }
            }))
            .default_service(web::to(move || {
                let allow = refused.clone();
                async move {
                    let header = (HeaderName::from_static("allow"), allow);
                    Err::<HttpResponse, _>(Failure::Protocol(
                        StatusCode::METHOD_NOT_ALLOWED,
                        "method_not_allowed",
                        Some(header),
                    ))
                }
            }))
            .register(config);
    }
}
