//! The area's routes.
use super::{api_keys, explain, invite, oauth_routes, own_routes, reset, sessions, users};
use crate::http::crud::{Crud, Has};
use actix_web::web;
use domain::access::api_key::ApiKey;
use domain::access::role::Role;
use domain::access::share::Share;
use domain::access::team::Team;
use domain::access::unit::Unit;
use domain::access::user::User;
use persistence::core::object;
use utoipa_actix_web::service_config::ServiceConfig;

/// What is asked for beside the usual permissions of records.
const PERMISSIONS: [(&str, &[&str]); 4] = [
    ("audit", &["read"]),
    ("changes", &["read"]),
    ("imports", &["create", "read", "update", "delete"]),
    ("jobs", &["read", "update"]),
];

/// The area's routes.
pub fn routes(config: &mut ServiceConfig) {
    for (name, actions) in PERMISSIONS {
        object::allow(name, actions);
    }
    sessions::routes(config);
    own_routes::routes(config);
    reset::routes(config);
    invite::routes(config);
    explain::routes(config);
    config.service(Crud::<Unit>::new());
    config.service(Crud::<User>::new().making::<users::NewUser>(|| web::route().to(users::create), users::described()));
    config.service(Crud::<Team>::new());
    config.service(Crud::<Role>::new());
    config.service(Crud::<Share>::new());
    config.service(
        Crud::<ApiKey>::only(Has::ReadsAndRevoke)
            .making::<api_keys::CreateApiKey>(|| web::route().to(api_keys::create), api_keys::described()),
    );
}

/// Those at the root, where standards put them.
pub fn root(config: &mut ServiceConfig) {
    oauth_routes::routes(config);
}
