use super::*;

const ID: &str = "0190b6a4-7c1e-7d3a-9f00-0123456789ab";

/// How a condition reads when its values have been typed.
fn typed(text: &str) -> Scalar {
    match parse(text).check(&Deal).unwrap_or_else(|problems| panic!("{text}: {problems:?}")) {
        Condition::Compare { value, .. } | Condition::Has { value, .. } => value,
        Condition::In { values, .. } => values[0].clone(),
        other => panic!("{other}"),
    }
}

#[test]
fn values_get_the_type_of_their_field() {
    let decimal = |text: &str| Scalar::Decimal(text.parse().unwrap());
    let instant = |ms: i64| Scalar::Instant(chrono::DateTime::from_timestamp_millis(ms).unwrap());
    let table = [
        ("city = '2024-01-01'".to_owned(), Scalar::from("2024-01-01")),
        ("city < 'م'".to_owned(), Scalar::from("م")),
        ("city : 'علي'".to_owned(), Scalar::from("علي")),
        ("tags : 'vip'".to_owned(), Scalar::from("vip")),
        ("stage != 'won'".to_owned(), Scalar::from("won")),
        ("stage IN ('lost')".to_owned(), Scalar::from("lost")),
        ("active = true".to_owned(), Scalar::Bool(true)),
        ("seats >= 5.0".to_owned(), Scalar::Integer(5)),
        ("amount.amount > 1000".to_owned(), decimal("1000")),
        ("amount.amount > '1234.50'".to_owned(), decimal("1234.5")),
        ("custom.size IN (-0.25, 1)".to_owned(), decimal("-0.25")),
        (
            "close_date <= '2024-02-29'".to_owned(),
            Scalar::Date(chrono::NaiveDate::from_ymd_opt(2024, 2, 29).unwrap()),
        ),
        ("created_at > '1970-01-01T03:30:01.2349+03:30'".to_owned(), instant(1234)),
        ("created_at > '1969-12-31T23:59:59.9999Z'".to_owned(), instant(-1)),
        (format!("owner_id = '{}'", ID.to_uppercase()), Scalar::Id(ID.parse().unwrap())),
        ("owner_id = null".to_owned(), Scalar::Null),
        ("stage IN (null, 'won')".to_owned(), Scalar::Null),
    ];
    for (text, value) in table {
        assert_eq!(typed(&text), value, "{text}");
    }
}

#[test]
fn refuses_what_makes_no_sense() {
    let table = [
        ("nope = 1", "/field", Code::UnknownField),
        ("account.credit_limit > 1000", "/field", Code::UnknownField),
        ("address = 'x'", "/op", Code::NotAllowed),
        ("address = null", "/op", Code::NotAllowed),
        ("amount = 5", "/op", Code::NotAllowed),
        ("active < true", "/op", Code::NotAllowed),
        ("stage > 'new'", "/op", Code::NotAllowed),
        ("owner_id >= null", "/op", Code::NotAllowed),
        ("seats < null", "/op", Code::NotAllowed),
        ("tags = 'vip'", "/op", Code::NotAllowed),
        ("tags IN ('vip')", "/op", Code::NotAllowed),
        ("stage : 'new'", "/op", Code::NotAllowed),
        ("seats : 5", "/op", Code::NotAllowed),
        ("stage = 'Won'", "/value", Code::NotAllowed),
        ("stage IN ('won', 'x')", "/value/1", Code::NotAllowed),
        ("stage = 1", "/value", Code::WrongType),
        ("city = 5", "/value", Code::WrongType),
        ("city : 5", "/value", Code::WrongType),
        ("city : null", "/value", Code::WrongType),
        ("city : ''", "/value", Code::TooShort),
        ("tags : ''", "/value", Code::TooShort),
        ("active = 'true'", "/value", Code::WrongType),
        ("active = 1", "/value", Code::WrongType),
        ("seats = 5.5", "/value", Code::WrongType),
        ("seats = '5'", "/value", Code::WrongType),
        ("amount.amount = true", "/value", Code::WrongType),
        ("amount.amount = '1e3'", "/value", Code::Format),
        ("amount.amount = '۱۲'", "/value", Code::Format),
        ("amount.amount = '1_000'", "/value", Code::Format),
        ("amount.amount = '1) OR (1=1'", "/value", Code::Format),
        ("amount.amount = 1000000000000000", "/value", Code::OutOfRange),
        ("amount.amount = '0.0000001'", "/value", Code::OutOfRange),
        ("close_date = 20240101", "/value", Code::WrongType),
        ("close_date = '2024-1-1'", "/value", Code::Format),
        ("close_date = '2023-02-29'", "/value", Code::Format),
        ("close_date = '۲۰۲۴-۰۱-۰۱'", "/value", Code::Format),
        ("close_date = '2024-01-01T00:00:00Z'", "/value", Code::Format),
        ("created_at = '2024-01-01'", "/value", Code::Format),
        ("created_at = '2024-01-01T00:00:00'", "/value", Code::Format),
        ("created_at = '0001-01-01T00:00:00+14:00'", "/value", Code::Format),
        ("owner_id = 'me'", "/value", Code::Format),
        ("owner_id = '0190b6a47c1e7d3a9f000123456789ab'", "/value", Code::Format),
        ("owner_id = 1", "/value", Code::WrongType),
    ];
    for (text, pointer, code) in table {
        let problems = parse(text).check(&Deal).unwrap_err();
        let found: Vec<_> = problems.0.iter().map(|v| (v.pointer.as_str(), v.code)).collect();
        assert_eq!(found, [(pointer, code)], "{text}");
        assert!(problems.0[0].params.iter().any(|(name, _)| *name == "field"), "{text}");
    }
}

