//! A value for each field of each record other than the one it has: what the tests of all records change.
use crate::app::App;
use crate::people::Who;
use crate::records::{body, fresh, made, named};
use domain::core::field::{Field, Kind};
use domain::core::identifiers::iran;
use domain::core::resource::Spec;
use serde_json::{Value, json};
use uuid::Uuid;

/// A field's new value, and what else a record must be created with so that it can take it.
pub struct Change {
    pub with: Value,
    pub value: Value,
}

/// A value for a field other than the one it has.
pub fn becomes(app: &App, spec: &Spec, field: &Field, now: &Value) -> Change {
    let plain = |value: Value| Change { with: json!({}), value };
    match (spec.object, field.name) {
        // Taken from the first address where there is one.
        ("customers", "country" | "province" | "city" | "district") => Change {
            with: json!({"addresses": []}),
            value: json!(if field.name == "country" { "DE" } else { "شیراز" }),
        },
        ("forecast_adjustments", "for_unit_id") => Change {
            with: json!({"user_id": null}),
            value: other(app, field, now),
        },
        ("customers", "language") | ("users", "locale") => plain(json!("en")),
        ("customers", "national_id") => plain(json!(valid(iran::national_id, |n| format!("003{n:07}")))),
        ("customers", "legal_id") => Change {
            with: json!({"kind": "organization", "organization_name": "فولاد یزد"}),
            value: json!(valid(iran::legal_id, |n| format!("101{n:08}"))),
        },
        ("customers", "contact_points") => plain(json!([{"kind": "email", "value": "ali@yazd.example"}])),
        ("customers", "account_team") => plain(json!([{"user_id": app.people.users[&Who::Seller], "role": "service"}])),
        ("customers", "bank_accounts") => plain(json!([{"iban": "IR062960000000100324200001"}])),
        // A field that all others of its object would need from then on: not together with others.
        ("custom_fields", "required") => Change {
            with: json!({"label_en": "Needed"}),
            value: json!(true),
        },
        // Held when it is made, so that what is deleted afterwards may be.
        ("documents", "legal_hold") => Change {
            with: json!({"legal_hold": true}),
            value: json!(false),
        },
        ("documents", "links") => plain(json!([{"object": "customers", "record_id": made(app, named("customers")).id()}])),
        ("relationships", "to_date") => plain(json!("2031-03-20")),
        ("users", "email") => plain(json!(format!("changed{}@yazd.example", fresh()))),
        ("custom_fields", "choices") => Change {
            with: json!({"kind": "choice", "choices": ["الف", "ب"]}),
            value: json!(["الف", "ب", "ج"]),
        },
        // A group that has a condition keeps having one.
        ("groups", "condition") => Change {
            with: json!({"condition": "city = \"یزد\""}),
            value: json!("city = \"قم\""),
        },
        ("interactions", "address") => plain(json!("+989127654321")),
        // Found by the address where there is one.
        ("interactions", "customer_id") => Change {
            with: json!({"address": null}),
            value: other(app, field, now),
        },
        // The address stays one that the channel takes.
        ("interactions", "channel") => plain(json!("meeting")),
        ("interactions", "recording_url") => plain(json!("https://pbx.example/recordings/1")),
        ("templates", "page") => {
            let page = json!({"paper": "a5", "orientation": "landscape", "margin_mm": 15, "font_size": 12, "letterhead": false, "page_numbers": true});
            plain(page)
        }
        ("tasks" | "templates", "time_zone") => plain(json!("Europe/Berlin")),
        ("tasks", "recurrence") => plain(json!("FREQ=MONTHLY")),
        // What repeats must be due.
        ("tasks", "due_at") => Change {
            with: json!({"recurrence": null}),
            value: other(app, field, now),
        },
        ("products", "cost" | "list_price") => plain(json!({"amount": "17000.00", "currency": "IRR"})),
        ("products", "gtin") => plain(json!("96385074")),
        ("price_books" | "taxes", "country") => plain(json!("DE")),
        ("price_books" | "promotions" | "coupons" | "taxes", "to_date") => plain(json!("2031-03-20")),
        ("price_book_entries", "price") => plain(json!({"amount": "17000.00", "currency": "IRR"})),
        ("price_book_entries", "tier_mode") => plain(json!("graduated")),
        // A product has one price, or steps.
        ("price_book_entries", "tiers") => Change {
            with: json!({"price": null}),
            value: json!([{"up_to": "10", "price": {"amount": "9.00", "currency": "IRR"}}, {"up_to": null, "price": {"amount": "8.00", "currency": "IRR"}}]),
        },
        ("price_book_entries", "to_date") => Change {
            with: json!({"from_date": "2026-03-21"}),
            value: json!("2031-03-20"),
        },
        // A promotion has what its kind needs; what is not in use may lack some of it.
        ("promotions", "percent") => Change {
            with: json!({"active": false}),
            value: json!("17.25"),
        },
        ("promotions", "amount") => Change {
            with: json!({"kind": "amount", "percent": null, "active": false}),
            value: json!({"amount": "1700.00", "currency": "IRR"}),
        },
        ("promotions", "buy_quantity" | "get_quantity") => Change {
            with: json!({"kind": "buy_get", "active": false}),
            value: json!("2"),
        },
        ("promotions", "parts") => Change {
            with: json!({"kind": "bundle", "percent": null, "active": false}),
            value: json!([{"product_id": made(app, named("products")).id(), "quantity": "2"}]),
        },
        ("promotions", "condition") => plain(json!("net >= 1000")),
        ("configuration_models", "groups") => plain(json!([{"code": "top", "name_en": "Top", "name_fa": "صفحه", "min": 0, "max": 1,
            "options": [{"code": "oak_top", "name_en": "Oak top", "name_fa": "صفحهٔ بلوط", "prices": [{"amount": "17.00", "currency": "IRR"}]}]}])),
        ("configuration_models", "rules") => plain(json!([{"code": "legs_need_legs", "kind": "requires", "options": ["wooden_legs"],
            "others": ["wooden_legs"]}])),
        ("configuration_models", "attributes") => {
            plain(json!([{"code": "weight_kg", "name_en": "Weight", "name_fa": "وزن", "base": "17"}]))
        }
        ("configuration_models", "components") => plain(json!([{"product_id": made(app, named("products")).id(), "quantity": "2"}])),
        ("configuration_models", "operations") => plain(json!([{"code": "assembly", "name_en": "Assembly", "name_fa": "مونتاژ",
            "resource": "کارگاه", "hours": "1.5", "days": 2}])),
        ("payment_terms", "net_days") => Change {
            with: json!({"instalments": []}),
            value: json!(30),
        },
        ("quotes", "lines") => {
            let mut product = body(app, named("products"));
            (product["status"], product["tax_category"]) = (json!("active"), json!("exempt"));
            plain(json!([{"product_id": app.be(Who::Owner).post("/products", product).is(201).id(), "quantity": "2"}]))
        }
        ("quotes", "discounts") => plain(json!([{"kind": "allowance", "percent": "5"}])),
        ("quotes", "charges") => {
            plain(json!([{"reason": "حمل", "amount": {"amount": "10.00", "currency": "IRR"}, "tax_category": "exempt"}]))
        }
        ("quotes", "language") => plain(json!("en")),
        ("approval_delegations", "to_date") => plain(json!("2031-03-20")),
        // A product has either variants or a parent, whose variants differ in what they say of it.
        ("products", "variant_by") => Change {
            with: json!({"parent_id": null}),
            value: json!(["رنگ"]),
        },
        ("products", "parent_id") => {
            let mut parent = body(app, named("products"));
            parent["variant_by"] = json!(["رنگ"]);
            Change {
                with: json!({"variant_by": []}),
                value: json!(app.be(Who::Owner).post("/products", parent).is(201).id()),
            }
        }
        // Only goods have stock, and only bundles parts.
        ("products", "parts") => Change {
            with: json!({"kind": "bundle", "stocked": false}),
            value: json!([{"product_id": made(app, named("products")).id(), "quantity": "2"}]),
        },
        ("quality_profiles", "fields") => plain(json!([{"field": "city", "weight": 5, "stale_after_days": null}])),
        // Only what comes with an API key, or from a user, says which.
        ("data_sources", "api_key_id") => Change {
            with: json!({"kind": "integration"}),
            value: app.be(Who::Owner).post("/api-keys", json!({"name": "Shop"})).is(201).json()["id"].clone(),
        },
        ("data_sources", "user_id") => Change {
            with: json!({"kind": "by_hand"}),
            value: other(app, field, now),
        },
        ("data_sources", "cost_per_record" | "cost_per_month") => plain(json!({"amount": "17000.00", "currency": "IRR"})),
        ("orders" | "purchase_requests", "currency") => Change {
            with: match spec.object {
                "orders" => json!({"lines": []}),
                // A request asks for something, at no price of its own.
                _ => json!({"lines": [{"description": "صندلی", "quantity": "1"}]}),
            },
            value: json!("EUR"),
        },
        ("invoices", "currency") => Change {
            with: json!({"lines": [], "adjustments": []}),
            value: json!("IRR"),
        },
        ("orders" | "invoices" | "purchase_requests", "lines") => {
            let price = json!({"amount": "17.00", "currency": if spec.object == "invoices" { "EUR" } else { "IRR" }});
            plain(json!([{"description": "صندلی", "quantity": "1", "unit_price": price, "tax": {"category": "zero", "percent": "0"}}]))
        }
        ("orders", "adjustments") => {
            let freight = json!({"amount": "17.00", "currency": "IRR"});
            plain(json!([{"kind": "charge", "amount": freight, "tax": {"category": "zero", "percent": "0"}}]))
        }
        ("invoices", "prepaid" | "rounding") => plain(json!({"amount": "0.25", "currency": "EUR"})),
        ("invoices", "instalments") => plain(json!([{"due_on": "2031-03-20", "percent": "100", "amount": null}])),
        // One of the same customer that was confirmed: see the tests of invoices.
        ("invoices", "order_id") => Change {
            with: json!({"order_id": null}),
            value: json!(Uuid::now_v7()),
        },
        // A last day of its own, which a term would say.
        ("contracts", "starts_on" | "calendar" | "ends_on") => Change {
            with: json!({"term_months": null, "ends_on": "2040-03-20", "renewal": "none", "renewal_term_months": null, "renewal_percent": null}),
            value: match field.name {
                "ends_on" => json!("2041-03-20"),
                _ => other(app, field, now),
            },
        },
        ("contracts", "currency") => Change {
            with: json!({"value": null}),
            value: json!("EUR"),
        },
        ("contracts", "lines") => plain(
            json!([{"description": "نگهداری", "quantity": "1", "unit_price": {"amount": "1700", "currency": "IRR"},
            "tax": {"category": "exempt", "percent": "0"}}]),
        ),
        // Of the same customer.
        ("contracts" | "orders" | "purchase_requests" | "quotes", "opportunity_id") => {
            let deal = made(app, named("opportunities")).json();
            Change {
                with: json!({"customer_id": deal["customer_id"]}),
                value: deal["id"].clone(),
            }
        }
        ("contracts", "order_id") => {
            let order = made(app, named("orders")).json();
            Change {
                with: json!({"customer_id": order["customer_id"]}),
                value: order["id"].clone(),
            }
        }
        ("credit_accounts", "credit_limit") => plain(json!({"amount": "1700.00", "currency": "IRR"})),
        ("number_series", "prefix") => plain(json!("YZ/")),
        ("data_sources" | "market_notes" | "market_indicators", "to_date") | ("account_plans", "ends_on") => plain(json!("2031-03-20")),
        ("retention_rules", "condition") => plain(json!("lifecycle_stage = \"lead\"")),
        ("retention_rules", "date_field") => plain(json!("created_at")),
        ("leads", "contact_points") => plain(json!([{"kind": "email", "value": "maryam@naghsh.example"}])),
        ("leads", "country") => plain(json!("DE")),
        ("scoring_rules" | "assignment_rules", "condition") => plain(json!("channel = \"call\"")),
        ("assignment_rules", "candidates") => plain(json!([{"user_id": app.people.users[&Who::Seller], "max_open": 5}])),
        ("stages", "required_fields") => plain(json!(["next_step"])),
        ("stages", "exit_condition") => plain(json!("amount.amount >= 5")),
        // Only stages of the same pipeline are next.
        ("stages", "allowed_next_ids") => {
            let next = made(app, named(spec.object)).json();
            Change {
                with: json!({"pipeline_id": next["pipeline_id"]}),
                value: json!([next["id"]]),
            }
        }
        // A stage of the same pipeline, and what is said of deals that are over.
        ("opportunities", "stage_id") => {
            let stage = made(app, named("stages")).json();
            Change {
                with: json!({"pipeline_id": stage["pipeline_id"]}),
                value: stage["id"].clone(),
            }
        }
        ("opportunities", "close_reason" | "close_note" | "lost_to_id") => Change {
            with: json!({"status": "lost", "close_date": "2026-04-01"}),
            value: other(app, field, now),
        },
        ("opportunities", "status") => Change {
            with: json!({"close_date": "2026-04-01"}),
            value: json!("won"),
        },
        ("quotas" | "forecast_adjustments" | "forecast_snapshots", "period") => plain(json!("1405-Q2")),
        ("quotas", "deals") => Change {
            with: json!({"amount": null, "deals": 5}),
            value: json!(12),
        },
        ("forecast_adjustments", "amount") => plain(json!({"amount": "1700.00", "currency": "IRR"})),
        // What a deal with lines is worth, its lines say.
        ("opportunities", "amount") => Change {
            with: json!({"lines": []}),
            value: other(app, field, now),
        },
        // Never before it began.
        ("opportunities", "close_date") => plain(json!("2031-04-05")),
        ("opportunities", "team") => plain(json!([{"user_id": app.people.users[&Who::Seller], "role": "seller", "split_percent": "100"}])),
        (_, "external_ids") => plain(json!({"erp": format!("E-{}", fresh())})),
        (_, "owner_id") => plain(json!(app.people.users[&Who::Seller])),
        _ => plain(other(app, field, now)),
    }
}

