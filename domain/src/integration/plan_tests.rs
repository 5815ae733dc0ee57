#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]
use super::super::mapping::{Column, guess};
use super::*;
use crate::core::resource::Resource;
use crate::customers::customer::Customer;

/// What a member of a customer holds.
fn of_customers(path: &str) -> Option<Kind> {
    Customer::SPEC.field(path).filter(|f| f.name == "kind").map(|f| f.kind.clone())
}

fn plan(header: &str) -> Plan {
    let headers: Vec<String> = header.split('|').map(str::to_owned).collect();
    let (layout, mapping) = guess(&headers);
    Plan::new(&mapping, layout, None, of_customers).unwrap()
}

fn read(plan: &Plan, row: &str) -> Result<Filled, Vec<CellProblem>> {
    plan.body(&row.split('|').map(str::to_owned).collect::<Vec<_>>())
}

fn body(header: &str, row: &str) -> Value {
    Value::Object(read(&plan(header), row).unwrap().body)
}

#[test]
fn a_google_row() {
    let header = "Name|Given Name|Additional Name|Family Name|Group Membership|E-mail 1 - Type|E-mail 1 - Value|Phone 1 - Type|Phone 1 - Value|Phone 2 - Type|Phone 2 - Value|Phone 3 - Type|Phone 3 - Value|Address 1 - Type|Address 1 - Formatted|Address 1 - Street|Address 1 - City|Address 1 - Country|Organization 1 - Name";
    let row = "Mina S. Farahani|Mina|S.|Farahani|* myContacts|* Work|mina@example.ir ::: m.f@example.ir|Mobile|+98 912 000 1122|Work Fax|+98 21 1234|Shop|+98 21 5|Home|No. 4\nYazd\nIran|No. 4|Yazd|Iran|Rasam Co.";
    assert_eq!(
        body(header, row),
        json!({
            "kind": "person", "display_name": "Mina S. Farahani", "given_name": "Mina S.", "family_name": "Farahani",
            "organization_name": "Rasam Co.",
            "contact_points": [
                {"kind": "email", "value": "mina@example.ir", "label": "work", "primary": true},
                {"kind": "email", "value": "m.f@example.ir", "label": "work"},
                {"kind": "mobile", "value": "+98 912 000 1122"},
                {"kind": "fax", "value": "+98 21 1234", "label": "work"},
                {"kind": "phone", "value": "+98 21 5", "label": "Shop"},
            ],
            "addresses": [{"street": "No. 4", "city": "Yazd", "country": "IR", "label": "home"}],
        })
    );
}

#[test]
fn several_addresses_in_one_google_column_stay_apart() {
    let header = "Given Name|Address 1 - Type|Address 1 - Formatted|Address 1 - Street|Address 1 - City|Phone 1 - Value";
    let row = "Sam|Home|a ::: b|Elm 1 ::: Oak 2|Reno ::: Yazd|";
    assert_eq!(
        body(header, row)["addresses"],
        json!([{"street": "Elm 1", "city": "Reno", "label": "home"}, {"street": "Oak 2", "city": "Yazd", "label": "home"}])
    );
    let row = "Sam|Work|Elm 1\nReno||||";
    assert_eq!(body(header, row)["addresses"], json!([{"street": "Elm 1, Reno", "label": "work"}]));
}

#[test]
fn an_outlook_row_with_american_dates_and_the_date_that_is_none() {
    let header =
        "First Name|Last Name|Company|Business Street|Business Street 2|Business Country/Region|Business Phone|E-mail Address|Birthday";
    assert_eq!(
        body(header, "Ann|Lee||1 Main St|Floor 2|USA|+1 212 555 0100|ann@example.com|4/3/1980"),
        json!({
            "kind": "person", "given_name": "Ann", "family_name": "Lee", "birth_date": "1980-04-03",
            "contact_points": [
                {"kind": "phone", "value": "+1 212 555 0100", "label": "work"},
                {"kind": "email", "value": "ann@example.com"},
            ],
            "addresses": [{"street": "1 Main St, Floor 2", "country": "US", "label": "work"}],
        })
    );
    assert_eq!(body(header, "Ann|||||||| 0/0/00"), json!({"kind": "person", "given_name": "Ann"}));
}

