use crate::core::field::Kind;
use crate::core::problem::{Code, Problems};
use crate::core::resource::{Resource, Spec};
use crate::customers::customer::Customer;
use crate::customize::field::{CustomKind, Declaration};
use crate::templates::fill::Names;

fn users(name: &str) -> Option<&'static Spec> {
    (name == "users").then_some(&crate::access::user::User::SPEC)
}

pub fn names() -> Names {
    let custom = [
        ("size", CustomKind::Number),
        ("paid", CustomKind::Money),
        ("color", CustomKind::Choice),
    ];
    let custom = custom.map(|(name, kind)| Declaration {
        name: name.to_owned(),
        kind,
        choices: vec!["red".to_owned()],
        required: false,
    });
    Names::new(Some((&Customer::SPEC, &custom)), &users)
}

fn wrong(body: &str) -> Problems {
    names().check(None, body)
}

#[test]
fn every_field_of_the_object_can_be_named() {
    for field in Customer::SPEC.fields.iter() {
        let text = match field.kind {
            Kind::Texts | Kind::References(_) => format!("{{{{ customer.{} | join }}}}", field.name),
            Kind::Structure => format!("{{% if customer.{} %}}yes{{% endif %}}", field.name),
            _ => format!("{{{{ customer.{} }}}}", field.name),
        };
        assert_eq!(wrong(&text).0, [], "{text}");
    }
}

#[test]
fn what_templates_may_say() {
    for body in [
        "",
        "No fields. ${7*7} #{} {not this} { { nor this } }",
        "{{ customer.custom.size }} {{ customer.custom.paid | money('toman') }} {{ customer.custom.paid.amount }}",
        "{{ customer.owner.name }} {{ customer.external_ids.erp }} {{ customer | salutation }}",
        "{{ today | jalali('full') }} {{ customer.birth_date | jalali | default('—') }} {{ now | time }}",
        "{% for p in customer.contact_points if p.primary %}{{ loop.index }}. {{ p.value | digits }}{% else %}none{% endfor %}",
        "{% if customer.kind == 'person' and not customer.city %}{{ customer.city }}{% elif customer.language in customer.interests %}b{% else %}c{% endif %}",
        "{{ 'a' if customer.kind != 'person' else 'b' }} {% if customer.birth_date is none %}x{% endif %}",
        "{# a remark #}",
    ] {
        assert_eq!(wrong(body).0, [], "{body}");
    }
}

#[test]
fn what_they_may_not_say_is_told_with_its_line() {
    let line = |p: &crate::core::problem::Violation| p.params.iter().find(|(n, _)| *n == "line").map(|(_, v)| v.clone());
    let named = |p: &crate::core::problem::Violation| p.params.iter().find(|(n, _)| *n == "name").map(|(_, v)| v.clone());
    for (body, code, at, name) in [
        // Attack 32.
        ("{{config.secret}}", Code::UnknownField, "1", Some("config.secret")),
        ("{% for %}", Code::Template, "1", None),
        ("{{7*7}}", Code::Template, "1", None),
        ("{{ self }}", Code::UnknownField, "1", Some("self")),
        ("a\n\n{{ customer.password }}", Code::UnknownField, "3", Some("customer.password")),
        (
            "{{ customer.owner.password }}",
            Code::UnknownField,
            "1",
            Some("customer.owner.password"),
        ),
        (
            "{{ customer.custom.weight }}",
            Code::UnknownField,
            "1",
            Some("customer.custom.weight"),
        ),
        ("{{ customer['kind'] }}", Code::Template, "1", None),
        (
            "{{ customer.kind.__class__ }}",
            Code::UnknownField,
            "1",
            Some("customer.kind.__class__"),
        ),
        ("{{ range(100000) }}", Code::Template, "1", None),
        ("{% for i in range(100000) %}x{% endfor %}", Code::Template, "1", None),
        ("{% include 'x' %}", Code::Template, "1", None),
        ("{% import 'x' as y %}", Code::Template, "1", None),
        ("{% macro x() %}{% endmacro %}", Code::Template, "1", None),
        ("\n{% set x = 1 %}", Code::Template, "2", None),
        ("{% with x = 1 %}{% endwith %}", Code::Template, "1", None),
        ("{% autoescape false %}{% endautoescape %}", Code::Template, "1", None),
        ("{% filter upper %}x{% endfilter %}", Code::Template, "1", None),
        ("{{ 'a' * 1000000000 }}", Code::Template, "1", None),
        ("{{ customer }}", Code::Template, "1", None),
        ("{{ customer.interests }}", Code::Template, "1", None),
        ("{{ customer.city | attr('x') }}", Code::NotAllowed, "1", None),
        ("{{ customer.city | jalali }}", Code::Template, "1", None),
        ("{{ today | jalali('longest') }}", Code::Template, "1", None),
        ("{{ customer.city | default }}", Code::Template, "1", None),
        ("{{ customer.birth_date > today }}", Code::Template, "1", None),
        ("{{ customer.city", Code::Template, "1", None),
        ("{% if customer.city %}", Code::Template, "1", None),
        (
            "{% for p in customer.contact_points %}{{ p.secret }}{% endfor %}",
            Code::UnknownField,
            "1",
            Some("p.secret"),
        ),
        (
            "{% for p in customer.contact_points %}{% endfor %}{{ p.value }}",
            Code::UnknownField,
            "1",
            Some("p.value"),
        ),
    ] {
        let problems = wrong(body);
        let first = problems.0.first().unwrap_or_else(|| panic!("{body} is let through"));
        assert_eq!((first.code, first.pointer.as_str()), (code, "/body"), "{body}: {problems:?}");
        assert_eq!(line(first).as_deref(), Some(at), "{body}: {problems:?}");
        assert_eq!(named(first).as_deref(), name, "{body}: {problems:?}");
    }
}

#[test]
fn all_that_is_wrong_is_told_and_depth_breaks_nothing() {
    let problems = wrong("{{ a }} {{ b.c }}\n{{ customer.x | nope }}");
    assert_eq!(problems.0.len(), 4, "{problems:?}");
    for body in [
        "{% include 'x' %}".repeat(1000),
        "{% if customer.city %}".repeat(1000) + &"{% endif %}".repeat(1000),
        format!("{{{{ {}customer.city{} }}}}", "(".repeat(5000), ")".repeat(5000)),
        format!("{{{{ {}customer.city }}}}", "not ".repeat(5000)),
        format!("{{{{ customer{} }}}}", ".a".repeat(10_000)),
        format!("{{{{ customer.city{} }}}}", " | upper".repeat(5_000)),
        format!("{{% if customer.city %}}{}{{% endif %}}", "{% elif customer.city %}".repeat(5_000)),
        "{{ a.b }}".repeat(5_000),
    ] {
        assert!(!wrong(&body).0.is_empty(), "{}…", &body[..40]);
    }
    let most = format!("{{% if customer.city %}}{}{{% endif %}}", "{% elif customer.city %}".repeat(498));
    assert_eq!(wrong(&most).0, []);
    assert!(names().check(Some("{{ nothing }}"), "").0.iter().all(|p| p.pointer == "/subject"));
}
