//! The lists in a body that several columns of a row fill together: contact points and addresses.
use super::country::country;
use super::formula::unguard;
use super::plan::{CellProblem, Filled, Plan};
use super::target::{AddressPart, PointKind, Target};
use super::value;
use serde_json::{Map, Value, json};

/// Adds the contact points of a row. A value that stands twice under one kind is one contact point.
pub fn points(plan: &Plan, cells: &[String], filled: &mut Filled) {
    let mut list: Vec<Map<String, Value>> = Vec::new();
    for (column, cell) in cells.iter().enumerate() {
        let Some(Some(Target::Point {
            kind,
            label,
            slot,
            names: false,
        })) = plan.columns.get(column).map(|(target, _)| target)
        else {
            continue;
        };
        let naming = |target: &Target| matches!(target, Target::Point { kind: k, slot: s, names: true, .. } if k == kind && s == slot);
        let name = slot.and_then(|_| text_of(plan, cells, naming));
        let (kind, label, mut main) = match &name {
            Some((_, text)) => labelled(*kind, text),
            None => (*kind, label.clone(), false),
        };
        for value in pieces(unguard(cell), plan.between) {
            let same = |point: &Map<String, Value>, name: &str, value: Value| point.get(name) == Some(&value);
            if list
                .iter()
                .any(|p| same(p, "kind", json!(kind.as_str())) && same(p, "value", json!(value)))
            {
                continue;
            }
            let mut point = Map::new();
            point.insert("kind".into(), json!(kind.as_str()));
            point.insert("value".into(), json!(value));
            if let Some(label) = &label {
                point.insert("label".into(), json!(label));
            }
            let first = !list
                .iter()
                .any(|p| same(p, "kind", json!(kind.as_str())) && p.contains_key("primary"));
            if std::mem::take(&mut main) && first {
                point.insert("primary".into(), json!(true));
            }
            let pointer = format!("/contact_points/{}", list.len());
            if let Some((column, _)) = name {
                filled.from.push((format!("{pointer}/label"), column));
            }
            filled.from.push((pointer, column));
            list.push(point);
        }
    }
    if !list.is_empty() {
        filled.body.insert("contact_points".into(), json!(list));
    }
}

/// Adds the addresses of a row: columns with the same label and slot are one address, or several where their cells hold several
/// values in the same order. An address as one text counts only where its parts are missing.
pub fn addresses(plan: &Plan, cells: &[String], filled: &mut Filled, wrong: &mut Vec<CellProblem>) {
    let mut groups: Vec<(&Option<String>, &Option<u8>)> = Vec::new();
    for (target, _) in &plan.columns {
        if let Some(Target::Address { label, slot, .. }) = target
            && !groups.contains(&(label, slot))
        {
            groups.push((label, slot));
        }
    }
    let between = plan.between.filter(|b| *b == " ::: ");
    let mut list: Vec<Map<String, Value>> = Vec::new();
    for (label, slot) in groups {
        let mut columns: Vec<(AddressPart, usize, Vec<&str>)> = Vec::new();
        for (column, cell) in cells.iter().enumerate() {
            if let Some(Some(Target::Address { label: l, slot: s, part })) = plan.columns.get(column).map(|(target, _)| target)
                && (l, s) == (label, slot)
            {
                let values = match between {
                    Some(between) if *part != AddressPart::Label => unguard(cell).split(between).map(str::trim).collect(),
                    _ => vec![unguard(cell).trim()],
                };
                columns.push((*part, column, values));
            }
        }
        let many = columns.iter().map(|(_, _, values)| values.len()).max().unwrap_or(0);
        for nth in 0..many {
            let given: Vec<(AddressPart, usize, &str)> = columns
                .iter()
                .filter_map(|(part, column, values)| values.get(nth).map(|text| (*part, *column, *text)))
                .filter(|(part, _, text)| !text.is_empty() && *part != AddressPart::Label)
                .collect();
            if given.is_empty() {
                continue;
            }
            let named = columns
                .iter()
                .find(|(part, _, values)| *part == AddressPart::Label && values.iter().any(|v| !v.is_empty()));
            let label = named.map_or_else(|| label.clone(), |(_, _, values)| values.first().and_then(|v| plain(v)));
            let mut address = address(&given, list.len(), filled, wrong);
            if let Some(label) = label {
                address.insert("label".into(), json!(label));
            }
            list.push(address);
        }
    }
    if !list.is_empty() {
        filled.body.insert("addresses".into(), json!(list));
    }
}

