//! From the cells of one row to the body of a create, and from a complaint about that body back to the cell.
use super::formula::unguard;
use super::headings::key;
use super::mapping::{Column, Layout, Mapping};
use super::target::{By, DatePart, Target};
use super::value::{self, DateOrder};
use crate::core::field::Kind;
use crate::core::problem::{Code, Problems};
use serde_json::{Map, Value, json};
use std::collections::{BTreeMap, BTreeSet};

/// What is wrong with one cell.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CellProblem {
    /// The column, from 0.
    pub column: usize,
    pub code: Code,
    /// What the text of the code mentions, such as `format`.
    pub params: Vec<(&'static str, String)>,
}

/// What one row says.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Filled {
    /// Our own id of the record, where the file has it.
    pub id: Option<String>,
    /// The body of a create.
    pub body: Map<String, Value>,
    /// References by something else than our own id: the member, what is looked for, and the cell.
    pub lookups: Vec<(String, By, String)>,
    /// Which column each part of the body came from: a JSON pointer and a column from 0.
    pub from: Vec<(String, usize)>,
}

impl Filled {
    /// The column that a pointer into this body speaks of: the one that gave the value, else the nearest value around it.
    pub fn column(&self, pointer: &str) -> Option<usize> {
        let around = |p: &str| pointer.strip_prefix(p).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'));
        let best = self.from.iter().filter(|(p, _)| around(p)).max_by_key(|(p, _)| p.len());
        let inside = || {
            self.from
                .iter()
                .find(|(p, _)| p.strip_prefix(pointer).is_some_and(|rest| rest.starts_with('/')))
        };
        best.or_else(inside).map(|(_, column)| *column)
    }

    fn put(&mut self, name: &str, value: Value, column: usize) {
        self.body.insert(name.to_owned(), value);
        self.from.push((format!("/{name}"), column));
    }
}

/// Whether a column is meant by a heading, however that is written.
fn is_called(column: &Column, header: &str) -> bool {
    column.header == header || !key(header).is_empty() && key(&column.header) == key(header)
}

/// A mapping made ready to run over many rows.
#[derive(Debug, Clone)]
pub struct Plan {
    pub(super) columns: Vec<(Option<Target>, Option<Kind>)>,
    pub(super) between: Option<&'static str>,
    dates: DateOrder,
    /// Whether rows are people and organizations, told apart by their names.
    parties: bool,
    /// What cells of a column are to be read as instead.
    meanings: Vec<Option<BTreeMap<String, Option<String>>>>,
    /// Columns in which every row says something.
    required: BTreeSet<usize>,
}

impl Plan {
    /// Reads a mapping. `kind` says what a path such as `birth_date` or `custom.size` holds, so that cells become numbers, dates
    /// and lists where those belong; what it does not know stays text. `dates` overrides the layout's order of day and month.
    ///
    /// # Errors
    /// At `/mapping/INDEX`: what [`Target::parse`] says, and `duplicate` for a second column on a target that takes one value.
    pub fn new(mapping: &Mapping, layout: Layout, dates: Option<DateOrder>, kind: impl Fn(&str) -> Option<Kind>) -> Result<Plan, Problems> {
        let mut problems = Problems::default();
        let mut columns: Vec<(Option<Target>, Option<Kind>)> = Vec::with_capacity(mapping.len());
        for (index, column) in mapping.iter().enumerate() {
            let target = match column.target.as_deref().map(Target::parse) {
                Some(Err((code, params))) => {
                    problems.with(format!("/mapping/{index}"), code, params);
                    None
                }
                Some(Ok(target)) => Some(target),
                None => None,
            };
            if target
                .as_ref()
                .is_some_and(|t| !t.repeats() && columns.iter().any(|(other, _)| other.as_ref() == Some(t)))
            {
                problems.add(format!("/mapping/{index}"), Code::Duplicate);
            }
            let kind = target.as_ref().and_then(|t| match t {
                Target::Member(name) if name == "birth_date" => Some(Kind::Date),
                Target::Member(_) | Target::Custom(_) => kind(&t.to_string()),
                _ => None,
            });
            columns.push((target, kind));
        }
        problems.or(Plan {
            columns,
            between: layout.between(),
            dates: dates.unwrap_or(layout.dates()),
            meanings: Vec::new(),
            required: BTreeSet::new(),
            parties: kind("kind").is_some_and(|k| matches!(k, Kind::Choice(words) if words.iter().any(|w| w == "person"))),
        })
    }

