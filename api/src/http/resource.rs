//! An address with its methods: what it does not take is 405 with `Allow`, and OPTIONS says the same. And many addresses in one tree: the
//! framework alone tries one address after the other, each with a regular expression of its own, which would take a request for the last
//! of a few hundred longer than its answer, and each of the server's threads much of its memory.
use super::problem::Failure;
use actix_web::dev::{AppService, HttpServiceFactory, ResourceDef, Service, ServiceFactory, ServiceRequest, ServiceResponse};
use actix_web::http::header::{HeaderName, HeaderValue};
use actix_web::http::{Method, StatusCode};
use actix_web::{HttpResponse, Route};
use domain::core::error::Error;
use futures_util::future::{LocalBoxFuture, try_join_all};
use std::cell::{OnceCell, RefCell};
use std::future::ready;
use std::task::{Context, Poll};
use utoipa::openapi::path::Paths;
use utoipa::openapi::{RefOr, Schema};
use utoipa_actix_web::OpenApiFactory;

type Answer = LocalBoxFuture<'static, Result<ServiceResponse, actix_web::Error>>;
type RouteService = <Route as ServiceFactory<ServiceRequest>>::Service;

thread_local! {
    /// Addresses while a list of services is being registered between [`Gather`] and [`Mount`].
    static GATHERED: RefCell<Option<Vec<Address>>> = const { RefCell::new(None) };
}

/// From here on addresses wait for [`Mount`].
#[derive(Debug)]
pub struct Gather;

impl HttpServiceFactory for Gather {
    fn register(self, _: &mut AppService) {
        GATHERED.replace(Some(Vec::new()));
    }
}
impl OpenApiFactory for Gather {
    fn paths(&self) -> Paths {
        Paths::new()
    }
    fn schemas(&self, _: &mut Vec<(String, RefOr<Schema>)>) {}
}

/// Mounts the addresses that were gathered, as one tree. A word goes before a parameter in the same place, whichever came first.
#[derive(Debug)]
pub struct Mount;

impl HttpServiceFactory for Mount {
    fn register(self, config: &mut AppService) {
        let tree = Tree(GATHERED.take().unwrap_or_default());
        config.register_service(ResourceDef::root_prefix(""), None, tree, None);
    }
}
impl OpenApiFactory for Mount {
    fn paths(&self) -> Paths {
        Paths::new()
    }
    fn schemas(&self, _: &mut Vec<(String, RefOr<Schema>)>) {}
}

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
        self.on(Method::GET, make()).on(Method::HEAD, make())
    }
    /// Adds POST.
    pub fn post(self, route: Route) -> Self {
        self.on(Method::POST, route)
    }
    /// Adds PATCH.
    pub fn patch(self, route: Route) -> Self {
        self.on(Method::PATCH, route)
    }
    /// Adds PUT.
    pub fn put(self, route: Route) -> Self {
        self.on(Method::PUT, route)
    }
    /// Adds DELETE.
    pub fn delete(self, route: Route) -> Self {
        self.on(Method::DELETE, route)
    }

    fn allow(&self) -> HeaderValue {
        let mut allow: Vec<&str> = self.routes.iter().map(|(m, _)| m.as_str()).collect();
        allow.push("OPTIONS");
        allow.sort_unstable();
        HeaderValue::from_str(&allow.join(", ")).unwrap_or(HeaderValue::from_static("OPTIONS"))
    }
}

impl HttpServiceFactory for Address {
    fn register(self, config: &mut AppService) {
        match GATHERED.with_borrow(Option::is_some) {
            true => GATHERED.with_borrow_mut(|all| all.get_or_insert_default().push(self)),
            false => config.register_service(ResourceDef::new(self.path.as_str()), None, self, None),
        }
    }
}

impl ServiceFactory<ServiceRequest> for Address {
    type Response = ServiceResponse;
    type Error = actix_web::Error;
    type Config = ();
    type Service = Endpoint;
    type InitError = ();
    type Future = LocalBoxFuture<'static, Result<Endpoint, ()>>;

