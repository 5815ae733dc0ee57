//! A record without its type: the face by which handlers, imports and batches reach any record. What is generic is small and
//! synchronous; everything above is compiled once.
use super::conn::Conn;
use domain::core::error::Result;
use domain::core::pipeline::{self, Context, Done, Draft, Expect, Store};
use domain::core::resource::{Resource, Spec};
use serde_json::{Map, Value};
use std::marker::PhantomData;
use uuid::Uuid;

/// Any record.
pub trait Object: Send + Sync {
    fn spec(&self) -> &'static Spec;
    fn create(&self, conn: &mut Conn, context: &Context<'_>, id: Option<Uuid>, body: Map<String, Value>) -> Result<Done>;
    /// Reads the body of a create ahead of its time.
    fn draft(&self, context: &Context<'_>, id: Option<Uuid>, body: Map<String, Value>) -> Result<Box<dyn Drafted>>;
    fn patch(&self, conn: &mut Conn, context: &Context<'_>, id: Uuid, expect: Expect, body: Map<String, Value>) -> Result<Done>;
    fn delete(&self, conn: &mut Conn, context: &Context<'_>, id: Uuid, expect: Expect) -> Result<Done>;
    fn restore(&self, conn: &mut Conn, context: &Context<'_>, id: Uuid, expect: Expect) -> Result<Done>;
}

/// A draft without its type.
pub trait Drafted: Send + Sync {
    /// Creates the record; the draft stays, for when the transaction is tried again.
    fn keep(&self, conn: &mut Conn, context: &Context<'_>) -> Result<Done>;
}

impl<R: Resource> Drafted for Draft<R>
where
    Conn: Store<R>,
{
    fn keep(&self, conn: &mut Conn, context: &Context<'_>) -> Result<Done> {
        pipeline::keep::<R>(conn, context, self.clone())
    }
}

/// The record `R`, as an [`Object`].
#[derive(Debug)]
pub struct Of<R>(PhantomData<fn() -> R>);

impl<R> Of<R> {
    pub const NEW: Self = Of(PhantomData);
}

impl<R: Resource> Object for Of<R>
where
    Conn: Store<R>,
{
    fn spec(&self) -> &'static Spec {
        &R::SPEC
    }
    fn create(&self, conn: &mut Conn, context: &Context<'_>, id: Option<Uuid>, body: Map<String, Value>) -> Result<Done> {
        pipeline::create::<R>(conn, context, id, body)
    }
    fn draft(&self, context: &Context<'_>, id: Option<Uuid>, body: Map<String, Value>) -> Result<Box<dyn Drafted>> {
        Ok(Box::new(pipeline::draft::<R>(context, id, body)?))
    }
    fn patch(&self, conn: &mut Conn, context: &Context<'_>, id: Uuid, expect: Expect, body: Map<String, Value>) -> Result<Done> {
        pipeline::patch::<R>(conn, context, id, expect, body)
    }
    fn delete(&self, conn: &mut Conn, context: &Context<'_>, id: Uuid, expect: Expect) -> Result<Done> {
        pipeline::delete::<R>(conn, context, id, expect)
    }
    fn restore(&self, conn: &mut Conn, context: &Context<'_>, id: Uuid, expect: Expect) -> Result<Done> {
        pipeline::restore::<R>(conn, context, id, expect)
    }
}