    /// Reads some cells as others, by the headings of their columns.
    ///
    /// # Errors
    /// `unknown_field` at `/meanings/HEADING` for a heading the file has not.
    pub fn reading(mut self, mapping: &Mapping, meanings: &BTreeMap<String, BTreeMap<String, Option<String>>>) -> Result<Plan, Problems> {
        let mut problems = Problems::default();
        self.meanings = vec![None; mapping.len()];
        for (header, meaning) in meanings {
            let mut found = false;
            for (slot, _) in self
                .meanings
                .iter_mut()
                .zip(mapping)
                .filter(|(_, column)| is_called(column, header))
            {
                *slot = Some(meaning.clone());
                found = true;
            }
            if !found {
                problems.add(
                    format!("/meanings/{}", header.replace('~', "~0").replace('/', "~1")),
                    Code::UnknownField,
                );
            }
        }
        problems.or(self)
    }

    /// Asks every row for something in some columns, by their headings, whether they are taken in or not.
    ///
    /// # Errors
    /// `unknown_field` at `/required_columns/INDEX` for a heading the file has not.
    pub fn requiring(mut self, mapping: &Mapping, headings: &[String]) -> Result<Plan, Problems> {
        let mut problems = Problems::default();
        for (n, header) in headings.iter().enumerate() {
            let before = self.required.len();
            let found = mapping.iter().enumerate().filter(|(_, column)| is_called(column, header));
            self.required.extend(found.map(|(index, _)| index));
            if self.required.len() == before && !mapping.iter().any(|column| is_called(column, header)) {
                problems.add(format!("/required_columns/{n}"), Code::UnknownField);
            }
        }
        problems.or(self)
    }

    /// A cell as it is to be read.
    fn meant<'a>(&'a self, column: usize, cell: &'a str) -> &'a str {
        let meaning = self.meanings.get(column).and_then(Option::as_ref);
        meaning
            .and_then(|m| m.get(cell))
            .map_or(cell, |to| to.as_deref().unwrap_or_default())
    }

    /// The body of a create for the cells of one row, in the order of the columns. Empty cells are absent, `kind` is
    /// `organization` where an organization has a name and no person has, and what an export put before a formula is taken off.
    ///
    /// # Errors
    /// All cells that cannot be read, by column.
    pub fn body(&self, cells: &[String]) -> Result<Filled, Vec<CellProblem>> {
        let mut filled = Filled::default();
        let mut wrong = Vec::new();
        for (index, cell) in cells.iter().enumerate() {
            let cell = self.meant(index, unguard(cell).trim()).trim();
            if cell.is_empty() {
                if self.required.contains(&index) {
                    wrong.push(CellProblem {
                        column: index,
                        code: Code::Required,
                        params: Vec::new(),
                    });
                }
                continue;
            }
            let Some((Some(target), kind)) = self.columns.get(index) else {
                continue;
            };
            let result = match target {
                Target::Id => {
                    filled.id = Some(cell.to_owned());
                    Ok(())
                }
                Target::Member(name) => self.member(&mut filled, name, kind.as_ref(), cell, index),
                Target::Lookup(name, by) => {
                    filled.lookups.push((name.clone(), by.clone(), cell.to_owned()));
                    filled.from.push((format!("/{name}"), index));
                    Ok(())
                }
                Target::Amount(name, currency) => {
                    // As people write numbers: their own digits, and something between thousands.
                    let amount: String = value::digits(cell).replace('\u{066B}', ".");
                    let amount: String = amount
                        .chars()
                        .filter(|c| !matches!(c, ',' | '\u{066C}' | '\'' | ' ' | '\u{a0}' | '\u{202f}'))
                        .collect();
                    filled.put(name, json!({"amount": amount, "currency": currency}), index);
                    Ok(())
                }
                Target::ExternalId(system) => {
                    nest(&mut filled, "external_ids", system, json!(cell), index);
                    Ok(())
                }
                Target::Custom(field) => self.typed(kind.as_ref(), cell).map(|value| {
                    if let Some(value) = value {
                        nest(&mut filled, "custom", field, value, index);
                    }
                }),
                Target::BirthDate(_) | Target::Point { .. } | Target::Address { .. } => Ok(()),
            };
            if let Err((code, params)) = result {
                wrong.push(CellProblem {
                    column: index,
                    code,
                    params,
                });
            }
        }
        self.birth_date(cells, &mut filled, &mut wrong);
        super::parts::points(self, cells, &mut filled);
        super::parts::addresses(self, cells, &mut filled, &mut wrong);
        let named = |name: &str| filled.body.contains_key(name);
        if self.parties && !named("kind") && !filled.body.is_empty() {
            let organization = named("organization_name") && !named("given_name") && !named("family_name");
            let kind = if organization { "organization" } else { "person" };
            filled.body.insert("kind".to_owned(), json!(kind));
        }
        wrong.sort_by_key(|problem| problem.column);
        if wrong.is_empty() { Ok(filled) } else { Err(wrong) }
    }

    /// The target of a column, from 0.
    pub fn target(&self, column: usize) -> Option<&Target> {
        self.columns.get(column).and_then(|(target, _)| target.as_ref())
    }

