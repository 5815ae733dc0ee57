#![expect(clippy::unwrap_used, reason = "a test says by panicking that it failed")]
use super::*;
use crate::core::base::Base;
use crate::core::instant::Instant;
use crate::core::resource::{Resource, Rules, Setting};
use crate::customers::customer::Customer;
use crate::templates::blocks::{Block, blocks};
use crate::templates::page::PageSettings;
use crate::templates::template::TemplateKind;
use crate::templates::{html, plain as text};
use serde_json::json;

fn template(language: Locale, subject: Option<&str>, body: &str) -> Template {
    let mut template = Template {
        base: Base::new(uuid::Uuid::nil(), Instant::UNSET),
        name: "x".to_owned(),
        kind: TemplateKind::Letter,
        language,
        object: Some("customers".to_owned()),
        subject: subject.map(str::to_owned),
        body: body.to_owned(),
        page: PageSettings::default(),
        time_zone: String::new(),
        active: true,
    };
    let setting = Setting {
        now: Instant::UNSET,
        default_region: "IR".to_owned(),
    };
    assert_eq!(template.check(&setting).0, []);
    template
}

fn names() -> Names {
    Names::new(Some((&Customer::SPEC, &[])), &|_| None)
}

fn values(customer: Value) -> Value {
    json!({"customer": customer, "organization": {"name": "پیوند", "address": null, "telephone": null}, "user": {"name": "مینا", "email": "m@x.example"},
        "today": "2026-03-21", "now": "2026-03-20T20:30:00.000Z"})
}

fn filled(language: Locale, body: &str, customer: Value) -> Vec<Block> {
    let template = template(language, None, body);
    assert_eq!(names().check(None, body).0, [], "{body}");
    blocks(&template.fill(&names(), &values(customer)).unwrap().body)
}

fn plain_text(language: Locale, body: &str, customer: Value) -> String {
    let manner = template(language, None, "x").manner();
    text::text(&filled(language, body, customer), manner)
}

#[test]
fn values_are_written_in_the_language() {
    let customer = json!({"display_name": "علی کریمی", "gender": "male", "birth_date": "1984-05-12", "city": null, "kind": "person",
        "interests": ["فولاد", "سنگ"], "version": 12345, "created_at": "2026-03-20T20:30:00.000Z",
        "contact_points": [{"kind": "mobile", "value": "+98912", "primary": true}, {"kind": "email", "value": "a@x.example", "primary": false}]});
    let body = "{{ customer | salutation }}|{{ customer.birth_date }}|{{ customer.birth_date | date('short') }}|{{ customer.city | default('؟') }}|\
                {{ customer.interests | join }}|{{ customer.version }}|{{ customer.created_at }}|{{ today | jalali('full') }}|{{ now | time }}|\
                {% for p in customer.contact_points %}{{ loop.index }}:{{ p.value | digits }}={{ p.primary }};{% endfor %}{{ customer.notes }}.";
    assert_eq!(
        plain_text(Locale::Persian, body, customer.clone()),
        "جناب آقای علی کریمی|۲۲ اردیبهشت ۱۳۶۳|۱۹۸۴/۰۵/۱۲|؟|فولاد، سنگ|۱۲٬۳۴۵|۱ فروردین ۱۴۰۵، ۰۰:۰۰|شنبه ۱ فروردین ۱۴۰۵|۰۰:۰۰|\
         ۱:+۹۸۹۱۲=بله;۲:a@x.example=خیر;.\n"
    );
    assert_eq!(
        plain_text(Locale::English, body, customer),
        "Mr علی کریمی|12 May 1984|1984-05-12|؟|فولاد, سنگ|12,345|20 March 2026, 20:30|Saturday 1 Farvardin 1405|20:30|\
         1:+98912=yes;2:a@x.example=no;.\n"
    );
}

#[test]
fn a_value_is_never_a_part_of_the_template_nor_of_its_markup() {
    let evil =
        "{{ customer.city }} **b** <script>alert(1)</script> [x](javascript:alert(1)) | `c`\n# h\n- i\n\\newpage \u{E000}\u{E010}\u{E001}";
    let body = "{{ customer.display_name }}\n\n| a | b |\n|---|---|\n| {{ customer.display_name }} | 1 |\n\n**{{ customer.city }}**\n\n\
                [{{ customer.city }}]({{ customer.notes }}) [ok](https://x.example/?q={{ customer.city }})";
    let customer = json!({"display_name": evil, "city": "*یزد*", "notes": "javascript:alert(1)"});
    let found = filled(Locale::Persian, body, customer.clone());
    let [
        Block::Paragraph(first),
        Block::Table(table),
        Block::Paragraph(bold),
        Block::Paragraph(links),
    ] = found.as_slice()
    else {
        panic!("{found:?}")
    };
    let told = evil.replace(is_reserved, "").trim_end().to_owned();
    assert_eq!((first.len(), &first[0].text), (1, &told));
    assert_eq!((table.rows.len(), &table.rows[0][0][0].text), (1, &told));
    assert_eq!((bold[0].bold, bold[0].text.as_str()), (true, "*یزد*"));
    assert!(
        links
            .iter()
            .all(|s| s.link.as_deref().is_none_or(|l| l.starts_with("https://x.example/"))),
        "{links:?}"
    );
    let page = html::body(&found, Locale::Persian);
    assert!(!page.contains("<script") && page.contains("&lt;script&gt;"), "{page}");
    assert!(!page.contains("href=\"javascript"), "{page}");
}

#[test]
fn a_subject_is_one_line() {
    let template = template(Locale::Persian, Some("برای {{ customer.display_name }}"), "x");
    let customer = json!({"display_name": "علی\r\nBcc: all@x.example"});
    let filled = template.fill(&names(), &values(customer)).unwrap();
    assert_eq!(filled.subject.as_deref(), Some("برای علی Bcc: all@x.example"));
}

#[test]
fn what_grows_too_long_or_takes_too_long_ends() {
    let points: Vec<Value> = (0..50)
        .map(|i| json!({"kind": "mobile", "value": format!("{i}"), "primary": true}))
        .collect();
    let nested = |depth: usize, inner: &str| {
        let open: String = (0..depth).map(|i| format!("{{% for p{i} in customer.contact_points %}}")).collect();
        format!("{open}{inner}{}", "{% endfor %}".repeat(depth))
    };
    let long = "x".repeat(40_000);
    for body in [nested(4, ""), nested(2, &long), nested(2, "{{ customer.notes }}")] {
        let template = template(Locale::Persian, None, &body);
        let customer = json!({"contact_points": points, "notes": "ی".repeat(10_000)});
        match template.fill(&names(), &values(customer)) {
            Err(Error::Invalid(problems)) => assert_eq!(problems.0[0].code, Code::TooComplex, "{problems:?}"),
            other => panic!("{other:?}"),
        }
    }
}

#[test]
fn marks_can_not_be_written_by_hand() {
    let mut forged = template(Locale::Persian, None, "x");
    forged.body = "\u{E000}\u{E010}\u{E001}".to_owned();
    let setting = Setting {
        now: Instant::UNSET,
        default_region: "IR".to_owned(),
    };
    assert_eq!(forged.check(&setting).0[0].code, Code::Character);
}
