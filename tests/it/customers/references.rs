//! Nothing goes on naming a customer that was merged, whatever object it stands in.
use domain::core::field::{Access, Kind};
use persistence::core::merged::{HISTORY, fields_to};
use persistence::core::sql::Sql;
use serde_json::{Value, json};
use std::collections::BTreeSet;
use tests::records::{body, mounted, writable};
use tests::{Who, both, digest};
use uuid::Uuid;

/// Columns of ids that are no fields of a record, and why none of them need follow a merge.
const OTHERS: &[(&str, &str)] = &[
    // The change log and what is kept of merges: they tell of the customers as they were.
    ("changes", "record_id"),
    ("changes", "salt"),
    ("changes", "actor_id"),
    ("changes", "origin"),
    ("changes", "owner_before"),
    ("changes", "unit_before"),
    ("changes", "owner_after"),
    ("changes", "unit_after"),
    ("merge_steps", "merge_id"),
    ("merge_steps", "record_id"),
    ("merged_records", "record_id"),
    ("merged_records", "survivor_id"),
    ("merged_records", "merge_id"),
    // Derived from the record, which brings them along.
    ("customer_keys", "customer_id"),
    ("document_links", "record_id"),
    ("document_links", "document_id"),
    ("document_texts", "document_id"),
    ("interaction_parties", "customer_id"),
    ("interaction_parties", "interaction_id"),
    // By the condition of a group: the merged customer leaves, the survivor is held against it.
    ("group_matches", "group_id"),
    ("group_matches", "customer_id"),
    ("group_rules", "group_id"),
    // Who joined and left, as of then.
    ("group_history", "id"),
    ("group_history", "group_id"),
    ("group_history", "customer_id"),
    ("group_history", "actor_id"),
    // For which invoices payments are, which bring it along.
    ("contract_renewals", "contract_id"),
    ("payment_allocations", "invoice_id"),
    ("payment_allocations", "payment_id"),
    // Of a deal, which brings them along; competitors are no customers.
    ("opportunity_competitors", "competitor_id"),
    ("opportunity_competitors", "opportunity_id"),
    // What deals were like, as of then.
    ("forecast_snapshot_deals", "snapshot_id"),
    ("forecast_snapshot_deals", "id"),
    ("forecast_snapshot_deals", "owner_id"),
    ("forecast_snapshot_deals", "unit_id"),
    ("forecast_snapshot_deals", "pipeline_id"),
    ("forecast_snapshot_deals", "customer_id"),
    ("opportunity_products", "opportunity_id"),
    ("opportunity_products", "product_id"),
    ("opportunity_stages", "id"),
    ("opportunity_stages", "opportunity_id"),
    ("opportunity_stages", "pipeline_id"),
    ("opportunity_stages", "stage_id"),
    ("opportunity_stages", "from_stage_id"),
    ("opportunity_stages", "entered_by"),
    ("opportunity_stages", "left_by"),
    // Of a lead, which brings them along; whose turn it is, of a rule.
    ("lead_keys", "lead_id"),
    ("assignment_turns", "rule_id"),
    ("assignment_turns", "user_id"),
    // Contents of documents.
    ("document_versions", "document_id"),
    ("document_versions", "content_id"),
    ("document_versions", "created_by"),
    // Kept for one run of the matcher.
    ("duplicate_keys", "customer_id"),
    ("custom_values", "record_id"),
    ("external_ids", "record_id"),
    // What became of a row of a file, or of a record of a bulk action, as of then.
    ("import_checkpoints", "import_id"),
    ("work_rows", "work_id"),
    ("work_rows", "record_id"),
    ("work_rows", "made_id"),
    // Of a user, of the confirmation of a consent or of a quote, which bring it along.
    ("mailed_links", "id"),
    ("mailed_links", "subject_id"),
    // What was erased, as it was then.
    ("erased_identifiers", "erasure_id"),
    ("erased_records", "record_id"),
    ("erased_records", "erasure_id"),
    // What users were told of, as of then.
    ("notifications", "id"),
    ("notifications", "user_id"),
    ("notifications", "record_id"),
    // Of users, requests and work.
    ("calendar_secrets", "calendar_id"),
    ("idempotency_keys", "principal"),
    ("jobs", "id"),
    ("jobs", "created_by"),
    ("jobs", "origin"),
    ("api_key_secrets", "api_key_id"),
    ("credentials", "user_id"),
];
/// So many calls suggest a number.
const CALLS: usize = 3;
/// Tables of sign-in, which know users alone.
const SIGN_IN: [&str; 3] = ["sessions", "devices", "spent_refresh_tokens"];