#[test]
fn a_hubspot_row_splits_addresses_of_mail_and_translates_the_stage() {
    let header = "Record ID|First Name|Email|Additional email addresses|Company Name|Lifecycle Stage|Create Date|Street Address";
    assert_eq!(
        body(
            header,
            "77|Ida|ida@example.com|i@example.com; ida@example.com|Nord AB|Sales Qualified Lead|2021-01-08 10:15|Gate 1; Yard"
        ),
        json!({
            "kind": "person", "given_name": "Ida", "organization_name": "Nord AB", "lifecycle_stage": "lead",
            "external_ids": {"hubspot": "77"},
            "contact_points": [{"kind": "email", "value": "ida@example.com"}, {"kind": "email", "value": "i@example.com"}],
            "addresses": [{"street": "Gate 1; Yard"}],
        })
    );
}

#[test]
fn organizations_have_no_personal_name() {
    let header = "Id|Name|BillingStreet|BillingCountry|Phone";
    assert_eq!(
        body(header, "001|Rasam Co.|Gate 5|ایران|"),
        json!({
            "kind": "organization", "organization_name": "Rasam Co.", "external_ids": {"salesforce": "001"},
            "addresses": [{"street": "Gate 5", "country": "IR", "label": "billing"}],
        })
    );
    assert_eq!(
        body("نام شرکت|نوع مشتری", "رسام|حقوقی"),
        json!({"organization_name": "رسام", "kind": "organization"})
    );
}

#[test]
fn a_persian_row() {
    let header = "نام|نام خانوادگی|کد ملی|تاریخ تولد|تلفن همراه|شهر|کد پستی|کشور|مرحله";
    assert_eq!(
        body(header, "مریم|کاظمی|۰۰۸۴۵۷۵۹۴۸|۱۳۷۰/۰۵/۱۲|۰۹۱۲۰۰۰۱۱۲۲|یزد|۸۹۱۳۴۵۶۷۸۹|ایران|مشتری"),
        json!({
            "kind": "person", "given_name": "مریم", "family_name": "کاظمی", "national_id": "0084575948",
            "birth_date": "1991-08-03", "lifecycle_stage": "customer",
            "contact_points": [{"kind": "mobile", "value": "۰۹۱۲۰۰۰۱۱۲۲"}],
            "addresses": [{"city": "یزد", "postal_code": "8913456789", "country": "IR"}],
        })
    );
}

#[test]
fn thunderbirds_birthday_stands_in_three_columns() {
    let header = "First Name|Primary Email|Display Name|Birth Year|Birth Month|Birth Day";
    let plan = plan(header);
    assert_eq!(
        read(&plan, "Eva|eva@example.com||1990|7|4").unwrap().body["birth_date"],
        json!("1990-07-04")
    );
    let wrong = read(&plan, "Eva||||7|4").unwrap_err();
    assert_eq!((wrong[0].column, wrong[0].code), (4, Code::Format));
    assert!(read(&plan, "Eva||||  |").unwrap().body.get("birth_date").is_none());
}

#[test]
fn all_wrong_cells_are_told_by_column() {
    let plan = plan("Birthday|First Name|Country|Email");
    let wrong = read(&plan, "03/04/1980|Ann|Atlantis|x").unwrap_err();
    let found: Vec<_> = wrong.iter().map(|p| (p.column, p.code)).collect();
    assert_eq!(found, [(0, Code::Format), (2, Code::NotAllowed)]);
}

#[test]
fn a_pointer_leads_back_to_its_column() {
    let plan = plan("Email|Phone|First Name|City|Country|custom.size|Fax|National ID");
    let row = read(&plan, "|+1 212|Ann|Yazd|Iran|4|+1 213|").unwrap();
    for (pointer, column) in [
        ("/contact_points/0/value", Some(1)),
        ("/contact_points/1", Some(6)),
        ("/contact_points", Some(1)),
        ("/addresses/0/country", Some(4)),
        ("/addresses/0/street", Some(3)),
        ("/custom/size", Some(5)),
        ("/given_name", Some(2)),
        ("/national_id", Some(7)),
        ("/contact_points/10/value", None),
        ("/family_name", None),
    ] {
        assert_eq!(plan.pointer_column(&row, pointer), column, "{pointer}");
    }
}

