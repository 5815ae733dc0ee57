use super::super::{MAX_DEPTH, MAX_TERMS, MAX_TEXT, MAX_VALUES};
use super::*;

#[test]
fn reads_and_prints_the_canonical_form() {
    let table = [
        ("city = \"Yazd\"", "city = \"Yazd\""),
        ("city='Yazd'", "city = \"Yazd\""),
        ("\t city\r\n=  'Yazd' ", "city = \"Yazd\""),
        ("a = 1 OR b = 2 AND c = 3", "a = 1 OR b = 2 AND c = 3"),
        ("a = 1 OR (b = 2 AND c = 3)", "a = 1 OR b = 2 AND c = 3"),
        ("(a = 1 OR b = 2) AND c = 3", "(a = 1 OR b = 2) AND c = 3"),
        ("((a = 1))", "a = 1"),
        ("(a = 1 and b = 2) And c = 3", "(a = 1 AND b = 2) AND c = 3"),
        ("not a = 1 and b = 2", "NOT a = 1 AND b = 2"),
        ("NOT (a = 1 AND b = 2)", "NOT (a = 1 AND b = 2)"),
        ("NOT NOT a = 1", "NOT NOT a = 1"),
        ("stage NOT IN ('lost','won')", "NOT stage IN (\"lost\", \"won\")"),
        ("stage in(null)", "stage IN (null)"),
        (
            "a!=1 AND b<2 AND c<=3 AND d>4 AND e>=-5",
            "a != 1 AND b < 2 AND c <= 3 AND d > 4 AND e >= -5",
        ),
        ("a = TRUE OR b = False OR c = NULL", "a = true OR b = false OR c = null"),
        ("a = 007.50 OR b = 5.0 OR c = -0", "a = 7.5 OR b = 5 OR c = 0"),
        ("tags:'vip'", "tags : \"vip\""),
        (
            "notes = 'x' AND order_id = 1 AND inn = 2",
            "notes = \"x\" AND order_id = 1 AND inn = 2",
        ),
        ("custom.in = 'x'", "custom.in = \"x\""),
        ("شهر", ""),
    ];
    for (text, canonical) in table {
        match text.parse::<Condition>() {
            Ok(condition) => assert_eq!(condition.to_string(), canonical, "{text}"),
            Err(problems) => assert_eq!(canonical, "", "{text}: {problems:?}"),
        }
    }
}

#[test]
fn binds_and_before_or_and_not_first() {
    let one = |field: &str| compare(field, Op::Eq, Scalar::Integer(1));
    assert_eq!(
        parse("a = 1 OR NOT b = 1 AND c = 1"),
        Condition::Any(vec![one("a"), Condition::All(vec![Condition::Not(Box::new(one("b"))), one("c")])])
    );
}

#[test]
fn the_example_of_the_design() {
    let text = "city = \"Yazd\" AND amount.amount >= 1000 AND NOT stage IN (\"lost\", \"won\") AND (tags : \"vip\" OR owner_id = null)";
    let condition = parse(text);
    assert_eq!(condition.to_string(), text);
    assert_eq!(
        condition.fields().collect::<Vec<_>>(),
        ["city", "amount.amount", "stage", "tags", "owner_id"]
    );
    assert!(condition.check(&Deal).is_ok());
}

