//! What makes a model sound: its parts are well formed, it names only what it has, and some configuration meets all it asks.
use super::constraint::{Constraint, constraints};
use super::model::{Aggregate, ConfigurationModel, MAX_OPTIONS, RuleKind};
use super::parts::{Component, ModelOption, WorkStep};
use super::solver::{Budget, Found, Solver};
use crate::core::error::{Error, Result};
use crate::core::exact::Exact;
use crate::core::input::length;
use crate::core::problem::{Code, Problems};
use crate::core::resource::{Rules, Setting};
use crate::core::text;
use std::collections::{BTreeMap, BTreeSet};

/// The most components of one model, those of its options included.
const MAX_COMPONENTS: usize = 2000;
/// The longest wait or work, in days: ten years.
const MAX_DAYS: i64 = 3650;

impl Rules for ConfigurationModel {
    fn check(&mut self, _setting: &Setting) -> Problems {
        let mut problems = Problems::default();
        self.shape(&mut problems);
        self.names(&mut problems);
        self.order(&mut problems);
        self.check_cases(&mut problems);
        if !problems.0.is_empty() {
            return problems;
        }
        let solved = constraints(self)
            .map_err(Error::Invalid)
            .and_then(|all| self.solvable(&all, Budget::SAVE));
        match solved {
            Ok(()) => {}
            Err(Error::Invalid(wrong)) => problems.extend(wrong),
            // The solver has failed, which is a fault of ours; a model that was not checked is not kept.
            Err(_) => problems.with(
                "/rules",
                Code::TooComplex,
                vec![("limit", "solver".to_owned()), ("max", "1".to_owned())],
            ),
        }
        problems
    }
}

/// A list that must not be longer.
fn most(at: &str, many: usize, most: usize, problems: &mut Problems) {
    if many > most {
        problems.with(at, Code::TooLong, vec![("max", most.to_string())]);
    }
}

fn code(at: &str, code: &str, problems: &mut Problems) {
    let mut letters = code.bytes();
    let good = letters.next().is_some_and(|b| b.is_ascii_lowercase())
        && letters.all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_')
        && code.len() <= 40;
    if !good {
        let format = "small Latin letters, digits and _, at most 40, a letter first";
        problems.with(at, Code::Format, vec![("format", format.to_owned())]);
    }
}

/// A text of a line, which people read.
fn line(at: &str, text: &mut String, min: u32, max: u32, problems: &mut Problems) {
    *text = text.trim().to_owned();
    length(at, text, min, max, problems);
    if text::has_bidi_control(text) || text.contains(['\n', '\t']) {
        problems.add(at, Code::Character);
    }
}

fn work(at: &str, step: &mut WorkStep, problems: &mut Problems) {
    code(&format!("{at}/code"), &step.code, problems);
    line(&format!("{at}/name_en"), &mut step.name_en, 1, 200, problems);
    line(&format!("{at}/name_fa"), &mut step.name_fa, 1, 200, problems);
    line(&format!("{at}/resource"), &mut step.resource, 1, 100, problems);
    for (name, hours) in [("hours", step.hours), ("setup_hours", step.setup_hours)] {
        problems.at_least(format!("{at}/{name}"), hours, Exact::ZERO);
    }
    days(&format!("{at}/days"), step.days, problems);
    most(&format!("{at}/after"), step.after.len(), 50, problems);
}

fn days(at: &str, days: i64, problems: &mut Problems) {
    crate::catalog::valid::within(days, 0, MAX_DAYS, at, problems);
}

fn component(at: &str, part: &Component, problems: &mut Problems) {
    problems.at_least(format!("{at}/quantity"), part.quantity, Exact::LEAST);
    if let Some(wait) = part.lead_time_days {
        days(&format!("{at}/lead_time_days"), wait, problems);
    }
}

fn priced(at: &str, option: &ModelOption, problems: &mut Problems) {
    for (i, price) in option.prices.iter().enumerate() {
        if option.prices[..i].iter().any(|p| p.currency() == price.currency()) {
            problems.add(format!("{at}/prices/{i}/currency"), Code::Duplicate);
        }
    }
}