#[test]
fn tells_all_problems_at_once() {
    let problems = parse("(nope = 1 OR NOT seats = 'x') AND stage IN ('won', 'a', 'b')")
        .check(&Deal)
        .unwrap_err();
    let found: Vec<_> = problems.0.iter().map(|v| (v.pointer.as_str(), v.code)).collect();
    assert_eq!(
        found,
        [
            ("/all/0/any/0/field", Code::UnknownField),
            ("/all/0/any/1/not/value", Code::WrongType),
            ("/all/1/value/1", Code::NotAllowed),
            ("/all/1/value/2", Code::NotAllowed),
        ]
    );
}

#[test]
fn trees_built_by_hand_keep_the_rules_too() {
    let leaf = || compare("seats", Op::Eq, Scalar::Integer(1));
    let deep = (0..200).fold(leaf(), |inner, _| Condition::Not(Box::new(inner)));
    assert_eq!(
        first(&deep.check(&Deal).unwrap_err(), "limit"),
        (Code::TooComplex, "depth".to_owned())
    );
    let wide = Condition::Any(vec![leaf(); 51]);
    assert_eq!(
        first(&wide.check(&Deal).unwrap_err(), "limit"),
        (Code::TooComplex, "terms".to_owned())
    );
    for empty in [Condition::All(vec![]), Condition::Any(vec![])] {
        assert_eq!(first(&empty.check(&Deal).unwrap_err(), "min"), (Code::TooShort, "1".to_owned()));
    }
    assert_eq!(Condition::all(vec![leaf()]), leaf());
}

#[test]
fn a_checked_condition_checks_and_reads_back_as_itself() {
    let text = format!(
        "city = 'یزد' AND amount.amount >= 1000 AND close_date < '2024-05-01' AND created_at >= '2024-01-01T00:00:00+03:30' AND \
         owner_id IN ('{ID}', null) AND (active = true OR NOT seats > 3) AND tags : 'ویژه'"
    );
    let checked = parse(&text).check(&Deal).unwrap();
    assert_eq!(checked.clone().check(&Deal).unwrap(), checked);
    assert_eq!(parse(&checked.to_string()).check(&Deal).unwrap(), checked);
    let json = serde_json::to_value(&checked).unwrap();
    assert_eq!(Condition::from_json(&json).unwrap().check(&Deal).unwrap(), checked);
    assert_eq!(json["all"][3]["value"], "2023-12-31T20:30:00.000Z");
}
