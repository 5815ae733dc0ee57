//! Operations beside the usual ones: an address with its routes and its part of the contract in one value, as `Crud` is for records.
use super::resource::Address;
use actix_web::Route;
use actix_web::dev::{AppService, HttpServiceFactory};
use utoipa::openapi::path::{OperationBuilder, Paths};
use utoipa::openapi::security::SecurityRequirement;
use utoipa::openapi::{HttpMethod, RefOr, Schema};
use utoipa::{PartialSchema, ToSchema};
use utoipa_actix_web::OpenApiFactory;

/// An address whose operations are written by hand.
pub struct Operations {
    path: String,
    address: Address,
    paths: Paths,
    schemas: Vec<(String, RefOr<Schema>)>,
}

/// Starts an operation: its name in clients, its chapter, a title of at most 60 characters, and what it does.
pub fn operation(id: &str, tag: &str, summary: &str, description: &str) -> OperationBuilder {
    OperationBuilder::new()
        .operation_id(Some(id))
        .tag(tag)
        .summary(Some(summary))
        .description(Some(description))
}

/// Starts an operation that needs no credential.
pub fn open_operation(id: &str, tag: &str, summary: &str, description: &str) -> OperationBuilder {
    operation(id, tag, summary, description).securities(Some(Vec::<SecurityRequirement>::new()))
}

impl Operations {
    /// At a path below the scope it is mounted in, such as `/imports/{id}/start`.
    pub fn at(path: &str) -> Self {
        Operations {
            path: path.to_owned(),
            address: Address::new(path),
            paths: Paths::new(),
            schemas: Vec::new(),
        }
    }
    fn describe(mut self, method: HttpMethod, operation: OperationBuilder) -> Self {
        self.paths.add_path_operation(&self.path, vec![method], operation.build());
        self
    }
    /// GET, and HEAD with it.
    pub fn get(mut self, make: impl Fn() -> Route, operation: OperationBuilder) -> Self {
        self.address = self.address.get(make);
        self.describe(HttpMethod::Get, operation)
    }
    /// POST.
    pub fn post(mut self, route: Route, operation: OperationBuilder) -> Self {
        self.address = self.address.post(route);
        self.describe(HttpMethod::Post, operation)
    }
    /// PUT.
    pub fn put(mut self, route: Route, operation: OperationBuilder) -> Self {
        self.address = self.address.put(route);
        self.describe(HttpMethod::Put, operation)
    }
    /// PATCH.
    pub fn patch(mut self, route: Route, operation: OperationBuilder) -> Self {
        self.address = self.address.patch(route);
        self.describe(HttpMethod::Patch, operation)
    }
    /// DELETE.
    pub fn delete(mut self, route: Route, operation: OperationBuilder) -> Self {
        self.address = self.address.delete(route);
        self.describe(HttpMethod::Delete, operation)
    }
    /// Names a schema that was made by hand.
    pub fn named(mut self, name: String, schema: RefOr<Schema>) -> Self {
        self.schemas.push((name, schema));
        self
    }
    /// Names a schema that the operations refer to.
    pub fn schema<T: ToSchema>(mut self) -> Self {
        self.schemas.push((T::name().into_owned(), <T as PartialSchema>::schema()));
        T::schemas(&mut self.schemas);
        self
    }
}

impl HttpServiceFactory for Operations {
    fn register(self, config: &mut AppService) {
        self.address.register(config);
    }
}

impl OpenApiFactory for Operations {
    fn paths(&self) -> Paths {
        self.paths.clone()
    }
    fn schemas(&self, out: &mut Vec<(String, RefOr<Schema>)>) {
        out.extend(self.schemas.iter().cloned());
    }
}
