//! Ids: lower-case UUIDv7 (RFC 9562), opaque to clients, typed by the record they belong to so that a customer's id is never
//! passed where an order's is wanted.
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::cmp::Ordering;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::marker::PhantomData;
use utoipa::openapi::schema::{KnownFormat, ObjectBuilder, SchemaFormat, Type};
use utoipa::openapi::{RefOr, Schema};
use uuid::Uuid;

/// The id of a record of type `R`.
pub struct Id<R = ()>(Uuid, PhantomData<fn() -> R>);

impl<R> Id<R> {
    /// Wraps an id that was made elsewhere: read from storage, or brought by a client.
    pub const fn from_uuid(id: Uuid) -> Self {
        Id(id, PhantomData)
    }
    pub const fn uuid(self) -> Uuid {
        self.0
    }
    /// The same id, without its type or with another.
    pub const fn cast<S>(self) -> Id<S> {
        Id(self.0, PhantomData)
    }
}

// Written out because a derive would ask the same of R, which is only a name here.
impl<R> Clone for Id<R> {
    fn clone(&self) -> Self {
        *self
    }
}
impl<R> Copy for Id<R> {}
impl<R> PartialEq for Id<R> {
    fn eq(&self, other: &Self) -> bool {
        self.0 == other.0
    }
}
impl<R> Eq for Id<R> {}
impl<R> PartialOrd for Id<R> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}
impl<R> Ord for Id<R> {
    fn cmp(&self, other: &Self) -> Ordering {
        self.0.cmp(&other.0)
    }
}
impl<R> Hash for Id<R> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.0.hash(state);
    }
}
impl<R> fmt::Debug for Id<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}
impl<R> fmt::Display for Id<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}
impl<R> Serialize for Id<R> {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        self.0.serialize(s)
    }
}
impl<'de, R> Deserialize<'de> for Id<R> {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        Uuid::deserialize(d).map(Id::from_uuid)
    }
}
impl<R> utoipa::PartialSchema for Id<R> {
    fn schema() -> RefOr<Schema> {
        let format = SchemaFormat::KnownFormat(KnownFormat::Uuid);
        ObjectBuilder::new()
            .schema_type(Type::String)
            .format(Some(format))
            .max_length(Some(36))
            .into()
    }
}
impl<R> utoipa::ToSchema for Id<R> {}

/// Where new ids come from. Passed in, so that a test can foresee them.
pub trait Ids: Send + Sync {
    /// An id never given before; later ones sort after earlier ones.
    fn next(&self) -> Uuid;
}
