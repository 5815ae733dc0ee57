//! The addresses of one's own account, and what the contract says of them.
use super::own_account;
use crate::http::contract::{answer, body, empty, text};
use crate::http::operation::{Operations, operation};
use actix_web::web;
use domain::access::role::Permission;
use domain::access::user::User;
use domain::core::resource::Resource;
use domain::core::schema::{Face, example};
use serde_json::{Value, json};
use utoipa::ToSchema;
use utoipa::openapi::Ref;
use utoipa::openapi::schema::{Array, ArrayBuilder};
use utoipa_actix_web::service_config::ServiceConfig;

/// Declares what only stands in the contract: bodies that are read member by member, answers that are written so.
macro_rules! declared {
    ($($(#[$meta:meta])* pub struct $name:ident { $($fields:tt)* })+) => {
        $(#[derive(Debug, serde::Deserialize, ToSchema)]
        #[expect(dead_code, reason = "its part of the contract")]
        $(#[$meta])*
        pub struct $name { $($fields)* })+
    };
}

fn user() -> Ref {
    Ref::from_schema_name("User")
}

declared! {
    /// Who calls, and what they may do.
    pub struct Me {
        #[schema(schema_with = user)]
        user: Value,
        /// The roles they hold.
        #[schema(max_items = 50)]
        roles: Vec<RoleName>,
        /// What they may do here and now: what their roles give, within what their key allows.
        #[schema(max_items = 5000)]
        permissions: Vec<Permission>,
        /// The session they are signed in by.
        #[schema(format = "uuid", max_length = 36)]
        session_id: Option<String>,
        /// The API key they come by.
        #[schema(format = "uuid", max_length = 36)]
        api_key_id: Option<String>,
    }
    /// A role, by its name.
    pub struct RoleName {
        #[schema(format = "uuid", max_length = 36)]
        id: String,
        #[schema(max_length = 100)]
        name: String,
    }
    /// A change of password.
    #[serde(deny_unknown_fields)]
    pub struct PasswordChange {
        #[schema(min_length = 1, max_length = 128, format = "password")]
        current_password: String,
        /// Hard to guess, of any characters.
        #[schema(min_length = 8, max_length = 128, format = "password")]
        new_password: String,
    }
    /// One's password, shown again.
    #[serde(deny_unknown_fields)]
    pub struct PasswordAgain {
        #[schema(min_length = 1, max_length = 128, format = "password")]
        password: String,
    }
    /// What an authenticator app is set up with.
    pub struct TotpEnrolment {
        /// The secret in base 32, for typing.
        #[schema(max_length = 64)]
        secret: String,
        /// The same as an address, for a QR code.
        #[schema(max_length = 1000)]
        otpauth_uri: String,
    }
    /// A first code.
    #[serde(deny_unknown_fields)]
    pub struct TotpConfirmation {
        /// The code that the app shows.
        #[schema(min_length = 6, max_length = 20)]
        totp_code: String,
    }
    /// For the day the telephone is lost.
    pub struct RecoveryCodes {
        #[schema(schema_with = recovery_codes)]
        recovery_codes: Vec<String>,
    }
    /// What it takes to remove the second factor: the password, and a code of either kind.
    #[serde(deny_unknown_fields)]
    pub struct TotpRemoval {
        #[schema(min_length = 1, max_length = 128, format = "password")]
        password: String,
        #[schema(max_length = 20)]
        totp_code: Option<String>,
        #[schema(max_length = 60)]
        recovery_code: Option<String>,
    }
}

/// Ten codes.
fn recovery_codes() -> Array {
    ArrayBuilder::new()
        .description(Some(
            "Each good once, instead of a code of the app. They are shown in this answer and never again.",
        ))
        .items(text(40))
        .max_items(Some(10))
        .build()
}

/// The routes.
pub fn routes(config: &mut ServiceConfig) {
    let tag = "Access";
    let password = "correct horse battery staple";
    let json = "application/json";
    let me = json!({
        "user": example(&User::SPEC, Face::Output), "roles": [{"id": "0198c2f4-5a30-7c11-9d0a-3f6b8f3f1a20", "name": "seller"}],
        "permissions": [{"permission": "customers:read", "scope": "unit"}],
        "session_id": "0198c2f4-5a30-7c11-9d0a-3f6b8f3f1a20", "api_key_id": null
    });
    config.service(
        Operations::at("/auth/me")
            .get(
                || web::route().to(own_account::me),
                operation("getMe", tag, "See who you are", "Your user, your roles, and what you may do.")
                    .response("200", answer("You.", "Me", me)),
            )
            .schema::<Me>(),
    );
    let change = "Needs the current password. Your other sessions end.";
    let example = json!({"current_password": password, "new_password": "another horse, another staple"});
    config.service(
        Operations::at("/auth/password")
            .post(
                web::route().to(own_account::change_password),
                operation("changePassword", tag, "Change your password", change)
                    .request_body(Some(body(json, "PasswordChange", example)))
                    .response("204", empty("It is changed.")),
            )
            .schema::<PasswordChange>(),
    );
    let uri = "otpauth://totp/Peyvand:sara%40yazd.example?secret=JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP&issuer=Peyvand";
    let enrolment = json!({"secret": "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP", "otpauth_uri": uri});
    let enroll =
        "Answers the secret for an authenticator app (RFC 6238). It is asked for at sign-in once `/auth/totp/confirm` took a code of it.";
    config.service(
        Operations::at("/auth/totp")
            .post(
                web::route().to(own_account::enroll),
                operation("enrollTotp", tag, "Start a second factor", enroll)
                    .request_body(Some(body(json, "PasswordAgain", json!({"password": password}))))
                    .response("200", answer("For your app.", "TotpEnrolment", enrolment)),
            )
            .delete(
                web::route().to(own_account::remove),
                operation(
                    "removeTotp",
                    tag,
                    "Remove the second factor",
                    "Needs the password and a code. Your other sessions end.",
                )
                .request_body(Some(body(
                    json,
                    "TotpRemoval",
                    json!({"password": password, "totp_code": "123456"}),
                )))
                .response("204", empty("It is removed.")),
            )
            .schema::<PasswordAgain>()
            .schema::<TotpEnrolment>()
            .schema::<TotpRemoval>(),
    );
    let codes = json!({"recovery_codes": ["7K2M9Q-R4T8VX-0ABCDE-FGHJKM"]});
    config.service(
        Operations::at("/auth/totp/confirm")
            .post(
                web::route().to(own_account::confirm),
                operation(
                    "confirmTotp",
                    tag,
                    "Turn the second factor on",
                    "Takes a first code, answers recovery codes. Your other sessions end.",
                )
                .request_body(Some(body(json, "TotpConfirmation", json!({"totp_code": "123456"}))))
                .response("200", answer("It is on; keep the codes.", "RecoveryCodes", codes)),
            )
            .schema::<TotpConfirmation>()
            .schema::<RecoveryCodes>(),
    );
}