impl ConfigurationModel {
    /// Each part by itself: lengths, codes, numbers.
    fn shape(&mut self, problems: &mut Problems) {
        most("/groups", self.options().count(), MAX_OPTIONS, problems);
        for (g, group) in self.groups.iter_mut().enumerate() {
            let at = format!("/groups/{g}");
            code(&format!("{at}/code"), &group.code, problems);
            line(&format!("{at}/name_en"), &mut group.name_en, 1, 200, problems);
            line(&format!("{at}/name_fa"), &mut group.name_fa, 1, 200, problems);
            most(&format!("{at}/options"), group.options.len(), 500, problems);
            if group.options.is_empty() {
                problems.with(format!("{at}/options"), Code::TooShort, vec![("min", "1".to_owned())]);
            }
            // A group that asks for more than it has is told here, not as a riddle of the solver's.
            if group.min as usize > group.options.len() {
                problems.with(
                    format!("{at}/min"),
                    Code::OutOfRange,
                    vec![("max", group.options.len().to_string())],
                );
            }
            problems.at_least(format!("{at}/max"), group.max, group.min);
            for (o, option) in group.options.iter_mut().enumerate() {
                let at = format!("{at}/options/{o}");
                code(&format!("{at}/code"), &option.code, problems);
                line(&format!("{at}/name_en"), &mut option.name_en, 1, 200, problems);
                line(&format!("{at}/name_fa"), &mut option.name_fa, 1, 200, problems);
                most(&format!("{at}/prices"), option.prices.len(), 20, problems);
                most(&format!("{at}/values"), option.values.len(), 50, problems);
                most(&format!("{at}/components"), option.components.len(), 50, problems);
                most(&format!("{at}/operations"), option.operations.len(), 20, problems);
                priced(&at, option, problems);
                for (i, part) in option.components.iter().enumerate() {
                    component(&format!("{at}/components/{i}"), part, problems);
                }
                for (i, step) in option.operations.iter_mut().enumerate() {
                    work(&format!("{at}/operations/{i}"), step, problems);
                }
            }
        }
        most("/components", self.all_components().count(), MAX_COMPONENTS, problems);
        for (i, part) in self.components.iter().enumerate() {
            component(&format!("/components/{i}"), part, problems);
        }
        for (i, step) in self.operations.iter_mut().enumerate() {
            work(&format!("/operations/{i}"), step, problems);
        }
        for (i, rule) in self.rules.iter_mut().enumerate() {
            let at = format!("/rules/{i}");
            code(&format!("{at}/code"), &rule.code, problems);
            most(&format!("{at}/options"), rule.options.len(), 50, problems);
            most(&format!("{at}/others"), rule.others.len(), 200, problems);
            if rule.options.is_empty() {
                problems.with(format!("{at}/options"), Code::TooShort, vec![("min", "1".to_owned())]);
            }
            if rule.others.is_empty() && rule.kind == RuleKind::Requires {
                problems.with(format!("{at}/others"), Code::TooShort, vec![("min", "1".to_owned())]);
            }
            for (name, text) in [("text_en", &mut rule.text_en), ("text_fa", &mut rule.text_fa)] {
                if let Some(text) = text {
                    line(&format!("{at}/{name}"), text, 0, 300, problems);
                }
            }
        }
        for (i, attribute) in self.attributes.iter_mut().enumerate() {
            let at = format!("/attributes/{i}");
            code(&format!("{at}/code"), &attribute.code, problems);
            line(&format!("{at}/name_en"), &mut attribute.name_en, 1, 200, problems);
            line(&format!("{at}/name_fa"), &mut attribute.name_fa, 1, 200, problems);
            if let Some(unit) = &mut attribute.unit {
                line(&format!("{at}/unit"), unit, 0, 20, problems);
            }
            most(&format!("{at}/cases"), attribute.cases.len(), 20, problems);
            for (c, case) in attribute.cases.iter_mut().enumerate() {
                length(&format!("{at}/cases/{c}/when"), &case.when, 1, 2000, problems);
                line(&format!("{at}/cases/{c}/value"), &mut case.value, 1, 200, problems);
            }
            let with = |other: &str| vec![("with", format!("{at}/{other}"))];
            let limited = attribute.min.is_some() || attribute.max.is_some();
            if limited && (attribute.aggregate != Aggregate::Sum || !attribute.cases.is_empty()) {
                let other = if attribute.cases.is_empty() { "aggregate" } else { "cases" };
                let limit = if attribute.min.is_some() { "min" } else { "max" };
                problems.with(format!("{at}/{limit}"), Code::Conflict, with(other));
            }
            if attribute.base.is_some() && !attribute.cases.is_empty() {
                problems.with(format!("{at}/base"), Code::Conflict, with("cases"));
            }
            if let Some(min) = attribute.min {
                problems.at_least(format!("{at}/max"), attribute.max, min);
            }
        }
    }

