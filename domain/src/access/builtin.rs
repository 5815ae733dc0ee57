//! What a new organization starts with: its first unit and four roles. They are ordinary records from then on.
use super::role::Permission;
use crate::core::actor::Scope;

/// The first unit's name.
pub const HEAD_OFFICE: &str = "Head office";

/// A role that every organization starts with.
#[derive(Debug, Clone, Copy)]
pub struct Builtin {
    pub name: &'static str,
    pub description: &'static str,
    permissions: &'static [(&'static str, Scope)],
}

/// The records of everyday work with customers.
macro_rules! everyday {
    ($($action:literal: $scope:expr),+; $($more:expr),*) => {
        &[
            $((concat!("customers:", $action), $scope), (concat!("relationships:", $action), $scope),
              (concat!("groups:", $action), $scope), (concat!("group_members:", $action), $scope),
              (concat!("interactions:", $action), $scope), (concat!("tasks:", $action), $scope),
              (concat!("documents:", $action), $scope), (concat!("consents:", $action), $scope),
              (concat!("leads:", $action), $scope), (concat!("opportunities:", $action), $scope), (concat!("opportunity_contacts:", $action), $scope),)+
            // How we sell, and whom against, is everybody's to know.
            ("pipelines:read", Scope::All), ("stages:read", Scope::All), ("competitors:read", Scope::All),
            ("market_notes:read", Scope::All), ("market_indicators:read", Scope::All), ("scoring_rules:read", Scope::All), ("assignment_rules:read", Scope::All),
            $($more),*
        ]
    };
}

