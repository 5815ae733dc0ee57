//! The usual operations of any record, as routes: list, search, create, get, patch, delete, restore, and by external id. Handlers are
//! compiled once, over records without their types.
use super::problem::Failure;
use super::resource::Address;
use super::{contract, reading, writing};
use actix_web::dev::{AppService, HttpServiceFactory};
use actix_web::{Route, web};
use domain::core::error::Error;
use domain::core::pipeline::Store;
use domain::core::resource::Resource;
use persistence::core::conn::Conn;
use persistence::core::object::{Object, Of};
use std::marker::PhantomData;
use utoipa::openapi::path::{Operation, OperationBuilder, Paths};
use utoipa::openapi::{HttpMethod, RefOr, Schema};
use utoipa::{PartialSchema, ToSchema};
use utoipa_actix_web::OpenApiFactory;
use uuid::Uuid;

/// Which of the usual operations an object has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Has {
    /// All of them.
    All,
    /// Only those that read.
    Reads,
    /// Those that read, and create: the rows of a ledger, which nobody changes.
    ReadsAndCreate,
    /// Those that read, and delete: what is made by an operation of its own.
    ReadsAndDelete,
    /// Those that read, and delete for good: what is made by an operation of its own, and never comes back.
    ReadsAndRevoke,
}

impl Has {
    pub fn writes(self) -> bool {
        self == Has::All
    }
    pub fn creates(self) -> bool {
        matches!(self, Has::All | Has::ReadsAndCreate)
    }
    pub fn deletes(self) -> bool {
        !matches!(self, Has::Reads | Has::ReadsAndCreate)
    }
    pub fn restores(self) -> bool {
        matches!(self, Has::All | Has::ReadsAndDelete)
    }
}

/// One value that mounts a record's routes and writes its part of the contract: mounted means documented.
pub struct Crud<R>(Has, Option<Post>, PhantomData<fn() -> R>);

/// How a record is made where that is an operation of its own.
struct Post {
    route: Box<dyn Fn() -> Route>,
    operation: Operation,
    schemas: Vec<(String, RefOr<Schema>)>,
}

impl<R: Resource> Crud<R>
where
    Conn: Store<R>,
{
    /// All the usual operations.
    pub fn new() -> Self {
        Crud(Has::All, None, PhantomData)
    }
    /// Some of them.
    pub fn only(has: Has) -> Self {
        Crud(has, None, PhantomData)
    }
    /// Makes records by an operation of its own, which takes a body of the schema `S`.
    pub fn making<S: ToSchema>(mut self, route: impl Fn() -> Route + 'static, operation: OperationBuilder) -> Self {
        let mut schemas = vec![(S::name().into_owned(), <S as PartialSchema>::schema())];
        S::schemas(&mut schemas);
        self.1 = Some(Post {
            route: Box::new(route),
            operation: operation.build(),
            schemas,
        });
        self
    }
    fn object() -> &'static dyn Object {
        const { &Of::<R>::NEW }
    }
}

impl<R: Resource> Default for Crud<R>
where
    Conn: Store<R>,
{
    fn default() -> Self {
        Crud::new()
    }
}

impl<R: Resource> HttpServiceFactory for Crud<R>
where
    Conn: Store<R>,
{
    fn register(self, config: &mut AppService) {
        mount(Self::object(), self.0, self.1.map(|post| (post.route)()), config);
    }
}

impl<R: Resource> OpenApiFactory for Crud<R>
where
    Conn: Store<R>,
{
    fn paths(&self) -> Paths {
        contract::register(Self::object(), self.0);
        let mut paths = contract::paths(&R::SPEC, self.0);
        if let Some(post) = &self.1 {
            // In the place of the usual one, where there is one.
            if let Some(item) = paths.paths.get_mut(R::SPEC.path) {
                item.post = None;
            }
            paths.add_path_operation(R::SPEC.path, vec![HttpMethod::Post], post.operation.clone());
        }
        paths
    }
    fn schemas(&self, out: &mut Vec<(String, RefOr<Schema>)>) {
        contract::schemas(&R::SPEC, self.0, out);
        out.extend(self.1.iter().flat_map(|post| post.schemas.iter().cloned()));
    }
}

/// The dynamic record behind a route.
pub type Record = &'static dyn Object;

fn mount(object: Record, has: Has, post: Option<Route>, config: &mut AppService) {
    let path = object.spec().path;
    let mut all = Address::new(path).get(|| web::route().to(move |r, a, s| reading::list(r, a, s, object)));
    let mut one = Address::new(format!("{path}/{{id}}")).get(|| web::route().to(move |r, a, s, p| reading::get(r, a, s, p, object)));
    let mut named = Address::new(format!("{path}/by-external-id/{{system}}/{{value}}"))
        .get(|| web::route().to(move |r, a, s, p| reading::get_named(r, a, s, p, object)));
    if has.creates() && post.is_none() {
        all = all.post(web::route().to(move |r, a, s, b| writing::create(r, a, s, b, object)));
    }
    if has.writes() {
        one = one.patch(web::route().to(move |r, a, s, p, b| writing::patch(r, a, s, p, b, object)));
        one = one.put(web::route().to(move |r, a, s, p, b| writing::put(r, a, s, p, b, object)));
        named = named.patch(web::route().to(move |r, a, s, p, b| writing::upsert(r, a, s, p, b, object)));
    }
    if let Some(post) = post {
        all = all.post(post);
    }
    if has.deletes() {
        one = one.delete(web::route().to(move |r, a, s, p| writing::delete(r, a, s, p, object)));
    }
    if has.restores() {
        let restore_ = web::route().to(move |r, a, s, p| writing::restore(r, a, s, p, object));
        Address::new(format!("{path}/{{id}}/restore")).post(restore_).register(config);
    }
    all.register(config);
    // Before `{id}`, which would take these words for ids.
    Address::new(format!("{path}/search"))
        .post(web::route().to(move |r, a, s, b| reading::search(r, a, s, b, object)))
        .register(config);
    named.register(config);
    one.register(config);
}

/// The id of a path; anything else is no record at all.
pub fn id(text: &str) -> Result<Uuid, Failure> {
    match text.len() {
        36 => Uuid::try_parse(text).map_err(|_| Error::NotFound.into()),
        _ => Err(Error::NotFound.into()),
    }
}