#[test]
fn strings() {
    let table = [
        (r#""say ""hi""""#, r#"say "hi""#),
        (r#""say \"hi\"""#, r#"say "hi""#),
        (r"'it''s'", "it's"),
        (r"'it\'s'", "it's"),
        (r#""it's""#, "it's"),
        (r"'C:\\x'", r"C:\x"),
        (r#"'""'"#, r#""""#),
        ("''", ""),
        // Attack: stays one literal.
        ("'x'' OR 1=1--'", "x' OR 1=1--"),
        ("'یزد ۱۲۳ می\u{200c}شود'", "یزد ۱۲۳ می\u{200c}شود"),
        ("'a\nb'", "a\nb"),
    ];
    for (written, value) in table {
        assert_eq!(
            parse(&format!("name = {written}")),
            compare("name", Op::Eq, Scalar::from(value)),
            "{written}"
        );
    }
}

#[test]
fn says_where_and_what_was_expected() {
    let table = [
        ("", 1, "a field, NOT or ("),
        ("   ", 4, "a field, NOT or ("),
        ("city", 5, "=, !=, <, <=, >, >=, :, IN or NOT IN"),
        ("city = Yazd", 8, "a text in quotes, a number, true, false or null"),
        ("city = یزد", 8, "a text in quotes, a number, true, false or null"),
        ("city == 'x'", 7, "a text in quotes, a number, true, false or null"),
        ("a = 'یزد' b = 1", 11, "AND, OR or the end"),
        ("name;drop table", 5, "=, !=, <, <=, >, >=, :, IN or NOT IN"),
        ("a = 1; drop", 6, "AND, OR or the end"),
        ("a = 1 --", 7, "AND, OR or the end"),
        ("a OR 1=1", 3, "=, !=, <, <=, >, >=, :, IN or NOT IN"),
        ("1 = 1", 1, "a field, NOT or ("),
        ("City = 1", 1, "a field, NOT or ("),
        ("a..b = 1", 1, "a field, NOT or ("),
        ("a. = 1", 1, "a field, NOT or ("),
        ("null = 1", 1, "a field, NOT or ("),
        ("(a = 1", 7, "AND, OR or )"),
        ("a = 1)", 6, "AND, OR or the end"),
        ("a ! 1", 3, "=, !=, <, <=, >, >=, :, IN or NOT IN"),
        ("a = 1e3", 5, "a number such as -12 or 3.5"),
        ("a = 1.2.3", 5, "a number such as -12 or 3.5"),
        ("a = .5", 5, "a text in quotes, a number, true, false or null"),
        ("a = 5.", 5, "a number such as -12 or 3.5"),
        ("a = - 5", 5, "a number such as -12 or 3.5"),
        ("a = 0x1F", 5, "a number such as -12 or 3.5"),
        ("a = ۵", 5, "a text in quotes, a number, true, false or null"),
        ("a IN 'x'", 6, "("),
        ("a IN ()", 7, "a text in quotes, a number, true, false or null"),
        ("a IN ('x',)", 11, "a text in quotes, a number, true, false or null"),
        ("a IN ('x' 'y')", 11, ", or )"),
        ("a NOT = 1", 7, "IN"),
        ("a = 'یزد", 9, "'"),
        ("a = \"x'", 8, "\""),
        (r"a = 'x\n'", 8, "\\, \" or '"),
        ("a = 'x\\", 8, "\\, \" or '"),
        ("a\u{a0}= 1", 2, "=, !=, <, <=, >, >=, :, IN or NOT IN"),
    ];
    for (text, at, expected) in table {
        let problems = text.parse::<Condition>().unwrap_err();
        assert_eq!(problems.0.len(), 1, "{text}");
        assert_eq!(first(&problems, "expected"), (Code::Syntax, expected.to_owned()), "{text}");
        assert_eq!(first(&problems, "at").1, at.to_string(), "{text}");
    }
}

#[test]
fn refuses_nul_and_values_beyond_measure() {
    let long = format!("a = '{}'", "ی".repeat(MAX_TEXT + 1));
    let table = [
        ("a = 'ی\0'", Code::Character, "7"),
        (long.as_str(), Code::TooLong, "5"),
        ("a = 9007199254740992", Code::OutOfRange, "5"),
        ("a = 99999999999999999999999999999999999999", Code::OutOfRange, "5"),
        ("a = 1234567890123456.5", Code::OutOfRange, "5"),
        ("a = 0.0000001", Code::OutOfRange, "5"),
    ];
    for (text, code, at) in table {
        assert_eq!(
            first(&text.parse::<Condition>().unwrap_err(), "at"),
            (code, at.to_owned()),
            "{text}"
        );
    }
    parse(&format!("a = '{}'", "ی".repeat(MAX_TEXT)));
    parse("a = -9007199254740991 OR a = 123456789012345.123456");
}

#[test]
fn keeps_its_limits_exactly() {
    let terms = |n: usize| vec!["a=1"; n].join(" OR ");
    let values = |n: usize| format!("a IN ({})", vec!["1"; n].join(","));
    let nots = |n: usize| "NOT ".repeat(n) + "a = 1";
    let wide = |n: usize| format!("a = 'x' OR {}", vec![format!("b = '{}'", "x".repeat(n)); 8].join(" OR "));
    let table = [
        (terms(MAX_TERMS), terms(MAX_TERMS + 1), "terms"),
        (values(MAX_VALUES), values(MAX_VALUES + 1), "values"),
        (nots(MAX_DEPTH - 1), nots(MAX_DEPTH), "depth"),
        (
            "(".repeat(MAX_DEPTH) + "a = 1" + &")".repeat(MAX_DEPTH),
            "(".repeat(MAX_DEPTH + 1),
            "depth",
        ),
        (wide(490), wide(510), "bytes"),
    ];
    for (good, bad, limit) in table {
        parse(&good);
        assert_eq!(
            first(&bad.parse::<Condition>().unwrap_err(), "limit"),
            (Code::TooComplex, limit.to_owned())
        );
    }
    // Shorter than its canonical form, which must be readable too.
    let tight = format!("a='{}'", "\"".repeat(MAX_TEXT)) + &format!(" OR b='{}'", "\"".repeat(MAX_TEXT)) + &" OR c=1".repeat(40);
    assert!(tight.len() < MAX_BYTES && first(&tight.parse::<Condition>().unwrap_err(), "limit").1 == "bytes");
}

#[test]
fn refuses_bombs_at_once() {
    let bombs = [
        vec!["a = 1"; 5000].join(" OR "),
        "(".repeat(500) + "a = 1" + &")".repeat(500),
        "NOT ".repeat(500) + "a = 1",
        "a = '".to_owned() + &"x".repeat(1 << 20) + "'",
        "(".repeat(1 << 20),
        format!("a IN ({})", vec!["1"; 1 << 18].join(",")),
    ];
    for bomb in bombs {
        assert_eq!(first(&bomb.parse::<Condition>().unwrap_err(), "").0, Code::TooComplex);
        let time = fastest(|| drop(bomb.parse::<Condition>()));
        assert!(time < Duration::from_millis(20), "{time:?} for {}", &bomb[..20]);
    }
}

proptest! {
    #[test]
    fn what_is_printed_reads_back(condition in condition()) {
        prop_assert_eq!(condition.to_string().parse::<Condition>().unwrap(), condition);
    }

    #[test]
    fn never_panics_and_what_it_reads_reads_back(text in "([a-z. ]|AND|OR|NOT|IN|[=<>!:(),'\"\\\\-]|[0-9یا\0\n]){0,40}") {
        if let Ok(condition) = text.parse::<Condition>() {
            prop_assert_eq!(condition.to_string().parse::<Condition>().unwrap(), condition);
        }
    }
}
