//! What an action is, and what tags become.
use super::*;

fn tag(add: &[&str], remove: &[&str]) -> BulkTag {
    let words = |all: &[&str]| all.iter().map(|w| (*w).to_owned()).collect();
    BulkTag {
        add: words(add),
        remove: words(remove),
    }
}

#[test]
fn tags_are_put_on_and_taken_off_in_order() {
    let now = ["a", "b", "c"].map(str::to_owned);
    assert_eq!(tag(&["d", "b"], &["a"]).apply(&now), ["b", "c", "d"]);
    assert_eq!(tag(&["b"], &["x"]).apply(&now), now);
}

#[test]
fn an_action_is_one_thing_and_not_nothing() {
    let told = |what: BulkWhat| {
        let mut problems = Problems::default();
        what.check(&mut problems);
        problems.0.into_iter().map(|v| (v.pointer, v.code)).collect::<Vec<_>>()
    };
    let of = |tag: BulkTag| BulkWhat {
        tag: Some(tag),
        ..BulkWhat::default()
    };
    assert_eq!(told(BulkWhat::default()), [("/action".to_owned(), Code::Required)]);
    assert_eq!(told(of(tag(&[], &[]))), [("/action/tag".to_owned(), Code::Required)]);
    assert_eq!(told(of(tag(&["a", "a"], &["a"]))).len(), 2);
    assert_eq!(told(of(tag(&["a"], &["b"]))), []);
    let two = BulkWhat {
        group: Some(BulkGroup {
            add: Some(Uuid::max()),
            remove: None,
        }),
        ..of(tag(&["a"], &[]))
    };
    assert_eq!(told(two), [("/action/group".to_owned(), Code::Conflict)]);
}
