//! Merging: several records of the same customer become one. Whose value wins, what undoing puts back, and what is remembered of it.
use super::contact_point::ContactPoint;
use super::customer::Customer;
use crate::core::base::Base;
use crate::core::error::{Error, Result};
use crate::core::field::{Access, Kind};
use crate::core::id::Id;
use crate::core::instant::Instant;
use crate::core::problem::{Code, Problems};
use crate::core::resource::{Resource, Rules, Setting};
use crate::core::text::fold;
use derive::Record;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;
use utoipa::openapi::{RefOr, Schema};
use utoipa::{PartialSchema, ToSchema};
use uuid::Uuid;

crate::choice! {
    /// Whether the merge stands or was undone.
    #[derive(Default)]
    pub enum MergeState { #[default] Done = "done", Undone = "undone" }
}

crate::choice! {
    /// What was done to a record.
    pub enum Step {
        /// The survivor got other values.
        Survivor = "survivor",
        /// Another system's name of a merged record leads to the survivor.
        Named = "named",
        /// It refers to the survivor now.
        Moved = "moved",
        /// It went to the trash.
        Dropped = "dropped",
    }
}

/// Field to the id of the customer whose value wins.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct MergeFields(pub BTreeMap<String, Uuid>);
impl PartialSchema for MergeFields {
    fn schema() -> RefOr<Schema> {
        crate::core::schema::texts()
    }
}
impl ToSchema for MergeFields {}

/// How many records of an object refer to the merged customers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct MergeCount {
    /// The object, such as `relationships`.
    #[schema(max_length = 60, example = "relationships")]
    pub object: String,
    /// How many of them, those in the trash included.
    #[schema(minimum = 1, maximum = 9_007_199_254_740_991_i64, example = 3)]
    pub count: i64,
}

/// Customers that became one, and how.
#[derive(Debug, Clone, Record)]
#[record(path = "/merges", one = "merge", many = "merges", tag = "Duplicates", fa = "ادغام‌ها")]
pub struct Merge {
    #[record(base)]
    pub base: Base,
    /// The customer that stays.
    #[record(fixed, fa = "بازمانده")]
    pub survivor_id: Id<Customer>,
    /// The customers that went into it.
    #[record(
        fixed,
        min = 1,
        max = 20,
        example = r#"["0198c2f4-5a30-7c11-9d0a-3f6b8f3f1a21"]"#,
        fa = "ادغام‌شده‌ها"
    )]
    pub merged_ids: Vec<Id<Customer>>,
    /// Whose value wins, by field. Elsewhere the survivor's stays, or where it has none the first merged one's; lists are united.
    #[record(fixed, like = MergeFields, example = r#"{"city": "0198c2f4-5a30-7c11-9d0a-3f6b8f3f1a21"}"#, fa = "برندهٔ هر فیلد")]
    pub fields: Option<MergeFields>,
    /// Whether it stands or was undone.
    #[record(server, example = r#""done""#, fa = "وضعیت")]
    pub state: MergeState,
    /// What referred to the merged customers and refers to the survivor now, by object.
    #[record(server, items = MergeCount, max = 200, example = r#"[{"object": "relationships", "count": 3}]"#, fa = "جابه‌جاشده‌ها")]
    pub moved: Vec<MergeCount>,
    /// Until when it can be undone.
    #[record(server, example = r#""2026-04-20T08:30:00.000Z""#, fa = "مهلت بازگردانی")]
    pub undo_until: Option<Instant>,
    /// When it was undone; null while it stands.
    #[record(server, fa = "زمان بازگردانی")]
    pub undone_at: Option<Instant>,
}

impl Rules for Merge {
    fn check(&mut self, _setting: &Setting) -> Problems {
        let mut problems = Problems::default();
        if self.merged_ids.is_empty() {
            problems.add("/merged_ids", Code::Required);
        }
        for (i, id) in self.merged_ids.iter().enumerate() {
            if *id == self.survivor_id {
                problems.with(
                    format!("/merged_ids/{i}"),
                    Code::Conflict,
                    vec![("with", "/survivor_id".to_owned())],
                );
            }
            if self.merged_ids[..i].contains(id) {
                problems.add(format!("/merged_ids/{i}"), Code::Duplicate);
            }
        }
        for (name, winner) in self.fields.iter().flat_map(|f| &f.0) {
            let at = format!("/fields/{}", crate::core::input::escape(name));
            if !eligible(name) {
                problems.add(at, Code::UnknownField);
            } else if !self.parties().any(|id| id == *winner) {
                let all: Vec<String> = self.parties().map(|id| id.to_string()).collect();
                problems.with(at, Code::NotAllowed, vec![("allowed", all.join(", "))]);
            }
        }
        problems
    }
}

