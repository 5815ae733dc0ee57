//! What a bulk action would come to: how many records it is about, how many of them are the caller's to change, and the first of them
//! before and after. It is done and taken back, so that the same checks are made.
use super::work::Work;
use crate::http::problem::Lang;
use crate::integration::import::problem::RowProblem;
use domain::core::actor::{Scope, Sight};
use domain::core::error::Result;
use domain::core::pipeline::Context;
use domain::integration::bulk::{BulkFields, BulkOutcome};
use persistence::core::conn::Conn;
use persistence::core::read;
use persistence::integration::bulk;
use persistence::integration::rows::Entry;
use serde::Serialize;
use serde_json::{Map, Value};
use utoipa::ToSchema;
use uuid::Uuid;

/// Records that are shown.
const SHOWN: usize = 10;

/// What is wrong with one record.
#[derive(Debug, Serialize, ToSchema)]
pub struct BulkError {
    #[schema(max_length = 50, example = "out_of_range")]
    pub code: String,
    /// The member of the request that it comes from, or of the record; empty where the whole record is meant.
    #[schema(max_length = 500, example = "/action/change/due_at")]
    pub pointer: String,
    /// In words, in the language asked for.
    #[schema(max_length = 1000, example = "is not within its bounds")]
    pub detail: String,
}

/// What would become of one record.
#[derive(Debug, Serialize, ToSchema)]
pub struct BulkSample {
    pub record_id: Uuid,
    pub outcome: BulkOutcome,
    /// The members that would change, as they are.
    pub before: BulkFields,
    /// The same as they would be.
    pub after: BulkFields,
    #[schema(max_items = 100)]
    pub errors: Vec<BulkError>,
}

/// What a bulk action would come to.
#[derive(Debug, Serialize, ToSchema)]
pub struct BulkPreview {
    /// How many records it is about, of those that you may see.
    #[schema(minimum = 0, maximum = 9007199254740991i64, example = 120)]
    pub matched: i64,
    /// How many of them are yours to change; a rule may refuse some of those.
    #[schema(minimum = 0, maximum = 9007199254740991i64, example = 117)]
    pub changeable: i64,
    /// The first of them.
    #[schema(max_items = 10)]
    pub sample: Vec<BulkSample>,
}

/// What was wrong with a record, in words.
pub fn errors(entry: &Entry, lang: Lang) -> Vec<BulkError> {
    let problems: Vec<RowProblem> = entry
        .errors
        .as_deref()
        .and_then(|text| serde_json::from_str(text).ok())
        .unwrap_or_default();
    problems
        .into_iter()
        .map(|p| BulkError {
            detail: p.sentence(lang),
            code: p.code,
            pointer: p.pointer,
        })
        .collect()
}

/// How many records an action is about, and which it begins with: what may take a look at all records, and is read outside the writer.
#[derive(Debug, Clone, Default)]
pub struct Counted {
    pub matched: i64,
    pub changeable: i64,
    first: Vec<Uuid>,
}

impl Work {
    /// Counts the records, and finds the first.
    ///
    /// # Errors
    /// Those of the database.
    pub fn counted(&self, conn: &mut Conn, context: &Context<'_>) -> Result<Counted> {
        let (spec, all) = (self.object.spec(), self.sights(context)?);
        let mut count = |sights: &[Sight<'_>]| bulk::count(conn, spec, sights, self.which.as_ref(), &self.ids);
        let (matched, changeable) = (count(&all[..1])?, count(&all)?);
        let first = match (&self.which, all.first()) {
            (Some(which), Some(reads)) => bulk::next(conn, spec, reads, which, Uuid::nil(), SHOWN as i64)?,
            _ => self.ids.iter().take(SHOWN).copied().collect(),
        };
        Ok(Counted {
            matched,
            changeable,
            first,
        })
    }

    /// Does it to some records, and shows what that came to. The caller takes it back.
    fn sample(&self, conn: &mut Conn, context: &Context<'_>, first: Vec<Uuid>, lang: Lang) -> Result<Vec<BulkSample>> {
        let spec = self.object.spec();
        let reads = context.sight(spec.object, "read")?;
        // Wherever a record goes, whoever sent it there is shown it as it then is.
        let everywhere = Sight {
            scope: Scope::All,
            ..reads
        };
        let mut found = Vec::new();
        for id in first {
            let before = read::some(conn, &reads, spec, &[id])?.pop().unwrap_or_default();
            let entry = self.apply(conn, context, 0, id)?;
            let outcome = BulkOutcome::from(entry.outcome);
            let after = match outcome {
                BulkOutcome::Done => read::some(conn, &everywhere, spec, &[id])?.pop().unwrap_or_default(),
                _ => before.clone(),
            };
            let kept = |name: &str| matches!(name, "version" | "updated_at" | "updated_by");
            let differs = |name: &String| !kept(name) && before.get(name) != after.get(name);
            let only =
                |of: &Map<String, Value>| BulkFields(of.iter().filter(|(n, _)| differs(n)).map(|(n, v)| (n.clone(), v.clone())).collect());
            found.push(BulkSample {
                record_id: id,
                outcome,
                before: only(&before),
                after: only(&after),
                errors: errors(&entry, lang),
            });
        }
        Ok(found)
    }

    /// Does it to the first records, and takes that back.
    ///
    /// # Errors
    /// Those of the database.
    pub fn preview(&self, conn: &mut Conn, context: &Context<'_>, counted: Counted, lang: Lang) -> Result<BulkPreview> {
        Ok(BulkPreview {
            matched: counted.matched,
            changeable: counted.changeable,
            sample: conn.tried(|conn| self.sample(conn, context, counted.first, lang))?,
        })
    }
}
