//! The area's routes.
use crate::http::crud::Crud;
use domain::access::role::Role;
use domain::access::unit::Unit;
use domain::access::user::User;
use utoipa_actix_web::service_config::ServiceConfig;

/// The area's routes.
pub fn routes(config: &mut ServiceConfig) {
    super::sessions::routes(config);
    config.service(Crud::<Unit>::new());
    config.service(Crud::<User>::new());
    config.service(Crud::<Role>::new());
}
