//! Roles: named sets of permissions, each with a scope.
use crate::core::actor::{Grants, Scope};
use crate::core::base::Base;
use crate::core::problem::{Code, Problems};
use crate::core::resource::{Rules, Setting};
use derive::Record;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A named set of permissions.
#[derive(Debug, Clone, Record)]
#[record(path = "/roles", one = "role", many = "roles", tag = "Access", fa = "نقش‌ها")]
pub struct Role {
    #[record(base)]
    pub base: Base,
    /// What the role is called.
    #[record(min = 1, max = 100, sort, search, example = r#""Seller""#, fa = "نام")]
    pub name: String,
    /// What it is for.
    #[record(max = 1000, example = r#""Sees the customers of the unit, changes their own.""#, fa = "توضیح")]
    pub description: Option<String>,
    /// What its holders may do. Nobody can give a role more than they hold themselves.
    #[record(items = Permission, max = 500, example = r#"[{"permission": "customers:read", "scope": "unit"}]"#, fa = "مجوزها")]
    pub permissions: Vec<Permission>,
}

/// One permission and how far it reaches.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Permission {
    /// `object:action`, such as `customers:read`; `*` stands for every object or action. `object.field:read` shows a sensitive field.
    #[schema(min_length = 3, max_length = 120, example = "customers:read")]
    pub permission: String,
    /// How far it reaches: `own`, `team`, `unit`, `unit_and_below` or `all`.
    pub scope: Scope,
}

/// The permissions of a list, by name.
pub fn grants(permissions: &[Permission]) -> Grants {
    let mut grants = Grants::default();
    for p in permissions {
        grants.add(&p.permission, p.scope);
    }
    grants
}

/// Whether each is written `object:action`.
pub fn check(permissions: &[Permission]) -> Problems {
    let mut problems = Problems::default();
    let word = |s: &str| {
        s == "*"
            || !s.is_empty()
                && s.bytes()
                    .all(|b| b.is_ascii_lowercase() || b == b'_' || b == b'.' || b.is_ascii_digit())
    };
    for (i, p) in permissions.iter().enumerate() {
        if !p
            .permission
            .split_once(':')
            .is_some_and(|(object, action)| word(object) && word(action))
            || p.permission.len() > 120
        {
            problems.with(
                format!("/permissions/{i}/permission"),
                Code::Format,
                vec![("format", "object:action".to_owned())],
            );
        }
    }
    problems
}

impl Rules for Role {
    fn check(&mut self, _setting: &Setting) -> Problems {
        check(&self.permissions)
    }
}
