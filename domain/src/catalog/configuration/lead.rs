//! How long it takes: the longest chain of waits and work (the critical path method), on days counted from the order.
use super::model::WorkStep;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use utoipa::ToSchema;
use uuid::Uuid;

/// One link of the chain that decides how long it takes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct LeadStep {
    /// The component that is waited for; null for work.
    pub product_id: Option<Uuid>,
    /// The code of the work; null for a component.
    #[schema(max_length = 40, example = "assembly")]
    pub operation: Option<String>,
    /// The day on which it begins, counted from the order.
    #[schema(minimum = 0, example = 14)]
    pub from_day: i64,
    /// The day on which it ends.
    #[schema(minimum = 0, example = 16)]
    pub to_day: i64,
}

/// A component that has to come.
#[derive(Debug, Clone)]
pub struct Wait<'a> {
    pub product_id: Uuid,
    pub days: i64,
    /// The operation that needs it; none where it must be there before anything begins.
    pub operation: Option<&'a str>,
}

/// How long it takes, and by what.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Schedule {
    pub days: i64,
    pub path: Vec<LeadStep>,
}

/// The steps so that none stands before one that it waits for; the places of those in a circle, and behind one, where that can't be. Names of
/// steps that are not there are not waited for.
///
/// # Errors
/// The places of what stands in a circle.
pub fn order(steps: &[&WorkStep]) -> Result<Vec<usize>, Vec<usize>> {
    let places: BTreeMap<&str, usize> = steps.iter().enumerate().map(|(i, s)| (s.code.as_str(), i)).collect();
    let mut waits = vec![0_usize; steps.len()];
    let mut next: Vec<Vec<usize>> = vec![Vec::new(); steps.len()];
    for (i, step) in steps.iter().enumerate() {
        for before in step.after.iter().filter_map(|code| places.get(code.as_str())) {
            waits[i] += 1;
            next[*before].push(i);
        }
    }
    let mut free: Vec<usize> = (0..steps.len()).filter(|i| waits[*i] == 0).collect();
    let mut at = 0;
    while let Some(done) = free.get(at).copied() {
        at += 1;
        for i in &next[done] {
            waits[*i] -= 1;
            if waits[*i] == 0 {
                free.push(*i);
            }
        }
    }
    if free.len() == steps.len() {
        Ok(free)
    } else {
        Err((0..steps.len()).filter(|i| waits[*i] > 0).collect())
    }
}

/// The schedule of steps and waits; none where steps wait for each other in a circle.
pub fn schedule(steps: &[&WorkStep], waits: &[Wait<'_>]) -> Option<Schedule> {
    let order = order(steps).ok()?;
    let places: BTreeMap<&str, usize> = steps.iter().enumerate().map(|(i, s)| (s.code.as_str(), i)).collect();
    let longest = |of: &mut dyn Iterator<Item = &Wait<'_>>| of.max_by_key(|w| w.days).filter(|w| w.days > 0).map(link);
    // An operation that is not among the steps can't be waited for: its components must be there from the beginning.
    let known = |w: &&Wait<'_>| w.operation.and_then(|code| places.get(code)).copied();
    let first = longest(&mut waits.iter().filter(|w| known(w).is_none()));
    let mut by_step: Vec<Vec<&Wait<'_>>> = vec![Vec::new(); steps.len()];
    for wait in waits {
        if let Some(of) = known(&wait).and_then(|i| by_step.get_mut(i)) {
            of.push(wait);
        }
    }
    // Of each step its link, and the place of the step before it on its longest chain, or the wait that it begins with.
    let mut links: Vec<Option<(LeadStep, Before)>> = vec![None; steps.len()];
    for i in order {
        let step = steps.get(i)?;
        let mut before = first.clone().map_or(Before::Nothing, Before::Wait);
        let own = longest(&mut by_step.get(i)?.iter().copied()).map_or(Before::Nothing, Before::Wait);
        let after = step.after.iter().filter_map(|code| places.get(code.as_str()));
        let after = after.filter_map(|place| {
            let (link, _) = links.get(*place)?.as_ref()?;
            Some(Before::Step(*place, link.to_day))
        });
        for other in std::iter::once(own).chain(after) {
            if other.ends() > before.ends() {
                before = other;
            }
        }
        let link = LeadStep {
            product_id: None,
            operation: Some(step.code.clone()),
            from_day: before.ends(),
            to_day: before.ends() + step.days,
        };
        *links.get_mut(i)? = Some((link, before));
    }
    let last = (0..steps.len()).max_by_key(|i| links[*i].as_ref().map(|(link, _)| (link.to_day, std::cmp::Reverse(*i))));
    let mut path = Vec::new();
    let mut at = last.map_or_else(|| first.map_or(Before::Nothing, Before::Wait), |i| Before::Step(i, 0));
    loop {
        at = match at {
            Before::Nothing => break,
            Before::Wait(link) => {
                path.push(link);
                break;
            }
            Before::Step(i, _) => {
                let (link, before) = links.get_mut(i)?.take()?;
                path.push(link);
                before
            }
        };
    }
    path.reverse();
    Some(Schedule {
        days: path.last().map_or(0, |link| link.to_day),
        path,
    })
}

/// What comes before a step on its longest chain.
#[derive(Debug, Clone)]
enum Before {
    Nothing,
    Wait(LeadStep),
    Step(usize, i64),
}

impl Before {
    fn ends(&self) -> i64 {
        match self {
            Before::Nothing => 0,
            Before::Wait(link) => link.to_day,
            Before::Step(_, day) => *day,
        }
    }
}

fn link(wait: &Wait<'_>) -> LeadStep {
    LeadStep {
        product_id: Some(wait.product_id),
        operation: None,
        from_day: 0,
        to_day: wait.days,
    }
}