/// The roles there are from the start.
pub const ROLES: [Builtin; 4] = [
    Builtin {
        name: "owner",
        description: "May do everything.",
        permissions: &[("*:*", Scope::All)],
    },
    Builtin {
        name: "seller",
        description: "Sees the customers of the unit, makes and changes their own.",
        permissions: everyday!(
            "read": Scope::Unit, "create": Scope::Own, "update": Scope::Own, "delete": Scope::Own;
            ("duplicates:read", Scope::Own), ("duplicates:update", Scope::Own),
            ("suggestions:read", Scope::Own), ("suggestions:update", Scope::Own), ("quality_profiles:read", Scope::All),
            ("competitors:create", Scope::Own), ("competitors:update", Scope::Own),
            ("quotas:read", Scope::Own), ("forecast_snapshots:read", Scope::All),
            ("account_plans:read", Scope::Unit), ("account_plans:create", Scope::Own), ("account_plans:update", Scope::Own),
            ("account_plans:delete", Scope::Own),
            ("market_notes:create", Scope::Own), ("market_notes:update", Scope::Own), ("market_notes:delete", Scope::Own),
            ("merges:create", Scope::Own), ("merges:read", Scope::Own), ("merges:update", Scope::Own),
            ("bulk_actions:create", Scope::Own), ("bulk_actions:read", Scope::Own), ("bulk_actions:delete", Scope::Own),
            ("quotes:read", Scope::Unit), ("quotes:create", Scope::Own), ("quotes:update", Scope::Own), ("quotes:delete", Scope::Own),
            ("approval_delegations:read", Scope::Own), ("approval_delegations:create", Scope::Own),
            ("product_categories:read", Scope::All), ("products:read", Scope::All), ("price_books:read", Scope::All),
            ("price_book_entries:read", Scope::All), ("promotions:read", Scope::All), ("coupons:read", Scope::All), ("taxes:read", Scope::All),
            ("payment_terms:read", Scope::All), ("configuration_models:read", Scope::All),
            ("warehouses:read", Scope::All), ("stock:read", Scope::All), ("stock_reservations:read", Scope::Unit),
            ("stock_reservations:create", Scope::Own), ("stock_reservations:update", Scope::Own), ("orders:read", Scope::Unit),
            ("orders:create", Scope::Own), ("orders:update", Scope::Own), ("orders:delete", Scope::Own), ("shipments:read", Scope::Unit),
            ("purchase_requests:read", Scope::Unit), ("purchase_requests:create", Scope::Own), ("purchase_requests:update", Scope::Own),
            ("purchase_requests:delete", Scope::Own), ("contracts:read", Scope::Unit), ("contracts:create", Scope::Own), ("contracts:update", Scope::Own), ("contracts:delete", Scope::Own),
            ("invoices:read", Scope::Unit), ("credit_notes:read", Scope::Unit), ("payments:read", Scope::Unit), ("refunds:read", Scope::Unit),
            ("ledger_entries:read", Scope::Unit), ("credit_accounts:read", Scope::Unit),
            ("templates:read", Scope::All), ("templates:create", Scope::Own), ("templates:update", Scope::Own), ("templates:delete", Scope::Own),
            ("api_keys:create", Scope::Own), ("api_keys:read", Scope::Own), ("api_keys:delete", Scope::Own),
            ("calendars:create", Scope::Own), ("calendars:read", Scope::Own), ("calendars:update", Scope::Own), ("calendars:delete", Scope::Own)
        ),
    },
    Builtin {
        name: "support",
        description: "Sees and changes the customers of the unit and of those below it, and notes what happens with them.",
        permissions: everyday!("read": Scope::UnitAndBelow, "update": Scope::UnitAndBelow;
            ("interactions:create", Scope::UnitAndBelow), ("tasks:create", Scope::UnitAndBelow), ("documents:create", Scope::UnitAndBelow),
            ("leads:create", Scope::UnitAndBelow), ("consents:create", Scope::UnitAndBelow),
            ("suggestions:read", Scope::Own), ("suggestions:update", Scope::Own), ("quality_profiles:read", Scope::All),
            ("bulk_actions:create", Scope::Own), ("bulk_actions:read", Scope::Own), ("bulk_actions:delete", Scope::Own),
            ("quotes:read", Scope::UnitAndBelow),
            ("product_categories:read", Scope::All), ("products:read", Scope::All), ("price_books:read", Scope::All),
            ("price_book_entries:read", Scope::All), ("promotions:read", Scope::All), ("coupons:read", Scope::All), ("taxes:read", Scope::All),
            ("payment_terms:read", Scope::All), ("configuration_models:read", Scope::All),
            ("warehouses:read", Scope::All), ("stock:read", Scope::All), ("orders:read", Scope::UnitAndBelow),
            ("contracts:read", Scope::UnitAndBelow), ("purchase_requests:read", Scope::UnitAndBelow),
            ("shipments:read", Scope::UnitAndBelow), ("invoices:read", Scope::UnitAndBelow), ("credit_notes:read", Scope::UnitAndBelow),
            ("payments:read", Scope::UnitAndBelow), ("refunds:read", Scope::UnitAndBelow), ("ledger_entries:read", Scope::UnitAndBelow),
            ("templates:read", Scope::All),
            ("calendars:create", Scope::Own), ("calendars:read", Scope::Own), ("calendars:update", Scope::Own), ("calendars:delete", Scope::Own)
        ),
    },
    Builtin {
        name: "viewer",
        description: "Sees the customers of the unit and of those below it.",
        permissions: everyday!("read": Scope::UnitAndBelow;
            ("quotas:read", Scope::UnitAndBelow), ("forecast_adjustments:read", Scope::UnitAndBelow), ("forecast_snapshots:read", Scope::All),
            ("suggestions:read", Scope::Own), ("quality_profiles:read", Scope::All),
            ("quotes:read", Scope::UnitAndBelow),
            ("product_categories:read", Scope::All), ("products:read", Scope::All), ("price_books:read", Scope::All),
            ("price_book_entries:read", Scope::All), ("promotions:read", Scope::All), ("coupons:read", Scope::All), ("taxes:read", Scope::All),
            ("payment_terms:read", Scope::All), ("configuration_models:read", Scope::All),
            ("warehouses:read", Scope::All), ("stock:read", Scope::All), ("orders:read", Scope::UnitAndBelow),
            ("contracts:read", Scope::UnitAndBelow), ("purchase_requests:read", Scope::UnitAndBelow),
            ("shipments:read", Scope::UnitAndBelow), ("invoices:read", Scope::UnitAndBelow), ("credit_notes:read", Scope::UnitAndBelow),
            ("payments:read", Scope::UnitAndBelow), ("refunds:read", Scope::UnitAndBelow), ("ledger_entries:read", Scope::UnitAndBelow),
            ("templates:read", Scope::All),
            ("calendars:create", Scope::Own), ("calendars:read", Scope::Own), ("calendars:update", Scope::Own), ("calendars:delete", Scope::Own)
        ),
    },
];

impl Builtin {
    /// What its holders may do.
    pub fn permissions(&self) -> Vec<Permission> {
        let one = |(name, scope): &(&str, Scope)| Permission {
            permission: (*name).to_owned(),
            scope: *scope,
        };
        self.permissions.iter().map(one).collect()
    }
}