/// Whether a field can have a winner: it is the client's to set, and not one whose values all stay.
fn eligible(name: &str) -> bool {
    let free = |n: &str| Customer::SPEC.field(n).is_some_and(|f| f.access == Access::Free);
    free(name) && !matches!(name, "external_ids" | "custom")
}

impl Merge {
    /// The survivor and the merged.
    pub fn parties(&self) -> impl Iterator<Item = Uuid> {
        std::iter::once(self.survivor_id.uuid()).chain(self.merged_ids.iter().map(|id| id.uuid()))
    }

    /// Marks it undone.
    ///
    /// # Errors
    /// `merge_undone` where it was undone before, `undo_expired` where its time is over.
    pub fn undo(&mut self, now: Instant) -> Result<()> {
        if self.state == MergeState::Undone {
            return Err(Error::Conflict("merge_undone"));
        }
        if self.undo_until.is_none_or(|until| until < now) {
            return Err(Error::Conflict("undo_expired"));
        }
        self.state = MergeState::Undone;
        self.undone_at = Some(now);
        Ok(())
    }
}

/// The patch that makes the survivor what it is after the merge. `merged` are the others in the order they were named, each with its
/// members; `winners` says whose value a field takes.
pub fn combine(survivor: &Map<String, Value>, merged: &[Map<String, Value>], winners: &BTreeMap<String, Uuid>) -> Map<String, Value> {
    let id = |record: &Map<String, Value>| record.get("id").and_then(Value::as_str).unwrap_or_default().to_owned();
    let parties: Vec<String> = std::iter::once(survivor).chain(merged).map(id).collect();
    let mut patch = Map::new();
    for field in Customer::SPEC.fields.iter().filter(|f| f.access == Access::Free) {
        let own = survivor.get(field.name).cloned().unwrap_or_default();
        let others = || merged.iter().filter_map(|m| m.get(field.name));
        let winner = winners
            .get(field.name)
            .and_then(|w| parties.iter().position(|p| *p == w.to_string()));
        let mut value = match (winner, &own) {
            (Some(0), _) => continue,
            (Some(n), _) => merged.get(n - 1).and_then(|m| m.get(field.name)).cloned().unwrap_or_default(),
            (None, Value::Array(items)) => Value::Array(others().filter_map(Value::as_array).flatten().fold(items.clone(), unite)),
            (None, Value::Object(members)) => {
                let mut all = members.clone();
                for (name, value) in others().filter_map(Value::as_object).flatten() {
                    all.entry(name).or_insert_with(|| value.clone());
                }
                Value::Object(all)
            }
            (None, Value::Null) => others().find(|v| !v.is_null()).cloned().unwrap_or_default(),
            (None, _) => continue,
        };
        // Nobody refers to themselves.
        if matches!(field.kind, Kind::Reference("customers")) && value.as_str().is_some_and(|v| parties.iter().any(|p| p == v)) {
            value = if field.nullable && !parties.iter().any(|p| own == **p) {
                own.clone()
            } else {
                Value::Null
            };
        }
        if value != own {
            patch.insert(field.name.to_owned(), value);
        }
    }
    patch
}

/// Adds an item to a list unless it says what is there already.
fn unite(mut all: Vec<Value>, item: &Value) -> Vec<Value> {
    let key = key(item);
    if all.iter().any(|other| self::key(other) == key) {
        return all;
    }
    let mut item = item.clone();
    // There is one to use first of each kind, and it is the survivor's.
    let first = |v: &Value| v.get("primary") == Some(&Value::Bool(true)) && v.get("kind") == item.get("kind");
    if all.iter().any(first) {
        item["primary"] = json!(false);
    }
    all.push(item);
    all
}

/// What makes two items of a list the same: of a way to reach somebody its kind and value, of a bank account its number, of an address
/// where it is, of a member of a team who it is, of a text how it reads.
fn key(item: &Value) -> String {
    let text = |name: &str| item.get(name).and_then(Value::as_str).unwrap_or_default();
    if let Value::String(text) = item {
        return fold(text);
    }
    if item.get("iban").is_some() {
        return text("iban").to_owned();
    }
    if item.get("user_id").is_some() {
        return text("user_id").to_owned();
    }
    if let Ok(point) = serde_json::from_value::<ContactPoint>(item.clone()) {
        let value = point.key().map_or(point.value, |(_, key)| key);
        return format!("{}:{value}", text("kind"));
    }
    if item.get("street").is_some() {
        let parts = ["country", "province", "city", "district", "street", "postal_code"];
        return parts.map(|part| fold(text(part))).join("\n");
    }
    item.to_string()
}