    /// The column that a pointer speaks of: the one that gave the value in this row, else the one that would have given it.
    pub fn pointer_column(&self, filled: &Filled, pointer: &str) -> Option<usize> {
        let position = |wanted: &dyn Fn(&Target) -> bool| self.columns.iter().position(|(t, _)| t.as_ref().is_some_and(wanted));
        filled.column(pointer).or_else(|| {
            let path = pointer.strip_prefix('/')?.replace('/', ".").replace("~1", "/").replace("~0", "~");
            position(&|target| match target {
                Target::BirthDate(_) => path == "birth_date",
                Target::Lookup(name, _) | Target::Amount(name, _) => path == *name,
                Target::Point { .. } => path == "contact_points",
                Target::Address { .. } => path == "addresses",
                other => other.to_string() == path,
            })
        })
    }

    fn member(&self, filled: &mut Filled, name: &str, kind: Option<&Kind>, cell: &str, column: usize) -> Result<(), value::Refusal> {
        let before = filled.body.get(name).and_then(Value::as_str).map(str::to_owned);
        let value = match (name, before) {
            ("notes", Some(before)) => json!(format!("{before}\n{cell}")),
            (_, Some(before)) => json!(format!("{before} {cell}")),
            ("kind", None) => json!(party(cell)),
            ("lifecycle_stage", None) => json!(value::lifecycle_stage(cell)),
            ("national_id", None) => json!(value::digits(cell)),
            (_, None) => match self.typed(kind, cell)? {
                Some(value) => value,
                None => return Ok(()),
            },
        };
        filled.put(name, value, column);
        Ok(())
    }

    /// A cell as the JSON a field of this kind takes; none for a date that says there is none.
    fn typed(&self, kind: Option<&Kind>, cell: &str) -> Result<Option<Value>, value::Refusal> {
        let wrong = |format: &str| (Code::Format, vec![("format", format.to_owned())]);
        Ok(match kind {
            Some(Kind::Date) => value::date(cell, self.dates)?.map(Value::String),
            Some(Kind::Boolean) => Some(json!(value::boolean(cell).ok_or_else(|| wrong("boolean"))?)),
            Some(Kind::Integer) => Some(json!(value::digits(cell).parse::<i64>().map_err(|_| wrong("integer"))?)),
            Some(Kind::Decimal) => Some(json!(value::digits(cell).replace('\u{066B}', "."))),
            Some(Kind::Texts) => {
                let items = cell.split([';', '\n', '،']).flat_map(|item| item.split(" ::: ")).map(str::trim);
                Some(json!(items.filter(|item| !item.is_empty()).collect::<Vec<_>>()))
            }
            // What has members of its own, such as the lines of an invoice, stands in its cell as JSON.
            Some(Kind::Structure | Kind::Money) => Some(serde_json::from_str(cell).map_err(|_| wrong("JSON"))?),
            _ => Some(json!(cell)),
        })
    }

    fn birth_date(&self, cells: &[String], filled: &mut Filled, wrong: &mut Vec<CellProblem>) {
        let mut parts = [None, None, None];
        for ((target, _), (index, cell)) in self.columns.iter().zip(cells.iter().enumerate()) {
            if let (Some(Target::BirthDate(part)), false) = (target, cell.trim().is_empty()) {
                let place = match part {
                    DatePart::Year => 0,
                    DatePart::Month => 1,
                    DatePart::Day => 2,
                };
                parts[place] = Some((index, value::digits(unguard(cell).trim()).parse::<u16>().ok()));
            }
        }
        let Some(column) = parts.iter().flatten().map(|(index, _)| *index).next() else {
            return;
        };
        let date = match parts {
            [Some((_, Some(year))), Some((_, Some(month))), Some((_, Some(day)))] => value::calendar(year, month, day),
            _ => None,
        };
        match date {
            Some(date) => filled.put("birth_date", json!(date), column),
            None => wrong.push(CellProblem {
                column,
                code: Code::Format,
                params: vec![("format", "date".to_owned())],
            }),
        }
    }
}

fn nest(filled: &mut Filled, member: &str, name: &str, value: Value, column: usize) {
    if let Value::Object(inner) = filled.body.entry(member).or_insert_with(|| json!({})) {
        inner.insert(name.to_owned(), value);
        filled
            .from
            .push((format!("/{member}/{}", name.replace('~', "~0").replace('/', "~1")), column));
    }
}

/// Who a customer is, in the words people use; a word not known stays, so that validation can name it.
fn party(cell: &str) -> String {
    match super::headings::key(cell).as_str() {
        "company" | "organisation" | "حقوقی" | "شرکت" | "سازمان" => "organization".to_owned(),
        "individual" | "حقیقی" | "شخص" => "person".to_owned(),
        _ => cell.to_lowercase(),
    }
}

#[cfg(test)]
#[path = "plan_tests.rs"]
mod tests;