fn other(app: &App, field: &Field, now: &Value) -> Value {
    match &field.kind {
        Kind::Text(max) => json!(format!("دگر {}", fresh()).chars().take(*max as usize).collect::<String>()),
        Kind::Choice(words) => json!(words.iter().find(|w| *now != w.as_ref()).unwrap_or(&words[0])),
        Kind::Texts => json!(["سنگ", "خاک"]),
        Kind::Boolean => json!(now != &json!(true)),
        Kind::Integer => {
            let next = now.as_i64().unwrap_or_default() + 1;
            json!(if field.range.contains(&next) { next } else { *field.range.start() })
        }
        Kind::Decimal => json!("17.25"),
        Kind::Money => json!({"amount": "1700.00", "currency": "IRR"}),
        Kind::Date => json!("2021-02-03"),
        Kind::Instant if now == "2031-03-21T08:30:00.000Z" => json!("2032-03-20T08:30:00.000Z"),
        Kind::Instant => json!("2031-03-21T08:30:00.000Z"),
        Kind::Reference("users") => json!(app.people.users[&Who::Viewer]),
        Kind::References("users") => json!([app.people.users[&Who::Viewer]]),
        Kind::Reference("") => json!(Uuid::now_v7()),
        Kind::Reference(object) => json!(made(app, named(object)).id()),
        Kind::References(object) => json!([made(app, named(object)).id()]),
        Kind::Structure => match serde_json::from_str(field.example) {
            Ok(example) if example != *now => example,
            _ => json!([]),
        },
    }
}

/// The first number of a series that a rule accepts.
fn valid(rule: fn(&str) -> Result<String, domain::core::problem::Code>, series: impl Fn(usize) -> String) -> String {
    let numbers = std::iter::repeat_with(|| series(fresh()));
    numbers.take(10_000).find(|text| rule(text).is_ok()).unwrap()
}