#[test]
fn cells_take_the_kind_of_their_field() {
    let names = [
        "given_name",
        "custom.size",
        "custom.vip",
        "custom.tags",
        "custom.since",
        "custom.rate",
        "custom.lines",
    ];
    let mapping: Mapping = names
        .iter()
        .map(|name| Column {
            header: "h".into(),
            target: Some((*name).into()),
        })
        .collect();
    let kind = |path: &str| match path {
        "custom.size" => Some(Kind::Integer),
        "custom.vip" => Some(Kind::Boolean),
        "custom.tags" => Some(Kind::Texts),
        "custom.since" => Some(Kind::Date),
        "custom.rate" => Some(Kind::Decimal),
        "custom.lines" => Some(Kind::Structure),
        _ => of_customers(path),
    };
    let plan = Plan::new(&mapping, Layout::General, Some(DateOrder::DayFirst), kind).unwrap();
    let filled = read(&plan, r#"'=Ann|۴۲|بله|a; b|3/4/2020|۱٫۵|[{"line": 1}]"#).unwrap();
    assert_eq!(
        filled.body["given_name"],
        json!("=Ann"),
        "what an export put before a formula is taken off"
    );
    assert_eq!(
        filled.body["custom"],
        json!({"size": 42, "vip": true, "tags": ["a", "b"], "since": "2020-04-03", "rate": "1.5", "lines": [{"line": 1}]})
    );
    let wrong = read(&plan, "Ann|many|perhaps||x||[{line").unwrap_err();
    assert_eq!(wrong.iter().map(|p| p.column).collect::<Vec<_>>(), [1, 2, 4, 6]);
}

#[test]
fn our_id_is_no_member_of_the_body_and_one_value_has_one_column() {
    let filled = read(&plan("id|given_name|owner_id"), "0190|Ann|0191").unwrap();
    assert_eq!(filled.id.as_deref(), Some("0190"));
    assert_eq!(
        Value::Object(filled.body),
        json!({"kind": "person", "given_name": "Ann", "owner_id": "0191"})
    );
    let twice = vec![
        Column {
            header: "A".into(),
            target: Some("birth_date".into()),
        };
        2
    ];
    let problems = Plan::new(&twice, Layout::General, None, of_customers).unwrap_err();
    assert_eq!(
        (problems.0[0].pointer.as_str(), problems.0[0].code),
        ("/mapping/1", Code::Duplicate)
    );
}

#[test]
fn an_empty_row_has_an_empty_body() {
    assert_eq!(body("First Name|Email|Country", " | | "), json!({}));
}

#[test]
fn cells_are_read_as_the_operator_says() {
    let column = |header: &str, target: &str| Column {
        header: header.to_owned(),
        target: Some(target.to_owned()),
    };
    let mapping = vec![column("Group ", "customer_group"), column("Value", "amount[USD]")];
    let kind = |name: &str| (name == "amount").then_some(Kind::Money).or_else(|| of_customers(name));
    let plan = Plan::new(&mapping, Layout::General, None, kind).unwrap();
    let means = |to: Option<&str>| [("WHOLSALE".to_owned(), to.map(str::to_owned))].into();
    let plan = plan
        .reading(&mapping, &[("group".to_owned(), means(Some("Wholesale")))].into())
        .unwrap();
    let read = |a: &str, b: &str| plan.body(&[a.to_owned(), b.to_owned()]).unwrap().body;
    assert_eq!(read("WHOLSALE", "1,054.50")["customer_group"], "Wholesale");
    assert_eq!(read("wholsale", "")["customer_group"], "wholsale");
    assert_eq!(read("", "۱٬۰۵۴")["amount"], json!({"amount": "1054", "currency": "USD"}));
    let plan = plan.reading(&mapping, &[("Group ".to_owned(), means(None))].into()).unwrap();
    assert!(
        !plan
            .body(&["WHOLSALE".to_owned(), "1".to_owned()])
            .unwrap()
            .body
            .contains_key("customer_group")
    );
    let plan = plan.requiring(&mapping, &["VALUE".to_owned()]).unwrap();
    let wrong = plan.body(&["x".to_owned(), " ".to_owned()]).unwrap_err();
    assert_eq!((wrong.len(), wrong[0].column, wrong[0].code), (1, 1, Code::Required));
    assert!(plan.body(&[String::new(), "1".to_owned()]).is_ok());
    let unknown = plan
        .clone()
        .requiring(&mapping, &["Group".to_owned(), "Colour".to_owned()])
        .unwrap_err();
    assert_eq!(
        (unknown.0.len(), unknown.0[0].pointer.as_str(), unknown.0[0].code),
        (1, "/required_columns/1", Code::UnknownField)
    );
    let wrong = plan.reading(&mapping, &[("Colour".to_owned(), means(None))].into()).unwrap_err();
    assert_eq!(
        (wrong.0[0].pointer.as_str(), wrong.0[0].code),
        ("/meanings/Colour", Code::UnknownField)
    );
}
