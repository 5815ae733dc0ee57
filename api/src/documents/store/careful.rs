//! The way to the S3 server: the client's own, except that a content sent in parts is only put together where nothing has its key yet.
//! `object_store` asks for that itself when a content is sent at once, and has no way to ask for it in parts. S3 servers that don't know the condition ignore it.
use object_store::ClientOptions;
use object_store::client::{HttpClient, HttpConnector, HttpError, HttpRequest, HttpResponse, HttpService, ReqwestConnector};
use reqwest::Method;
use reqwest::header::{HeaderValue, IF_NONE_MATCH};
use std::future::Future;
use std::pin::Pin;

/// Makes such clients.
#[derive(Debug)]
pub struct Careful;

impl HttpConnector for Careful {
    fn connect(&self, options: &ClientOptions) -> object_store::Result<HttpClient> {
        let client = ReqwestConnector::default().connect(options)?;
        Ok(HttpClient::new(Client(client)))
    }
}

#[derive(Debug)]
struct Client(HttpClient);

impl HttpService for Client {
    fn call<'s, 'f>(&'s self, mut request: HttpRequest) -> Pin<Box<dyn Future<Output = Result<HttpResponse, HttpError>> + Send + 'f>>
    where
        's: 'f,
        Self: 'f,
    {
        let completes = |query: &str| query.split('&').any(|part| part.starts_with("uploadId="));
        if request.method() == Method::POST && request.uri().query().is_some_and(completes) {
            request.headers_mut().insert(IF_NONE_MATCH, HeaderValue::from_static("*"));
        }
        Box::pin(self.0.execute(request))
    }
}
