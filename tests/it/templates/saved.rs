//! What a template may say is told when it is saved.
use super::{filled, letter, person, saved};
use serde_json::json;
use tests::{Who, both};

both! {
    fn a_template_is_a_record_like_any_other(app: &App) {
        let owner = app.be(Who::Owner);
        let made = owner.post("/templates", letter(json!({"subject": "برای {{ customer | name }}"}))).is(201);
        let json = made.json();
        assert_eq!((json["time_zone"].as_str(), json["active"].as_bool()), (Some("Asia/Tehran"), Some(true)), "{json}");
        assert_eq!(json["page"], json!({"paper": "a4", "orientation": "portrait", "margin_mm": 20, "font_size": 11, "letterhead": true, "page_numbers": true}));
        let at = format!("/templates/{}", made.id());
        let changed = owner.patch(&at, &made.etag(), json!({"page": {"paper": "a5"}, "language": "en"})).is(200).json();
        assert_eq!((changed["version"].as_i64(), changed["page"]["paper"].as_str()), (Some(2), Some("a5")), "{changed}");
        assert_eq!(owner.list("/templates", &[("q", "خوشامد")]).is(200).ids(), [made.id()]);
        owner.patch(&at, "*", json!({"object": "tasks"})).refuses(422, "invalid").blames("/object", "fixed");
        owner.patch(&at, "*", json!({"body": "{{ nothing }}"})).refuses(422, "invalid").blames("/body", "unknown_field");
        owner.delete(&at, "*").is(204);
        filled(&owner, &at, &person(&owner, json!({})), "text").refuses(404, "not_found");
        owner.act(&format!("{at}/restore"), "*").is(200);
        let wrong = json!({"page": {"margin_mm": 1, "font_size": 99}, "time_zone": "Mars/Olympus", "kind": "poem", "object": "secrets"});
        let answer = owner.post("/templates", letter(wrong));
        answer.refuses(422, "invalid").blames("/kind", "not_allowed");
        let wrong = json!({"page": {"margin_mm": 1, "font_size": 99}, "time_zone": "Mars/Olympus", "subject": "a\nb"});
        owner.post("/templates", letter(wrong)).refuses(422, "invalid").blames("/page/margin_mm", "out_of_range")
            .blames("/page/font_size", "out_of_range").blames("/time_zone", "format").blames("/subject", "forbidden_character");
        owner.post("/templates", letter(json!({"object": "secrets"}))).refuses(422, "invalid").blames("/object", "not_found");
        owner.post("/templates", letter(json!({"page": {"colour": "red"}}))).refuses(422, "invalid").blames("/page/colour", "unknown_field");
    }

    fn attack_32_a_template_reaches_nothing_but_fields(app: &App) {
        let owner = app.be(Who::Owner);
        for (body, code) in [
            ("{{config.secret}}", "unknown_field"),
            ("{{ self.__class__.__mro__ }}", "unknown_field"),
            ("{{ customer.search }}", "unknown_field"),
            ("{{ customer.owner.totp }}", "unknown_field"),
            ("{{ user.role_ids }}", "unknown_field"),
            ("{% for %}", "template_syntax"),
            ("{{7*7}}", "template_syntax"),
            ("{{ range(999999999) }}", "template_syntax"),
            ("{{ 'a' * 999999999 }}", "template_syntax"),
            ("{% include '/etc/passwd' %}", "template_syntax"),
            ("{% set x = customer %}", "template_syntax"),
            ("{{ customer.city | system }}", "not_allowed"),
        ] {
            owner.post("/templates", letter(json!({"body": body}))).refuses(422, "invalid").blames("/body", code);
            owner.post("/templates", letter(json!({"subject": body}))).refuses(422, "invalid").blames("/subject", code);
            owner.post("/templates/preview", letter(json!({"body": body}))).refuses(422, "invalid").blames("/body", code);
        }
        let deep = "{% include 'x' %}".repeat(1000);
        owner.post("/templates", letter(json!({"body": deep}))).refuses(422, "invalid").blames("/body", "too_complex");
        let deep = "{% if customer.city %}".repeat(400) + &"{% endif %}".repeat(400);
        owner.post("/templates", letter(json!({"body": deep}))).refuses(422, "invalid");
        owner.post("/templates", letter(json!({"body": "x".repeat(50_001)}))).refuses(422, "invalid").blames("/body", "too_long");
        // What other languages of templates would run is text.
        let customer = person(&owner, json!({}));
        let template = saved(&owner, "${7+7} #{7+7} <%= 7+7 %> {7+7} {{ '{{' }}7+7}}");
        assert_eq!(filled(&owner, &template, &customer, "text").is(200).text(), "${7+7} #{7+7} <%= 7+7 %> {7+7} {{7+7}}\n");
    }

    fn all_that_is_wrong_is_told_with_its_line_in_both_languages(app: &App) {
        let owner = app.be(Who::Owner);
        let body = "{{ customer.x }}\n{{ organization.y }}\n{{ customer.city | jalali }}";
        let details = |language: &str| -> Vec<String> {
            let answer = owner.with("Accept-Language", language).post("/templates", letter(json!({"body": body}))).refuses(422, "invalid");
            let errors = answer.json()["errors"].as_array().unwrap().clone();
            errors.iter().map(|e| e["detail"].as_str().unwrap().to_owned()).collect()
        };
        assert_eq!(details("en"), [
            "is not known here (customer.x) (line 1)",
            "is not known here (organization.y) (line 2)",
            "does not read as a template: jalali is not for a value of this kind (line 3)",
        ]);
        assert!(details("fa").iter().zip(1..).all(|(detail, line)| detail.ends_with(&format!("(سطر {line})"))), "{:?}", details("fa"));
    }

    fn custom_fields_can_be_named_while_there_are_any(app: &App) {
        let owner = app.be(Who::Owner);
        let body = "{{ customer.custom.size | default('?') }} {{ customer.custom.paid | money('toman') }}";
        owner.post("/templates", letter(json!({"body": body}))).refuses(422, "invalid").blames("/body", "unknown_field");
        let field = |name: &str, kind: &str| {
            let body = json!({"object": "customers", "name": name, "kind": kind, "label_en": name, "label_fa": name});
            owner.post("/custom-fields", body).is(201).id()
        };
        let (size, _) = (field("size", "number"), field("paid", "money"));
        let template = saved(&owner, body);
        let customer = person(&owner, json!({"custom": {"size": "42", "paid": {"amount": "1250000.00", "currency": "IRR"}}}));
        assert_eq!(filled(&owner, &template, &customer, "text").is(200).text(), "۴۲ ۱۲۵٬۰۰۰ تومان\n");
        owner.delete(&format!("/custom-fields/{size}"), "*").is(204);
        filled(&owner, &template, &customer, "text").refuses(422, "invalid").blames("/body", "unknown_field");
        // What is left of it can still be put away.
        owner.patch(&template, "*", json!({"active": false})).is(200);
    }
}
