//! Search by parts of numbers and addresses, beside what a plain look at every record finds.
use serde_json::json;
use tests::{Who, both};

/// Parts of one of the numbers, short and long, with what stands before and behind it.
fn parts(number: &str) -> Vec<String> {
    let length = number.len();
    let lengths = [3, 4, 5, 6, 7, length - 1, length];
    lengths
        .into_iter()
        .flat_map(|n| (0..=length - n).step_by(2).map(move |from| number[from..from + n].to_owned()))
        .collect()
}

/// The records whose number is so, the newest first.
fn whose(made: &[(String, String)], is: impl Fn(&str) -> bool) -> Vec<String> {
    let found = made.iter().rev().filter(|(_, number)| is(number));
    found.map(|(id, _)| id.clone()).collect()
}

both! {
    fn a_record_is_found_by_any_part_of_a_number(app: &App) {
        let owner = app.be(Who::Owner);
        let numbered = |n: u64| (10_203_040_506_u64 + n * 918_273_645 % 80_000_000_000).to_string();
        let body = |number: &str| json!({"kind": "organization", "organization_name": format!("شرکت الف{number}ب")});
        let mut made: Vec<(String, String)> = Vec::new();
        for n in 0..40 {
            // Some share their number.
            let number = numbered(n % 30);
            made.push((owner.post("/customers", body(&number)).is(201).id(), number));
        }
        let found = |q: &str| -> Vec<String> {
            let pages = owner.pages("/customers", &[("q", q)], 3);
            pages.iter().flatten().map(|c| c["id"].as_str().unwrap().to_owned()).collect()
        };
        for part in parts(&numbered(0)).iter().chain(&parts(&numbered(17))) {
            let holding = whose(&made, |number| number.contains(part.as_str()));
            assert_eq!(found(part), holding, "{part}");
            assert_eq!(found(&format!("شرکت {part}")), holding, "{part}");
            let persian: String = part.chars().map(|c| char::from_u32(0x06F0 + u32::from(c) - 0x30).unwrap()).collect();
            let beginning = whose(&made, |number| number.starts_with(part.as_str()));
            assert_eq!(found(&format!("الف{persian}")), beginning, "{part}");
        }
        // In another order.
        let (first, part) = (made[0].0.clone(), numbered(0)[2..8].to_owned());
        let mut oldest = whose(&made, |number| number.contains(&part));
        oldest.reverse();
        let sorted = owner.all("/customers", &[("q", &part), ("sort", "created_at")]);
        assert_eq!(sorted.iter().map(|c| c["id"].as_str().unwrap()).collect::<Vec<_>>(), oldest);
        // What is so no longer is found no longer.
        let address = format!("/customers/{first}");
        owner.patch(&address, "*", json!({"organization_name": "شرکت دیگر 5550001"})).is(200);
        made[0].1 = "5550001".to_owned();
        assert_eq!(found(&part), whose(&made, |number| number.contains(&part)));
        assert_eq!(found("55500"), [first]);
        owner.delete(&address, "*").is(204);
        assert!(found("55500").is_empty());
    }
}
