//! What a template shows, as PDF, page and text.
use super::{filled, letter, person, saved, text_of};
use persistence::core::settings;
use serde_json::{Value, json};
use tests::{Who, both};

const BODY: &str = "::: left\nتاریخ: {{ today | jalali }}\n:::\n\n{{ customer | salutation }}\n\nبا سلام؛ گفت‌وگوی ما در **{{ customer.city }}** لازم می‌شود. \
    زادروز شما {{ customer.birth_date | jalali }} است.\n\n| کالا | بها |\n|---|---:|\n| پیچ | ۱۲ |\n\n- {{ organization.name }}\n- {{ user.name }}";

both! {
    fn a_persian_letter_is_a_pdf_whose_text_can_be_found(app: &App) {
        app.write(|conn| settings::set(conn, "organization_name", "شرکت پیوند"));
        let owner = app.be(Who::Owner);
        let (template, customer) = (saved(&owner, BODY), person(&owner, json!({})));
        owner.patch(&template, "*", json!({"subject": "دیدار با {{ customer | name }}"})).is(200);
        let pdf = filled(&owner, &template, &customer, "pdf").is(200);
        assert_eq!(pdf.header("content-type"), "application/pdf");
        assert!(pdf.header("content-disposition").starts_with("attachment; filename*=UTF-8''%D8%AE"), "{pdf:?}");
        assert!(pdf.header("content-security-policy").contains("sandbox"), "{pdf:?}");
        assert!(pdf.bytes.starts_with(b"%PDF-1."), "{pdf:?}");
        let text = text_of(&pdf.bytes);
        for part in ["شرکت پیوند", "موضوع: دیدار با علی کریمی", "جناب آقای علی کریمی", "گفت\u{200C}وگوی ما در یزد لازم می\u{200C}شود", "۲۲ اردیبهشت ۱۳۶۳", "پیچ ۱۲"] {
            assert!(text.contains(part), "{part} is not in {text}");
        }
        // An independent look: the typeface is in it, in part.
        let holds = |part: &str| pdf.bytes.windows(part.len()).any(|w| w == part.as_bytes());
        assert!(holds("/FontFile2") && holds("/ToUnicode") && holds("Vazirmatn"), "no typeface");
        assert!(pdf.bytes.len() < 60_000, "the whole typeface: {}", pdf.bytes.len());
        // Of a page and a text the same is told.
        let page = filled(&owner, &template, &customer, "html").is(200);
        assert_eq!(page.header("content-type"), "text/html; charset=utf-8");
        assert!(page.text().contains("<html lang=\"fa\" dir=\"rtl\">") && page.text().contains("<strong>یزد</strong>"), "{}", page.text());
        let plain = filled(&owner, &template, &customer, "text").is(200).text();
        assert!(plain.starts_with("دیدار با علی کریمی\n\n") && plain.contains("- شرکت پیوند\n- "), "{plain}");
        // A client that asks for the file it wants is not turned away.
        owner.with("Accept", "application/pdf").post(&format!("{template}/render"), json!({"record_id": customer})).is(200);
    }

    fn a_value_is_text_whatever_it_holds(app: &App) {
        let owner = app.be(Who::Owner);
        let evil = "<script>alert(1)</script> {{ customer.city }} **x** [y](javascript:alert(1)) | z";
        let customer = person(&owner, json!({"display_name": evil, "notes": "javascript:alert(1)"}));
        let template = saved(&owner, "| a | b |\n|---|---|\n| {{ customer.display_name }} | [c]({{ customer.notes }}) |\n\n<b>{{ customer.display_name }}</b>");
        let page = filled(&owner, &template, &customer, "html").is(200).text();
        assert!(!page.contains("<script") && !page.contains("<b>") && !page.contains("href="), "{page}");
        assert!(page.contains("&lt;script&gt;alert(1)") && page.contains("{{ customer.city }} **x**"), "{page}");
        assert!(page.matches("<td").count() == 2, "{page}");
        assert!(text_of(&filled(&owner, &template, &customer, "pdf").is(200).bytes).contains("<script>alert(1)</script>"));
    }

    fn nobody_reads_more_by_a_template_than_without(app: &App) {
        let (owner, seller, rival) = (app.be(Who::Owner), app.be(Who::Seller), app.be(Who::Rival));
        let marketer = app.people.users[&Who::Branch];
        let customer = person(&seller, json!({}));
        owner.patch(&format!("/customers/{customer}"), "*", json!({"national_id": "0499370899", "marketer_id": marketer})).is(200);
        let body = "{{ customer.national_id }}|{{ customer.owner.name }}|{{ customer.marketer.name }}|{{ customer.marketer.email }}|{{ user.name }}";
        let template = saved(&seller, body);
        let text = filled(&seller, &template, &customer, "text").is(200).text();
        let own = owner.get(&format!("/users/{}", app.people.users[&Who::Seller])).is(200).json()["name"].as_str().unwrap().to_owned();
        // The national id is masked, users are not theirs to read, their own name is.
        assert_eq!(text, format!("••••••0899|{own}|||{own}\n"));
        let all = filled(&owner, &template, &customer, "text").is(200).text();
        assert!(all.starts_with("0499370899|") && all.contains("|branch@peyvand.test|"), "{all}");
        filled(&rival, &template, &customer, "text").refuses(404, "not_found");
        let theirs = saved(&rival, body);
        filled(&rival, &theirs, &customer, "text").refuses(422, "invalid").blames("/record_id", "not_found");
        let preview = letter(json!({"record_id": customer, "format": "text"}));
        rival.post("/templates/preview", preview.clone()).refuses(422, "invalid").blames("/record_id", "not_found");
        assert_eq!(seller.post("/templates/preview", preview).is(200).text(), "سلام علی کریمی\n");
        app.be(Who::Viewer).post(&format!("{template}/render"), json!({"record_id": customer, "save": true})).refuses(403, "forbidden");
    }

    fn a_template_is_looked_at_before_it_is_saved(app: &App) {
        let owner = app.be(Who::Owner);
        let body = "{{ customer.display_name }}، {{ customer.job_title }}، {{ customer.birth_date }}، {{ customer.owner.name }}{% for p in customer.contact_points %} {{ p.value | ltr }}{% endfor %}";
        let mut asked = letter(json!({"body": body, "format": "text"}));
        asked.as_object_mut().unwrap().remove("name");
        let text = owner.post("/templates/preview", asked).is(200).text();
        assert!(text.starts_with("علی کریمی، [سمت]، ۲۲ اردیبهشت ۱۳۶۳، Sara Ahmadi \u{2066}+98912"), "{text}");
        let none = json!({"kind": "message", "language": "en", "body": "Hello. Today is {{ today | date('full') }}.", "format": "text"});
        assert!(owner.post("/templates/preview", none).is(200).text().starts_with("Hello. Today is "));
        assert!(owner.list("/templates", &[]).is(200).data().is_empty());
        owner.post("/templates/preview", letter(json!({"format": "docx"}))).refuses(422, "invalid").blames("/format", "not_allowed");
        owner.post("/templates/preview", letter(json!({"save": true}))).refuses(422, "invalid").blames("/save", "unknown_field");
        let pdf = owner.post("/templates/preview", letter(json!({}))).is(200);
        assert!(text_of(&pdf.bytes).contains("سلام علی کریمی"), "{}", text_of(&pdf.bytes));
    }

    fn a_kept_letter_is_a_document_of_its_customer(app: &App) {
        let seller = app.be(Who::Seller);
        let (template, customer) = (saved(&seller, BODY), person(&seller, json!({})));
        let at = format!("{template}/render");
        let asked = json!({"record_id": customer, "save": true});
        let keyed = seller.with("Idempotency-Key", "letter-1");
        let made = keyed.post(&at, asked.clone()).is(201);
        let document: Value = made.json();
        assert_eq!((document["name"].as_str(), document["customer_id"].as_str()), (Some("خوشامد.pdf"), Some(customer.as_str())), "{document}");
        assert_eq!((document["media_type"].as_str(), document["content_version"].as_i64()), (Some("application/pdf"), Some(1)), "{document}");
        let content = seller.get(&format!("/documents/{}/content", made.id())).is(200);
        assert!(text_of(&content.bytes).contains("جناب آقای علی کریمی"));
        assert_eq!(keyed.post(&at, asked.clone()).is(201).id(), made.id());
        crate::documents::extracted(&seller, &format!("/documents/{}", made.id()));
        assert_eq!(seller.list("/documents", &[("q", "اردیبهشت ۱۳۶۳")]).is(200).ids(), [made.id()]);
        seller.post(&at, json!({"record_id": customer, "save": true, "format": "text"})).refuses(422, "invalid").blames("/save", "conflict");
        assert_eq!(seller.list("/documents", &[]).is(200).ids().len(), 1);
    }

    fn what_can_not_be_filled_in_is_refused(app: &App) {
        let owner = app.be(Who::Owner);
        let template = saved(&owner, "x");
        let at = format!("{template}/render");
        let customer = person(&owner, json!({}));
        owner.post(&at, json!({})).refuses(422, "invalid").blames("/record_id", "required");
        owner.post(&at, json!({"record_id": "x", "format": "doc", "more": 1})).refuses(422, "invalid").blames("/record_id", "format")
            .blames("/format", "not_allowed").blames("/more", "unknown_field");
        owner.post(&at, json!({"record_id": uuid::Uuid::now_v7()})).refuses(422, "invalid").blames("/record_id", "not_found");
        owner.patch(&template, "*", json!({"active": false})).is(200);
        owner.post(&at, json!({"record_id": customer})).refuses(409, "template_inactive");
        let free = owner.post("/templates", json!({"name": "x", "kind": "message", "language": "en", "body": "Hello {{ user.name }}"})).is(201).id();
        owner.post(&format!("/templates/{free}/render"), json!({"format": "text"})).is(200);
        owner.post(&format!("/templates/{free}/render"), json!({"record_id": customer})).refuses(422, "invalid").blames("/record_id", "conflict");
    }

    fn what_would_never_end_ends(app: &App) {
        let owner = app.be(Who::Owner);
        let points: Vec<Value> = (0..50).map(|i| json!({"kind": "website", "value": format!("https://x{i}.example")})).collect();
        let customer = person(&owner, json!({"contact_points": points, "notes": "ی".repeat(10_000)}));
        let nested = |depth: usize, inner: &str| {
            let open: String = (0..depth).map(|i| format!("{{% for p{i} in customer.contact_points %}}")).collect();
            format!("{open}{inner}{}", "{% endfor %}".repeat(depth))
        };
        for body in [nested(5, ""), nested(3, "x"), nested(2, "{{ customer.notes }}")] {
            let template = saved(&owner, &body);
            filled(&owner, &template, &customer, "pdf").refuses(422, "invalid").blames("/body", "too_complex");
        }
        let template = saved(&owner, &nested(1, &"سلام\n\n".repeat(5000)));
        filled(&owner, &template, &customer, "pdf").refuses(422, "invalid").blames("/body", "too_complex");
    }
}