/// A new table that refers to customers must be a record, whose field table merging reads, or be named above with a reason.
#[test]
fn every_column_of_ids_is_a_field_or_is_accounted_for() {
    let app = tests::App::postgres();
    let fields: BTreeSet<(String, String)> = mounted()
        .iter()
        .flat_map(|spec| spec.fields.iter().map(|f| (spec.object.to_owned(), f.name.to_owned())))
        .collect();
    for spec in mounted() {
        for field in spec.fields.iter().filter(|f| f.kind == Kind::Reference("")) {
            // A grantee is a user, a team or a unit.
            let known = matches!((spec.object, field.name), (_, "id") | ("shares", "grantee_id" | "record_id"));
            assert!(
                known,
                "{}.{} names a record of any object: call it record_id, beside `object`",
                spec.object, field.name
            );
        }
    }
    for (table, columns) in digest::columns(&app) {
        for (column, _) in columns.iter().filter(|(_, ids)| *ids) {
            let known = fields.contains(&(table.clone(), column.clone()))
                || OTHERS.contains(&(table.as_str(), column.as_str()))
                || SIGN_IN.contains(&table.as_str());
            assert!(
                known,
                "{table}.{column} holds ids and is no field of a record: if it can name a customer, merging must move it"
            );
        }
    }
}

