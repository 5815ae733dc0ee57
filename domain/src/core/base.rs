//! What every record has: identity, version, when and by whom, whose it is, its names in other systems, and the customer's own fields.
use super::field::{Access, Field, Kind};
use super::id::Id;
use super::input::{Members, set};
use super::instant::Instant;
use crate::access::unit::Unit;
use crate::access::user::User;
use serde_json::{Map, Value};
use std::collections::BTreeMap;
use uuid::Uuid;

/// The members that every record begins and ends with.
#[derive(Debug, Clone, PartialEq)]
pub struct Base {
    pub id: Id,
    /// 1 on create, one more with each change.
    pub version: i64,
    pub created_at: Instant,
    pub updated_at: Instant,
    /// Who made it; none for the server itself.
    pub created_by: Option<Id<User>>,
    /// Who changed it last; none for the server itself.
    pub updated_by: Option<Id<User>>,
    /// Whose it is.
    pub owner_id: Option<Id<User>>,
    /// The unit it belongs to: its owner's.
    pub unit_id: Option<Id<Unit>>,
    /// What other systems call it: system to id.
    pub external_ids: BTreeMap<String, String>,
    /// The organization's own fields.
    pub custom: Map<String, Value>,
}

impl Base {
    /// That of a record that the server itself makes at a moment, which is nobody's yet.
    pub fn new(id: Uuid, now: Instant) -> Self {
        Base {
            id: Id::from_uuid(id),
            version: 1,
            created_at: now,
            updated_at: now,
            created_by: None,
            updated_by: None,
            owner_id: None,
            unit_id: None,
            external_ids: BTreeMap::new(),
            custom: Map::new(),
        }
    }
}

/// What a create may say of the base.
#[derive(Debug, Clone, Default)]
pub struct CreateBase {
    pub owner_id: Option<Id<User>>,
    pub external_ids: BTreeMap<String, String>,
    pub custom: Map<String, Value>,
}

/// What a patch may say of the base.
#[derive(Debug, Clone, Default)]
pub struct PatchBase {
    pub owner_id: Option<Option<Id<User>>>,
    /// A merge: null takes a system's id away.
    pub external_ids: Option<BTreeMap<String, Option<String>>>,
    /// A merge: null clears a field.
    pub custom: Option<Map<String, Value>>,
}

impl CreateBase {
    /// Takes the base's members out of the body. What is null is absent, here too.
    pub fn read(members: &mut Members) -> Self {
        let named: BTreeMap<String, Option<String>> = members.optional("external_ids").unwrap_or_default();
        let mut custom: Map<String, Value> = members.optional("custom").unwrap_or_default();
        custom.retain(|_, value| !value.is_null());
        CreateBase {
            owner_id: members.optional("owner_id").unwrap_or_default(),
            external_ids: named.into_iter().filter_map(|(system, value)| Some((system, value?))).collect(),
            custom,
        }
    }
}

impl PatchBase {
    /// Takes the base's members out of the body.
    pub fn read(members: &mut Members) -> Self {
        PatchBase {
            owner_id: members.present("owner_id"),
            external_ids: members.present("external_ids").map(Option::unwrap_or_default),
            custom: members.present("custom").map(Option::unwrap_or_default),
        }
    }
}

impl Base {
    /// How many fields stand before a record's own.
    pub const HEAD: usize = 8;

    /// Takes over what a create says of the base.
    pub fn taking(mut self, input: CreateBase) -> Self {
        self.owner_id = input.owner_id.or(self.owner_id);
        self.external_ids = input.external_ids;
        self.custom = input.custom;
        self
    }

    /// Applies a merge patch (RFC 7396) to the base.
    pub fn apply(&mut self, patch: PatchBase) {
        set(&mut self.owner_id, patch.owner_id);
        for (system, value) in patch.external_ids.unwrap_or_default() {
            match value {
                Some(value) => self.external_ids.insert(system, value),
                None => self.external_ids.remove(&system),
            };
        }
        for (name, value) in patch.custom.unwrap_or_default() {
            match value {
                Value::Null => self.custom.remove(&name),
                value => self.custom.insert(name, value),
            };
        }
    }

    /// The fields before a record's own.
    pub fn head() -> Vec<Field> {
        let server = |name, kind, doc| Field {
            access: Access::Server,
            ..Field::new(name, kind, doc)
        };
        let sorted = |name, kind, doc| Field {
            sortable: true,
            ..server(name, kind, doc)
        };
        let user = || Kind::Reference("users");
        let nullable = |field: Field| Field { nullable: true, ..field };
        let head = vec![
            Field {
                example: "\"0198c2f4-5a30-7c11-9d0a-3f6b8f3f1a20\"",
                ..sorted("id", Kind::Reference(""), "Made by the server; a lower-case UUIDv7.")
            },
            Field {
                example: "3",
                ..server(
                    "version",
                    Kind::Integer,
                    "1 on create, one more with each change; the ETag of the record.",
                )
            },
            sorted("created_at", Kind::Instant, "When it was made."),
            sorted("updated_at", Kind::Instant, "When it last changed."),
            nullable(server("created_by", user(), "Who made it; null for the server itself.")),
            nullable(server("updated_by", user(), "Who changed it last; null for the server itself.")),
            nullable(Field::new("owner_id", user(), "Whose it is; on create the caller, unless given.")),
            nullable(server("unit_id", Kind::Reference("units"), "The unit it belongs to: its owner's.")),
        ];
        let labels = [
            "شناسه",
            "نگارش",
            "زمان ساخت",
            "زمان آخرین تغییر",
            "سازنده",
            "آخرین تغییردهنده",
            "مسئول",
            "واحد",
        ];
        head.into_iter()
            .zip(labels)
            .map(|(field, label_fa)| Field { label_fa, ..field })
            .collect()
    }

    /// The fields behind a record's own.
    pub fn tail() -> Vec<Field> {
        let map = |name, label_fa, doc, example, schema| Field {
            label_fa,
            example,
            schema: Some(schema),
            ..Field::new(name, Kind::Structure, doc)
        };
        vec![
            map(
                "external_ids",
                "شناسه‌های بیرونی",
                "What other systems call it: system to id. A patch merges; null takes one away.",
                r#"{"erp": "C-1042"}"#,
                super::schema::texts,
            ),
            map(
                "custom",
                "فیلدهای سفارشی",
                "The organization's own fields, as `/custom-fields` declares them. A patch merges; null clears one.",
                "{}",
                super::schema::anything,
            ),
        ]
    }
}