/// The patch that takes back what a merge changed: `before` and `after` are the members it changed, `now` the record as it is. What was
/// edited since stays: of a list and a map item by item, of anything else the whole value.
pub fn take_back(before: &Map<String, Value>, after: &Map<String, Value>, now: &Map<String, Value>) -> Map<String, Value> {
    let mut patch = Map::new();
    for (name, old) in before {
        let (made, now) = (after.get(name).unwrap_or(&Value::Null), now.get(name).unwrap_or(&Value::Null));
        let back = match (old, made, now) {
            (Value::Object(old), Value::Object(made), Value::Object(now)) => {
                let mut back = Map::new();
                for key in old.keys().chain(made.keys()) {
                    let (o, m) = (old.get(key), made.get(key));
                    if o != m && now.get(key) == m {
                        back.insert(key.clone(), o.cloned().unwrap_or_default());
                    }
                }
                Value::Object(back)
            }
            _ if now == made => old.clone(),
            (Value::Array(old), Value::Array(made), Value::Array(now)) => Value::Array(untangle(old, made, now)),
            _ => continue,
        };
        patch.insert(name.clone(), back);
    }
    patch
}

/// A list without what a merge put in and with what it took out, and with everything that was done to it since.
fn untangle(old: &[Value], made: &[Value], now: &[Value]) -> Vec<Value> {
    let stays = now.iter().filter(|item| old.contains(item) || !made.contains(item)).cloned();
    let mut all: Vec<Value> = stays.collect();
    for item in old.iter().filter(|item| !made.contains(item)) {
        let lacks = !all.iter().any(|other| key(other) == key(item));
        if lacks {
            all = unite(all, item);
        }
    }
    all
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test says by panicking that it failed")]
    use super::*;

    fn map(value: Value) -> Map<String, Value> {
        value.as_object().cloned().unwrap_or_default()
    }
    const S: &str = "0198c2f4-5a30-7c11-9d0a-000000000001";
    const M: &str = "0198c2f4-5a30-7c11-9d0a-000000000002";

    #[test]
    fn the_survivor_wins_the_empty_is_filled_and_lists_are_united() {
        let survivor = map(json!({
            "id": S, "city": "یزد", "province": null, "interests": ["فولاد"], "external_ids": {"erp": "1"}, "custom": {}, "referrer_id": M,
            "contact_points": [{"kind": "mobile", "value": "+989121234567", "primary": true}],
            "account_team": [{"user_id": S, "role": "manager"}],
        }));
        let merged = map(json!({
            "id": M, "city": "شیراز", "province": "فارس", "interests": ["فولاد", "مس"], "external_ids": {"erp": "2", "shop": "9"}, "custom": {},
            "contact_points": [
                {"kind": "mobile", "value": "+989121234567", "primary": true, "label": "home"},
                {"kind": "mobile", "value": "+989121234568", "primary": false},
                {"kind": "email", "value": "a@b.example", "primary": true}
            ],
            "account_team": [{"user_id": S, "role": "seller"}, {"user_id": M, "role": "seller"}],
        }));
        let patch = combine(&survivor, std::slice::from_ref(&merged), &BTreeMap::new());
        assert_eq!((patch.get("city"), &patch["province"]), (None, &json!("فارس")));
        assert_eq!(patch["interests"], json!(["فولاد", "مس"]));
        assert_eq!(patch["external_ids"], json!({"erp": "1", "shop": "9"}));
        let points = patch["contact_points"].as_array().unwrap();
        let primary: Vec<&Value> = points.iter().map(|p| &p["primary"]).collect();
        assert_eq!(primary, [&json!(true), &json!(false), &json!(true)]);
        assert_eq!(
            patch["account_team"],
            json!([{"user_id": S, "role": "manager"}, {"user_id": M, "role": "seller"}])
        );
        let winners = [("city".to_owned(), M.parse().unwrap())].into();
        assert_eq!(combine(&survivor, &[merged], &winners)["city"], json!("شیراز"));
    }

    #[test]
    fn taking_back_keeps_what_was_edited_since() {
        let before = map(json!({"city": null, "notes": null, "interests": ["a", "x"], "external_ids": {"erp": "1"}}));
        let after = map(json!({"city": "یزد", "notes": "theirs", "interests": ["a", "b"], "external_ids": {"erp": "1", "shop": "9"}}));
        assert_eq!(
            take_back(&before, &after, &after),
            map(json!({"city": null, "notes": null, "interests": ["a", "x"], "external_ids": {"shop": null}}))
        );
        let now = map(json!({"city": "یزد", "notes": "mine", "interests": ["a", "b", "c"], "external_ids": {"erp": "1", "shop": "8"}}));
        assert_eq!(
            take_back(&before, &after, &now),
            map(json!({"city": null, "interests": ["a", "c", "x"], "external_ids": {}}))
        );
    }
}
