//! An address with its methods: what it does not take is 405 with `Allow`, and OPTIONS says the same. And addresses under the scope of
//! their first segment: the framework tries one address after the other, each with a regular expression, which would take a request for
//! the last of a few hundred longer than its answer.
use super::problem::Failure;
use actix_web::dev::{AppService, HttpServiceFactory};
use actix_web::http::header::{HeaderName, HeaderValue};
use actix_web::http::{Method, StatusCode};
use actix_web::{HttpResponse, Resource, Route, web};
use std::cell::RefCell;
use std::collections::BTreeMap;
use utoipa::openapi::path::Paths;
use utoipa::openapi::{RefOr, Schema};
use utoipa_actix_web::OpenApiFactory;

thread_local! {
    /// Addresses by their first segment, while a list of services is being registered between [`Gather`] and [`Mount`].
    static GATHERED: RefCell<Option<BTreeMap<String, Vec<Resource>>>> = const { RefCell::new(None) };
}

/// From here on addresses wait for [`Mount`].
#[derive(Debug)]
pub struct Gather;

impl HttpServiceFactory for Gather {
    fn register(self, _: &mut AppService) {
        GATHERED.replace(Some(BTreeMap::new()));
    }
}
impl OpenApiFactory for Gather {
    fn paths(&self) -> Paths {
        Paths::new()
    }
    fn schemas(&self, _: &mut Vec<(String, RefOr<Schema>)>) {}
}

/// Mounts the addresses that were gathered, each under the scope of its first segment; there they are tried in the order they came in.
#[derive(Debug)]
pub struct Mount;

impl HttpServiceFactory for Mount {
    fn register(self, config: &mut AppService) {
        for (segment, resources) in GATHERED.take().into_iter().flatten() {
            let scope = web::scope(&segment);
            resources.into_iter().fold(scope, |scope, one| scope.service(one)).register(config);
        }
    }
}
impl OpenApiFactory for Mount {
    fn paths(&self) -> Paths {
        Paths::new()
    }
    fn schemas(&self, _: &mut Vec<(String, RefOr<Schema>)>) {}
}

/// The first segment of a path with the slash before it, and the rest; none where the first is not fixed.
fn first(path: &str) -> Option<(&str, &str)> {
    let end = path.get(1..)?.find('/').map_or(path.len(), |at| at + 1);
    let (segment, rest) = path.split_at(end);
    (!segment.contains('{')).then_some((segment, rest))
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
        let gathers = GATHERED.with_borrow(Option::is_some);
        let under = first(&self.path).filter(|_| gathers);
        let mut resource = web::resource(under.map_or(self.path.as_str(), |(_, rest)| rest));
        for (_, route) in self.routes {
            resource = resource.route(route);
        }
        let (told, refused) = (allow.clone(), allow);
        let resource = resource
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
            }));
        match under {
            Some((segment, _)) => GATHERED.with_borrow_mut(|all| {
                let all = all.get_or_insert_default();
                all.entry(segment.to_owned()).or_default().push(resource);
            }),
            None => resource.register(config),
        }
    }
}