fn address(given: &[(AddressPart, usize, &str)], nth: usize, filled: &mut Filled, wrong: &mut Vec<CellProblem>) -> Map<String, Value> {
    let mut address = Map::new();
    let whole = given.iter().all(|(part, _, _)| *part == AddressPart::Formatted);
    for (part, column, text) in given {
        let (part, text) = match part {
            AddressPart::Formatted if whole => (AddressPart::Street, lines(text)),
            AddressPart::Formatted => continue,
            AddressPart::Street => (AddressPart::Street, lines(text)),
            AddressPart::PostalCode => (AddressPart::PostalCode, value::digits(text)),
            AddressPart::Country => match country(text) {
                Ok(code) => (AddressPart::Country, code),
                Err((code, params)) => {
                    wrong.push(CellProblem {
                        column: *column,
                        code,
                        params,
                    });
                    continue;
                }
            },
            other => (*other, (*text).to_owned()),
        };
        let text = match address.get(part.as_str()).and_then(Value::as_str) {
            Some(before) => format!("{before}, {text}"),
            None => text,
        };
        address.insert(part.as_str().into(), json!(text));
        filled.from.push((format!("/addresses/{nth}/{}", part.as_str()), *column));
    }
    if let Some((_, column, _)) = given.first() {
        filled.from.push((format!("/addresses/{nth}"), *column));
    }
    address
}

/// Several lines as one: a street is one line of text.
fn lines(text: &str) -> String {
    text.lines()
        .map(str::trim)
        .filter(|line| !line.is_empty())
        .collect::<Vec<_>>()
        .join(", ")
}

fn text_of<'a>(plan: &Plan, cells: &'a [String], wanted: impl Fn(&Target) -> bool) -> Option<(usize, &'a str)> {
    let column = plan.columns.iter().position(|(target, _)| target.as_ref().is_some_and(&wanted))?;
    cells
        .get(column)
        .map(|cell| (column, unguard(cell).trim()))
        .filter(|(_, text)| !text.is_empty())
}

fn pieces<'a>(cell: &'a str, between: Option<&'a str>) -> impl Iterator<Item = &'a str> {
    let all = match between {
        Some(between) => cell.split(between).collect(),
        None => vec![cell],
    };
    all.into_iter().map(str::trim).filter(|piece| !piece.is_empty())
}

/// What Google's label says: the kind where a phone is a mobile or a fax, the label, and whether it is the main one (`* Work`).
fn labelled(kind: PointKind, text: &str) -> (PointKind, Option<String>, bool) {
    let main = text.starts_with("* ");
    let label = text.trim_start_matches("* ");
    let words = label.trim().to_lowercase();
    let (kind, label) = match (kind, words.as_str()) {
        (PointKind::Phone, "mobile" | "cell") => (PointKind::Mobile, None),
        (PointKind::Phone, "work mobile") => (PointKind::Mobile, plain("work")),
        (PointKind::Phone, "fax") => (PointKind::Fax, None),
        (PointKind::Phone, words) if words.ends_with(" fax") => (PointKind::Fax, plain(words.trim_end_matches("fax"))),
        _ => (kind, plain(label)),
    };
    (kind, label, main)
}

/// A label without Google's mark, its own words in lower case, and none where it says nothing.
fn plain(label: &str) -> Option<String> {
    let label = label.trim().trim_start_matches("* ").trim();
    match label.to_lowercase().as_str() {
        "" | "*" | "internet" => None,
        word @ ("work" | "home" | "other" | "main" | "school" | "profile") => Some(word.to_owned()),
        _ => Some(label.to_owned()),
    }
}
