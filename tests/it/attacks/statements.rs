//! Texts that would be statements, patterns or operators if they were not bound.
use serde_json::json;
use std::time::Duration;
use tests::probe::digest;
use tests::{Who, both, within};

both! {
    fn attack_16_sql_in_a_filter_is_a_text_or_a_mistake(app: &App) {
        let owner = app.be(Who::Owner);
        owner.post("/customers", json!({"kind": "person", "family_name": "کریمی", "city": "یزد"})).is(201);
        let before = digest(app);
        for literal in [
            "city = 'x'' OR 1=1--'", "city = \"x' OR '1'='1\"", "city : \"'; DROP TABLE customers; --\"", "city = \"\\\\\"",
            "city IN (\"x\", \"') OR TRUE --\")", "city = \"$1\"", "city = \"?\"", "city = \":name\"", "city = \"%\"",
        ] {
            let found = owner.list("/customers", &[("filter", literal)]).is(200);
            assert!(found.ids().is_empty(), "{found:?}");
        }
        for wrong in [
            "city;drop table customers", "city = 'x' --", "city = 'x'; SELECT 1", "1=1", "city = city", "(SELECT 1) = 1", "city = 'x' OR 1=1",
            "city/**/=/**/'x' UNION SELECT", "\"city\" = 'x'", "city = x", "t0.city = 'x'", "city = 'x", "", " ", "city = 0x41",
        ] {
            owner.list("/customers", &[("filter", wrong)]).is(400);
        }
        for zero in ["/customers?filter=city%20%3D%20%22%00%22", "/customers?q=ab%00cd", "/customers?sort=%00", "/customers?filter=%00"] {
            owner.get(zero).is(400);
        }
        assert_eq!(digest(app), before);
    }

    fn attack_17_sql_where_a_word_is_asked_for_is_refused(app: &App) {
        let owner = app.be(Who::Owner);
        let search = |filter| {
            let refused = owner.post("/customers/search", json!({"filter": filter}));
            assert!(matches!(refused.status, 400 | 422), "{refused:?}");
        };
        for op in ["OR 1=1", "= 1 OR 1", "like", "IS", "||", ""] {
            search(json!({"field": "city", "op": op, "value": "x"}));
        }
        for field in ["city) OR (1=1", "custom.x') OR ('1'='1", "t0.city", "custom.", "custom", "city--"] {
            search(json!({"field": field, "op": "=", "value": "x"}));
        }
        for name in ["x') --", "1 day; --", "a b", "Ü", "x\"y", "_x", "1x", ""] {
            let field = json!({"object": "customers", "name": name, "label_en": "x", "label_fa": "x", "kind": "number"});
            owner.post("/custom-fields", field).is(422).blames("/name", if name.is_empty() { "too_short" } else { "format" });
        }
        let field = json!({"object": "customers", "name": "size", "label_en": "Size", "label_fa": "اندازه", "kind": "number"});
        owner.post("/custom-fields", field).is(201);
        let before = digest(app);
        for value in ["1) OR (1=1", "1; --", "NaN", "1e400", "0x10"] {
            let body = json!({"kind": "person", "family_name": "x", "custom": {"size": value}});
            owner.post("/customers", body).refuses(422, "invalid").blames("/custom/size", "format");
            owner.list("/customers", &[("filter", &format!("custom.size = \"{value}\""))]).is(400);
        }
        assert_eq!(digest(app), before);
    }

    fn attack_19_patterns_in_a_search_are_letters(app: &App) {
        let owner = app.be(Who::Owner);
        owner.post("/customers", json!({"kind": "person", "family_name": "Karimi Abbas"})).is(201);
        let odd = owner.post("/customers", json!({"kind": "person", "family_name": "a%b_c\"d*e"})).is(201).id();
        for q in ["%%", "__", "ka%", "k_rimi", "karimi*", "\"karimi", "karimi NEAR abbas", "karimi OR zzz", "search:karimi", "^karimi", "-karimi",
                  "(karimi", "NOT karimi", "{a b}", "a AND", "\"a NEAR b", "* *", "''''", "\\\\"] {
            let found = within(Duration::from_millis(200), || owner.list("/customers", &[("q", q)]).is(200).ids());
            assert!(!found.contains(&odd) || !q.contains("karimi"), "q={q} finds {found:?}");
        }
        // A sign alone is no search, as a letter alone is none.
        for q in ["%", "_", "*", "\"", "a"] {
            owner.list("/customers", &[("q", q)]).refuses(400, "invalid_parameter");
        }
        for (q, count) in [("k_rimi", 0), ("ka%mi", 0), ("karimi OR zzz", 0), ("b_c", 1), ("a%b", 1), ("abb", 1), ("c\"d", 1)] {
            let found = owner.list("/customers", &[("q", q)]).is(200).ids();
            assert_eq!(found.len(), count, "q={q}");
        }
    }

    fn attack_23_a_filter_bomb_is_refused_early(app: &App) {
        let owner = app.be(Who::Owner);
        let ors = vec!["city = \"x\""; 1500].join(" OR ");
        let deep = format!("{}city = \"x\"{}", "(".repeat(500), ")".repeat(500));
        let nots = format!("{}city = \"x\"", "NOT ".repeat(500));
        let values = format!("city IN ({})", vec!["\"x\""; 500].join(", "));
        for filter in [&ors, &deep, &nots, &values] {
            within(Duration::from_millis(20), || owner.list("/customers", &[("filter", filter)]).is(400));
        }
        // Five thousand are too long for an address, and refused before they are looked at.
        let most = vec!["a=1"; 5_000].join(" OR ");
        within(Duration::from_millis(20), || owner.list("/customers", &[("filter", &most)]).refuses(414, "uri_too_long"));
        let longest = format!("GET /api/v1/customers?filter={} HTTP/1.1\r\nHost: x\r\n\r\n", "a".repeat(1 << 20));
        let reply = tests::raw::exchange(app.node().address(), longest.as_bytes(), Duration::from_secs(10));
        assert!(reply.closed && reply.statuses().iter().all(|s| matches!(s, 400 | 401 | 414 | 431)), "{reply:?}");
        let part = json!({"field": "city", "op": "=", "value": "x"});
        let mut nested = part.clone();
        for _ in 0..60 {
            nested = json!({"not": nested});
        }
        for filter in [json!({"any": vec![part.clone(); 600]}), nested] {
            let refused = owner.post("/customers/search", json!({"filter": filter})).is(422);
            assert!(refused.json()["errors"].as_array().unwrap().iter().any(|e| e["code"] == "too_complex"), "{refused:?}");
        }
        let most = json!({"filter": {"any": vec![part; 5_000]}});
        within(Duration::from_millis(50), || owner.post("/customers/search", most.clone()).refuses(413, "payload_too_large"));
        owner.send("POST", "/customers/search", "application/json", &vec![b' '; (64 << 10) + 1]).refuses(413, "payload_too_large");
    }

    fn persian_is_found_however_it_was_typed(app: &App) {
        let owner = app.be(Who::Owner);
        for (a, b) in [("علی", "علي"), ("کریم", "كريم"), ("می‌روم", "میروم"), ("می‌روم", "می روم"), ("۱۲۳", "123"), ("١٢٣", "۱۲۳"), ("خانهٔ", "خانه"),
                       ("مُحَمَّد", "محمد"), ("آرش", "ارش")] {
            for (written, asked) in [(a, b), (b, a), (a, a)] {
                let made = owner.post("/customers", json!({"kind": "person", "family_name": written})).is(201);
                assert_eq!(made.json()["family_name"], written, "what was written is kept");
                let found = owner.all("/customers", &[("q", asked)]);
                assert!(found.iter().any(|r| r["id"] == made.id().as_str()), "{written} is not found by {asked}");
                let found = owner.all("/customers", &[("filter", &format!("family_name = \"{asked}\" AND id = \"{}\"", made.id()))]);
                assert_eq!(found.len(), usize::from(written == asked), "a filter compares letter for letter");
                owner.delete(&format!("/customers/{}", made.id()), "*").is(204);
                assert!(owner.all("/customers", &[("q", asked)]).is_empty());
            }
        }
    }
}