both! {
    fn every_reference_of_every_object_follows(app: &App) {
        let owner = app.be(Who::Owner);
        let person = |name: &str| owner.post("/customers", json!({"kind": "person", "family_name": name})).is(201).id();
        let (survivor, merged) = (person("Stays"), person("Goes"));
        owner.post("/custom-fields", json!({
            "object": "groups", "name": "patron", "label_en": "Patron", "label_fa": "حامی", "kind": "reference",
        })).is(201);
        // Before the customer has a credit account, which orders in another currency would wait for.
        let papers = crate::orders::papers(&owner, &merged).into_iter();
        let mut made: Vec<(String, &str, Value)> = papers.map(|address| (address, "customer_id", json!(survivor))).collect();
        let made_by_all = |spec: &'static domain::core::resource::Spec| writable(app).iter().any(|s| s.object == spec.object);
        for spec in mounted() {
            for field in fields_to(spec, "customers") {
                if HISTORY.contains(&spec.object) {
                    continue;
                }
                if spec.object == "suggestions" {
                    // Drawn from calls, which refer to the customer themselves.
                    let call = json!({"channel": "call", "customer_id": merged, "address": "+989351234567"});
                    (0..CALLS).for_each(|_| drop(owner.post("/interactions", call.clone()).is(201)));
                    crate::quality::job(app, "/suggestions/scan");
                    let id = owner.get("/suggestions").is(200).data()[0]["id"].as_str().unwrap().to_owned();
                    made.push((format!("{}/{id}", spec.path), field.name, json!(survivor)));
                    continue;
                }
                // What follows from orders and invoices is made below.
                if ["credit_notes", "ledger_entries", "refunds", "shipments"].contains(&spec.object) {
                    continue;
                }
                if spec.object == "leads" && field.access == Access::Server {
                    // What a lead became.
                    let organization = owner.post("/customers", json!({"kind": "organization", "organization_name": "Works"})).is(201).id();
                    let lead = owner.post("/leads", json!({"family_name": "Guest"})).is(201).id();
                    let into = match field.name {
                        "contact_id" => json!({"customer_id": organization, "contact_id": merged, "without_opportunity": true}),
                        _ => json!({"customer_id": merged, "without_opportunity": true}),
                    };
                    owner.with("If-Match", "*").post(&format!("/leads/{lead}/convert"), into).is(200);
                    made.push((format!("/leads/{lead}"), field.name, json!(survivor)));
                    let ties = owner.all("/relationships", &[("filter", &format!("to_id = \"{organization}\""))]);
                    made.extend(ties.iter().map(|tie| (format!("/relationships/{}", tie["id"].as_str().unwrap()), "from_id", json!(survivor))));
                    continue;
                }
                assert!(made_by_all(spec) || ["consents", "coupon_redemptions", "payments"].contains(&spec.object), "say here how a {} comes to refer to a customer", spec.one);
                let mut new = body(app, spec);
                let names = |customer: &str| match field.kind {
                    Kind::References(_) => json!([customer]),
                    Kind::Structure => json!([{"object": "customers", "record_id": customer}]),
                    _ => json!(customer),
                };
                new[field.name] = names(&merged);
                let id = owner.post(spec.path, new).is(201).id();
                made.push((format!("{}/{id}", spec.path), field.name, names(&survivor)));
            }
        }
        let group = owner.post("/groups", json!({"name": "Guests", "custom": {"patron": merged}})).is(201).id();
        // In the trash too: it can come back.
        let trashed = owner.post("/relationships", json!({"from_id": merged, "kind": "agent_of", "to_id": person("Other")})).is(201).id();
        owner.delete(&format!("/relationships/{trashed}"), "*").is(204);
        let paper = owner.post("/documents", json!({"name": "Letter", "links": [{"object": "customers", "record_id": merged}]})).is(201).id();
        owner.delete(&format!("/documents/{paper}"), "*").is(204);
        let call = json!({"channel": "call", "participant_ids": [merged]});
        let call = owner.post("/interactions", call).is(201).id();
        owner.delete(&format!("/interactions/{call}"), "*").is(204);
        let ten = json!({"amount": "10.00", "currency": "EUR"});
        let paid = owner.post("/payments", json!({"customer_id": merged, "amount": ten, "method": "cash"})).is(201).id();
        let back = owner.post("/refunds", json!({"payment_id": paid, "method": "cash"})).is(201).id();
        made.push((format!("/payments/{paid}"), "customer_id", json!(survivor)));
        made.push((format!("/refunds/{back}"), "customer_id", json!(survivor)));
        // Both payments and the refund have an entry in the ledger.
        let before: usize = made.len() + 4 + CALLS + 3;

        let done = owner.post("/merges", json!({"survivor_id": survivor, "merged_ids": [merged]})).is(201).json();
        let moved: i64 = done["moved"].as_array().unwrap().iter().map(|m| m["count"].as_i64().unwrap()).sum();
        assert_eq!(moved as usize, before);
        for (address, field, expected) in &made {
            assert_eq!(&owner.get(address).is(200).json()[*field], expected, "{address} {field}");
        }
        assert_eq!(owner.get(&format!("/groups/{group}")).is(200).json()["custom"]["patron"], json!(survivor));
        assert_eq!(owner.post(&format!("/relationships/{trashed}/restore"), json!({})).status, 428);
        let back = owner.act(&format!("/relationships/{trashed}/restore"), "*").is(200).json();
        assert_eq!(back["from_id"], json!(survivor));
        let back = owner.act(&format!("/documents/{paper}/restore"), "*").is(200).json();
        assert_eq!(back["links"], json!([{"object": "customers", "record_id": survivor}]));
        let back = owner.act(&format!("/interactions/{call}/restore"), "*").is(200).json();
        assert_eq!(back["participant_ids"], json!([survivor]));

        let id: Uuid = merged.parse().unwrap();
        let named_here = |table: &str, column: &str| {
            let history = ["changes", "merges", "merge_steps", "merged_records", "group_history", "idempotency_keys"].contains(&table);
            history || (table, column) == ("customers", "id")
        };
        for (table, columns) in digest::columns(app) {
            for (column, bytes) in columns.iter().filter(|(column, _)| !named_here(&table, column)) {
                let like = Sql::new(format!("SELECT COUNT(*) FROM {table} WHERE "));
                let sql = match bytes {
                    true => like.text(format!("{column} = ")).bind(id),
                    false => like.text(format!("CAST({column} AS TEXT) LIKE ")).bind(format!("%{merged}%")),
                };
                let n = app.rows(sql, |row| row.integer(0));
                assert_eq!(n, [0], "{table}.{column} still names the merged customer");
            }
        }
        assert!(made.len() >= 9, "the field tables name too few references: {made:?}");
    }
}