    /// Codes stand once, and what is named is there.
    fn names(&self, problems: &mut Problems) {
        let mut fields = BTreeSet::new();
        let groups = self.groups.iter().enumerate().map(|(i, g)| (format!("/groups/{i}/code"), &g.code));
        let attributes = self.attributes.iter().enumerate();
        let attributes = attributes.map(|(i, a)| (format!("/attributes/{i}/code"), &a.code));
        // Groups and attributes are named side by side in conditions.
        for (at, code) in groups.chain(attributes) {
            if !fields.insert(code) {
                problems.add(at, Code::Duplicate);
            }
        }
        let mut options = BTreeSet::new();
        for (g, o, option) in self.options() {
            let at = format!("/groups/{g}/options/{o}");
            if !options.insert(option.code.as_str()) {
                problems.add(format!("{at}/code"), Code::Duplicate);
            }
            for (i, value) in option.values.iter().enumerate() {
                let at = format!("{at}/values/{i}/attribute");
                let computed = self.attributes.iter().find(|a| a.code == value.attribute);
                match computed {
                    None => problems.add(at, Code::NotFound),
                    Some(a) if !a.cases.is_empty() => problems.with(at, Code::Conflict, vec![("with", "cases".to_owned())]),
                    Some(_) if option.values[..i].iter().any(|v| v.attribute == value.attribute) => problems.add(at, Code::Duplicate),
                    Some(_) => {}
                }
            }
        }
        let mut rules = BTreeSet::new();
        for (i, rule) in self.rules.iter().enumerate() {
            if !rules.insert(&rule.code) {
                problems.add(format!("/rules/{i}/code"), Code::Duplicate);
            }
            for (name, codes) in [("options", &rule.options), ("others", &rule.others)] {
                for (c, code) in codes.iter().enumerate() {
                    let at = format!("/rules/{i}/{name}/{c}");
                    if !options.contains(code.as_str()) {
                        problems.add(at, Code::NotFound);
                    } else if codes[..c].contains(code) {
                        problems.add(at, Code::Duplicate);
                    }
                }
            }
        }
    }

    /// Operations stand once, wait for what is there, and not for themselves in a circle.
    fn order(&self, problems: &mut Problems) {
        let mut steps: BTreeMap<&str, (String, &WorkStep)> = BTreeMap::new();
        for (at, step) in self.all_work() {
            if steps.contains_key(step.code.as_str()) {
                problems.add(format!("{at}/code"), Code::Duplicate);
            } else {
                steps.insert(&step.code, (at, step));
            }
        }
        for (at, step) in steps.values() {
            for (i, code) in step.after.iter().enumerate() {
                if !steps.contains_key(code.as_str()) {
                    problems.add(format!("{at}/after/{i}"), Code::NotFound);
                }
            }
        }
        for (at, part) in self.all_components() {
            if part.operation.as_deref().is_some_and(|code| !steps.contains_key(code)) {
                problems.add(format!("{at}/operation"), Code::NotFound);
            }
        }
        let all: Vec<&WorkStep> = steps.values().map(|(_, step)| *step).collect();
        let circle = super::lead::order(&all).err().unwrap_or_default();
        for step in circle.into_iter().filter_map(|i| all.get(i)) {
            if let Some((at, _)) = steps.get(step.code.as_str()) {
                problems.with(
                    format!("{at}/after"),
                    Code::Conflict,
                    vec![("with", "a circle of operations".to_owned())],
                );
            }
        }
    }

    /// Whether some configuration meets everything, and some has what is chosen by default.
    ///
    /// # Errors
    /// `Contradiction` at each rule of a smallest set that cannot all hold, and at the defaults in it; `TooComplex` where the budget ended.
    fn solvable(&self, all: &[Constraint], budget: Budget) -> Result<()> {
        let mut solver = Solver::new(all, self.options().count(), budget)?;
        let defaults: Vec<(usize, bool)> = self
            .defaults()
            .iter()
            .enumerate()
            .filter(|(_, d)| **d)
            .map(|(i, _)| (i, true))
            .collect();
        for choices in [Vec::new(), defaults] {
            match solver.possible(&choices)? {
                Found::Yes(_) => continue,
                Found::Unknown => {}
                Found::No => {
                    if let Some(clash) = solver.clash(&choices)? {
                        let places: Vec<(usize, usize)> = self.options().map(|(g, o, _)| (g, o)).collect();
                        let rules = clash.constraints.iter().filter_map(|i| all.get(*i));
                        let options = clash.options.iter().filter_map(|i| places.get(*i));
                        let mut pointers: Vec<String> = rules.map(|c| c.rule.pointer.clone()).collect();
                        pointers.extend(options.map(|(g, o)| format!("/groups/{g}/options/{o}/default")));
                        return Err(contradiction(&pointers).into());
                    }
                }
            }
            let mut problems = Problems::default();
            let limit = vec![("limit", "time".to_owned()), ("max", format!("{} ms", budget.time.as_millis()))];
            problems.with("/rules", Code::TooComplex, limit);
            return Err(problems.into());
        }
        Ok(())
    }
}

/// Tells each place that it cannot hold together with the others.
fn contradiction(pointers: &[String]) -> Problems {
    let mut problems = Problems::default();
    for pointer in pointers {
        let others: Vec<&str> = pointers.iter().filter(|p| *p != pointer).map(String::as_str).take(10).collect();
        // A rule that can't hold by itself can't hold with whatever is chosen.
        let with = if others.is_empty() {
            "/groups".to_owned()
        } else {
            others.join(", ")
        };
        let texts = [
            ("text_en", format!("can't hold together with {with}")),
            ("text_fa", format!("با {with} برآورده نمی‌شود")),
        ];
        problems.with(pointer, Code::Contradiction, texts.to_vec());
    }
    problems
}