    fn new_service(&self, (): ()) -> Self::Future {
        let (allow, methods): (_, Vec<Method>) = (self.allow(), self.routes.iter().map(|(m, _)| m.clone()).collect());
        let made = try_join_all(self.routes.iter().map(|(_, route)| route.new_service(())));
        Box::pin(async move {
            let routes = methods.into_iter().zip(made.await?).collect();
            Ok(Endpoint { routes, allow })
        })
    }
}

/// The routes of an address, by method.
pub struct Endpoint {
    routes: Vec<(Method, RouteService)>,
    allow: HeaderValue,
}

/// An answer without a handler.
fn answer(request: ServiceRequest, response: Result<HttpResponse, Failure>) -> Answer {
    // Not `into_response`, which would forget the failure that the problem is written from.
    let response = response.unwrap_or_else(HttpResponse::from_error);
    Box::pin(ready(Ok(ServiceResponse::new(request.into_parts().0, response))))
}

impl Service<ServiceRequest> for Endpoint {
    type Response = ServiceResponse;
    type Error = actix_web::Error;
    type Future = Answer;

    fn poll_ready(&self, _: &mut Context<'_>) -> Poll<Result<(), Self::Error>> {
        Poll::Ready(Ok(()))
    }

    fn call(&self, request: ServiceRequest) -> Answer {
        let route = self.routes.iter().find(|(method, _)| method == request.method());
        if let Some((_, route)) = route {
            return route.call(request);
        }
        let allow = (HeaderName::from_static("allow"), self.allow.clone());
        let response = match *request.method() {
            Method::OPTIONS => Ok(HttpResponse::NoContent().insert_header(allow).finish()),
            _ => {
                let code = "method_not_allowed";
                Err(Failure::Protocol(StatusCode::METHOD_NOT_ALLOWED, code, Some(allow)))
            }
        };
        answer(request, response)
    }
}

/// Addresses on their way to [`Mounted`].
struct Tree(Vec<Address>);

impl ServiceFactory<ServiceRequest> for Tree {
    type Response = ServiceResponse;
    type Error = actix_web::Error;
    type Config = ();
    type Service = Mounted;
    type InitError = ();
    type Future = LocalBoxFuture<'static, Result<Mounted, ()>>;

    fn new_service(&self, (): ()) -> Self::Future {
        let mut paths = matchit::Router::new();
        for (at, address) in self.0.iter().enumerate() {
            if let Err(error) = paths.insert(address.path.as_str(), at) {
                tracing::error!(path = address.path, %error, "an address can't be mounted");
                return Box::pin(ready(Err(())));
            }
        }
        let patterns: Vec<String> = self.0.iter().map(|address| address.path.clone()).collect();
        let made = try_join_all(self.0.iter().map(|address| address.new_service(())));
        Box::pin(async move {
            let reader = |pattern| Reader {
                pattern,
                made: OnceCell::new(),
            };
            let endpoints = patterns.into_iter().map(reader).zip(made.await?).collect();
            Ok(Mounted { paths, endpoints })
        })
    }
}

/// Reads the parameters of a path. Made when a path is first asked for: most never are on any one thread.
struct Reader {
    pattern: String,
    made: OnceCell<ResourceDef>,
}

/// The addresses of one thread, found by their path.
struct Mounted {
    paths: matchit::Router<usize>,
    endpoints: Vec<(Reader, Endpoint)>,
}

impl Service<ServiceRequest> for Mounted {
    type Response = ServiceResponse;
    type Error = actix_web::Error;
    type Future = Answer;

    fn poll_ready(&self, _: &mut Context<'_>) -> Poll<Result<(), Self::Error>> {
        Poll::Ready(Ok(()))
    }

    fn call(&self, mut request: ServiceRequest) -> Answer {
        let found = self.paths.at(request.match_info().unprocessed()).ok();
        let Some((reader, endpoint)) = found.and_then(|found| self.endpoints.get(*found.value)) else {
            return answer(request, Err(Error::NotFound.into()));
        };
        let reader = reader.made.get_or_init(|| ResourceDef::new(reader.pattern.as_str()));
        if reader.capture_match_info(request.match_info_mut()) {
            return endpoint.call(request);
        }
        answer(request, Err(Error::NotFound.into()))
    }
}
