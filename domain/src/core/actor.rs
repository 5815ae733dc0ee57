//! Who acts, and what they may do: permissions `object:action`, each with a scope, held by roles; plus shares; plus field
//! permissions. One `Actor` is loaded for a request and asked by everything.
use super::id::Id;
use super::instant::Instant;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use uuid::Uuid;

crate::choice! {
    /// How far a permission reaches. Each includes the ones before it.
    pub enum Scope {
        /// Records the actor owns.
        Own = "own",
        /// Records owned by anyone in one of the actor's teams.
        Team = "team",
        /// Records of the actor's unit.
        Unit = "unit",
        /// Records of the actor's unit and of the units below it.
        UnitAndBelow = "unit_and_below",
        /// Every record.
        All = "all",
    }
}

/// Permissions by name, each with the widest scope that any of the holder's roles gives it. `*` stands for every object or
/// every action.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Grants(pub BTreeMap<String, Scope>);

impl Grants {
    /// Adds a permission; the wider scope wins.
    pub fn add(&mut self, permission: &str, scope: Scope) {
        let held = self.0.entry(permission.to_owned()).or_insert(scope);
        *held = scope.max(*held);
    }

    /// How far `object:action` reaches; none where it is not held at all.
    pub fn scope(&self, object: &str, action: &str) -> Option<Scope> {
        // Written without building the four names when the first, by far the most common for an owner, answers.
        if self.0.get("*:*") == Some(&Scope::All) {
            return Some(Scope::All);
        }
        let names = [
            format!("{object}:{action}"),
            format!("{object}:*"),
            format!("*:{action}"),
            "*:*".to_owned(),
        ];
        names.iter().filter_map(|n| self.0.get(n)).max().copied()
    }

    /// Whether every permission here is held by `other` at least as widely: what a key or a role may be given by its maker.
    pub fn within(&self, other: &Grants) -> bool {
        self.0.iter().all(|(name, scope)| {
            let (object, action) = name.split_once(':').unwrap_or((name, "*"));
            other.scope(object, action) >= Some(*scope)
        })
    }

    /// What both allow, each with the narrower scope.
    pub fn both(&self, other: &Grants) -> Grants {
        let mut out = Grants::default();
        for (name, scope) in self.0.iter().chain(&other.0) {
            let (object, action) = name.split_once(':').unwrap_or((name, "*"));
            if let (Some(a), Some(b)) = (self.scope(object, action), other.scope(object, action)) {
                out.0.insert(name.clone(), a.min(b).min(*scope));
            }
        }
        out
    }
}

/// By what the actor came in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case", tag = "kind", content = "id")]
pub enum Via {
    /// Signed in; the session's id.
    Session(Uuid),
    /// An API key or an OAuth2 client; the key's id.
    ApiKey(Uuid),
    /// An address that was mailed to the user; the id of the job that mailed it.
    Link(Uuid),
    /// A command on the server's own machine.
    Console,
    /// The server itself, in a job; the job's id.
    Job(Uuid),
}

/// Who acts.
#[derive(Debug, Clone)]
pub struct Actor {
    /// The user on whose behalf it is done; nil for the server itself.
    pub user_id: Uuid,
    pub via: Via,
    pub unit_id: Option<Uuid>,
    /// The actor's unit and all below it.
    pub units_below: BTreeSet<Uuid>,
    /// The actor and everyone who shares a team with them.
    pub teammates: BTreeSet<Uuid>,
    /// To whom a share may be given so that the actor has it: the actor, their teams, their unit.
    pub grantees: BTreeSet<Uuid>,
    /// Whether any share at all names one of `grantees`; spares every list a look at the shares.
    pub has_shares: bool,
    pub grants: Grants,
    /// When permissions were last read.
    pub loaded_at: Instant,
}

impl Actor {
    /// The server itself: a job, or a command on its own machine.
    pub fn server(via: Via, now: Instant) -> Self {
        let grants = Grants([("*:*".to_owned(), Scope::All)].into());
        let none = BTreeSet::new;
        Actor {
            user_id: Uuid::nil(),
            via,
            unit_id: None,
            units_below: none(),
            teammates: none(),
            grantees: none(),
            has_shares: false,
            grants,
            loaded_at: now,
        }
    }

    /// A user who changes their own account, for which no permission is asked: as the server itself, under the user's name.
    pub fn themselves(user: Uuid, via: Via, now: Instant) -> Self {
        Actor {
            user_id: user,
            ..Actor::server(via, now)
        }
    }

    /// What the actor may see or do of one object; none where the permission is not held at all.
    pub fn sight(&self, object: &'static str, action: &'static str) -> Option<Sight<'_>> {
        let scope = self.grants.scope(object, action)?;
        Some(Sight {
            actor: self,
            object,
            action,
            scope,
        })
    }

    /// Whether a sensitive field may be read or written in the clear.
    pub fn may_field(&self, object: &str, field: &str, action: &str) -> bool {
        self.grants.scope("*", "*") == Some(Scope::All) || self.grants.scope(&format!("{object}.{field}"), action).is_some()
    }

    /// The user's id as a typed one; none for the server itself.
    pub fn user<U>(&self) -> Option<Id<U>> {
        (!self.user_id.is_nil()).then(|| Id::from_uuid(self.user_id))
    }
}

/// One permission of one actor: the condition every finder adds.
#[derive(Debug, Clone, Copy)]
pub struct Sight<'a> {
    pub actor: &'a Actor,
    pub object: &'static str,
    pub action: &'static str,
    pub scope: Scope,
}

impl Sight<'_> {
    /// Whether records may be placed in a unit, whoever owns them.
    pub fn reaches(&self, unit: Option<Uuid>) -> bool {
        self.scope == Scope::All || unit.is_some() && (unit == self.actor.unit_id || self.covers(None, unit))
    }
    /// Whether a record of this owner and unit is within it, shares aside. The same rule as the finder's, for one record in hand.
    pub fn covers(&self, owner: Option<Uuid>, unit: Option<Uuid>) -> bool {
        let own = owner == Some(self.actor.user_id);
        match self.scope {
            Scope::All => true,
            Scope::Own => own,
            Scope::Team => own || owner.is_some_and(|o| self.actor.teammates.contains(&o)),
            Scope::Unit => own || unit.is_some() && unit == self.actor.unit_id,
            Scope::UnitAndBelow => own || unit.is_some_and(|u| self.actor.units_below.contains(&u)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_widest_grant_wins_and_a_key_is_never_wider_than_its_owner() {
        let mut role = Grants::default();
        role.add("customers:read", Scope::Unit);
        role.add("customers:*", Scope::Own);
        assert_eq!(role.scope("customers", "read"), Some(Scope::Unit));
        assert_eq!(role.scope("customers", "delete"), Some(Scope::Own));
        assert_eq!(role.scope("roles", "read"), None);
        let wide = Grants([("customers:read".to_owned(), Scope::All)].into());
        assert!(!wide.within(&role));
        assert_eq!(wide.both(&role).scope("customers", "read"), Some(Scope::Unit));
        assert_eq!(wide.both(&role).scope("customers", "delete"), None);
    }
}
