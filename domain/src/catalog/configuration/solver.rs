//! Questions to the constraint solver: is there a configuration with these choices, why not, and which is the nearest. A question costs what it
//! costs, so every solver works within a budget, and what it could not find out in it is told as not known.
//!
//! Cardinalities become totalizers, weighted sums binary adders, both by `rustsat`; BatSat solves them. Each constraint stands behind a guard
//! that is assumed, so that the solver's unsatisfiable core names constraints; the core is shrunk by leaving out one after the other.
pub use super::budget::Budget;
use super::budget::Purse;
use super::constraint::{Constraint, Demand};
use crate::core::error::{Error, Result};
use rustsat::encodings::{card, pb};
use rustsat::instances::{BasicVarManager, Cnf, ManageVars as _};
use rustsat::solvers::{Solve as _, SolveIncremental as _, SolverResult};
use rustsat::types::{Clause, Lit, TernaryVal};
use rustsat_batsat::BasicSolver;
use std::collections::BTreeSet;
use std::ops::Range;
use std::rc::Rc;
use std::time::Duration;

/// What came of a question.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Found {
    /// There is a configuration: this one.
    Yes(Vec<bool>),
    /// There is none.
    No,
    /// The budget ended before it was known.
    Unknown,
}

/// Constraints and choices that cannot all hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Clash {
    /// Places of constraints.
    pub constraints: Vec<usize>,
    /// Places of options whose choice is part of it.
    pub options: Vec<usize>,
    /// Whether leaving out any one of them would resolve it; otherwise the budget ended while it was shrunk.
    pub minimal: bool,
}

/// A valid configuration near another choice.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Near {
    pub choice: Vec<bool>,
    /// Whether it is known that no other differs in fewer options.
    pub proven: bool,
}

/// How an option stands to what is chosen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stand {
    Selected,
    Forced,
    Excluded,
    Free,
    Unknown,
}

/// A model in the solver.
pub struct Solver {
    sat: BasicSolver,
    vars: BasicVarManager,
    options: usize,
    guards: Vec<Lit>,
    /// Assumed, all constraints hold.
    all: Lit,
    purse: Rc<Purse>,
}

fn broken(error: impl std::fmt::Display) -> Error {
    Error::Internal(format!("the constraint solver: {error}"))
}

/// The literal of an option.
fn option(place: usize, chosen: bool) -> Result<Lit> {
    let place = u32::try_from(place).map_err(broken)?;
    Ok(Lit::new(place, !chosen))
}

impl Solver {
    /// Brings constraints on so many options into the solver.
    ///
    /// # Errors
    /// `Internal` where the solver fails.
    pub fn new(constraints: &[Constraint], options: usize, budget: Budget) -> Result<Solver> {
        let purse = Rc::new(Purse::of(budget));
        let mut vars = BasicVarManager::default();
        for _ in 0..options {
            vars.new_var();
        }
        let all = vars.new_lit();
        let mut sat = BasicSolver::default();
        let watch = Rc::clone(&purse);
        sat.batsat_mut().cb_mut().set_stop(move || watch.spent());
        sat.reserve(all.var()).map_err(broken)?;
        let mut solver = Solver {
            sat,
            vars,
            options,
            guards: Vec::with_capacity(constraints.len()),
            all,
            purse,
        };
        for constraint in constraints {
            let guard = solver.vars.new_lit();
            solver.guards.push(guard);
            solver.clause([!all, guard])?;
            solver.guarded(guard, &constraint.demand)?;
        }
        Ok(solver)
    }

    fn clause(&mut self, lits: impl IntoIterator<Item = Lit>) -> Result<()> {
        self.sat.add_clause(lits.into_iter().collect::<Clause>()).map_err(broken)
    }

    fn take(&mut self, clauses: Cnf) -> Result<()> {
        clauses
            .into_iter()
            .try_for_each(|clause| self.sat.add_clause(clause))
            .map_err(broken)
    }

    /// Makes a demand follow from its guard.
    fn guarded(&mut self, guard: Lit, demand: &Demand) -> Result<()> {
        use card::{BoundLower as _, BoundUpper as _};
        use pb::BoundUpper as _;
        let lits = |of: &[usize], chosen: bool| of.iter().map(|i| option(*i, chosen)).collect::<Result<Vec<Lit>>>();
        match demand {
            Demand::AtLeast(of, least) if *least > of.len() => self.clause([!guard]),
            Demand::AtLeast(of, 1) => self.clause(lits(of, true)?.into_iter().chain([!guard])),
            Demand::AtMost(of, 0) => lits(of, false)?.into_iter().try_for_each(|lit| self.clause([!guard, lit])),
            Demand::AtLeast(of, least) => {
                let mut clauses = Cnf::new();
                let mut count: card::Totalizer = lits(of, true)?.into_iter().collect();
                count.encode_lb(*least..=*least, &mut clauses, &mut self.vars).map_err(broken)?;
                let enforced = count.enforce_lb(*least).map_err(broken)?;
                self.take(clauses)?;
                enforced.into_iter().try_for_each(|lit| self.clause([!guard, lit]))
            }
            Demand::AtMost(of, most) => {
                let mut clauses = Cnf::new();
                let mut count: card::Totalizer = lits(of, true)?.into_iter().collect();
                count.encode_ub(*most..=*most, &mut clauses, &mut self.vars).map_err(broken)?;
                let enforced = count.enforce_ub(*most).map_err(broken)?;
                self.take(clauses)?;
                enforced.into_iter().try_for_each(|lit| self.clause([!guard, lit]))
            }
            Demand::Requires(all, others) => {
                let lits = lits(all, false)?.into_iter().chain(lits(others, true)?).chain([!guard]);
                self.clause(lits)
            }
            Demand::Excludes(all, others) if others.is_empty() => self.clause(lits(all, false)?.into_iter().chain([!guard])),
            Demand::Excludes(all, others) => {
                let all = lits(all, false)?;
                let each = lits(others, false)?;
                each.into_iter()
                    .try_for_each(|other| self.clause(all.iter().copied().chain([other, !guard])))
            }
            Demand::Weight(weights, most) => {
                // A weight below nothing is taken off always and given back unless the option is chosen.
                let below: i64 = weights.iter().map(|(_, w)| (-w).max(0)).sum();
                let Ok(most) = usize::try_from(most + below) else {
                    return self.clause([!guard]);
                };
                let lits: Vec<(Lit, usize)> = weights
                    .iter()
                    .map(|(i, w)| Ok((option(*i, *w > 0)?, usize::try_from(w.unsigned_abs()).map_err(broken)?)))
                    .collect::<Result<_>>()?;
                if lits.iter().map(|(_, w)| w).sum::<usize>() <= most {
                    return Ok(());
                }
                let mut clauses = Cnf::new();
                let mut sum: pb::BinaryAdder = lits.into_iter().collect();
                sum.encode_ub(most..=most, &mut clauses, &mut self.vars).map_err(broken)?;
                let enforced = sum.enforce_ub(most).map_err(broken)?;
                self.take(clauses)?;
                enforced.into_iter().try_for_each(|lit| self.clause([!guard, lit]))
            }
        }
    }

    /// The choice found; none known; or which assumptions clash.
    fn ask(&mut self, assumed: &[Lit]) -> Result<(Found, Vec<Lit>)> {
        if self.purse.is_empty() {
            return Ok((Found::Unknown, Vec::new()));
        }
        match self.sat.solve_assumps(assumed).map_err(broken)? {
            SolverResult::Sat => {
                let value = |i| Ok(self.sat.lit_val(option(i, true)?).map_err(broken)? == TernaryVal::True);
                let choice = (0..self.options).map(value).collect::<Result<Vec<bool>>>()?;
                Ok((Found::Yes(choice), Vec::new()))
            }
            SolverResult::Unsat => {
                let core: BTreeSet<_> = self.sat.core().map_err(broken)?.into_iter().map(|l| l.var()).collect();
                let clash = assumed.iter().copied().filter(|l| core.contains(&l.var())).collect();
                Ok((Found::No, clash))
            }
            SolverResult::Interrupted => Ok((Found::Unknown, Vec::new())),
        }
    }

    /// Whether a valid configuration has all of these choices.
    ///
    /// # Errors
    /// `Internal` where the solver fails.
    pub fn possible(&mut self, choices: &[(usize, bool)]) -> Result<Found> {
        let assumed = self.assumed(choices)?;
        Ok(self.ask(&assumed)?.0)
    }

    fn assumed(&self, choices: &[(usize, bool)]) -> Result<Vec<Lit>> {
        let lits = choices.iter().map(|(i, chosen)| option(*i, *chosen));
        std::iter::once(Ok(self.all)).chain(lits).collect()
    }

    /// Why no valid configuration has all of these choices; none where one has, or nothing is known.
    ///
    /// # Errors
    /// `Internal` where the solver fails.
    pub fn clash(&mut self, choices: &[(usize, bool)]) -> Result<Option<Clash>> {
        let lits = choices
            .iter()
            .map(|(i, chosen)| option(*i, *chosen))
            .collect::<Result<Vec<Lit>>>()?;
        let assumed: Vec<Lit> = self.guards.iter().copied().chain(lits).collect();
        let (Found::No, mut open) = self.ask(&assumed)? else {
            return Ok(None);
        };
        let (mut needed, mut minimal) = (Vec::new(), true);
        while let Some(one) = open.pop() {
            let rest: Vec<Lit> = needed.iter().chain(&open).copied().collect();
            match self.ask(&rest)? {
                (Found::No, core) => open.retain(|lit| core.contains(lit)),
                (Found::Yes(_), _) => needed.push(one),
                (Found::Unknown, _) => {
                    needed.push(one);
                    minimal = false;
                }
            }
        }
        let held: BTreeSet<_> = needed.iter().map(|l| l.var()).collect();
        let named = |(i, guard): (usize, &Lit)| held.contains(&guard.var()).then_some(i);
        let constraints = self.guards.iter().enumerate().filter_map(named).collect();
        let mut options: Vec<usize> = choices.iter().map(|(i, _)| *i).collect();
        options.retain(|i| option(*i, true).is_ok_and(|lit| held.contains(&lit.var())));
        Ok(Some(Clash {
            constraints,
            options,
            minimal,
        }))
    }

    /// The valid configuration that differs in the fewest options; none where there is none at all, or none was found in time.
    ///
    /// # Errors
    /// `Internal` where the solver fails.
    pub fn nearest(&mut self, asked: &[bool]) -> Result<Option<Near>> {
        use card::{BoundUpper as _, BoundUpperIncremental as _};
        match self.possible(&[])? {
            Found::No => return Ok(None),
            Found::Yes(any) if any == asked => {
                return Ok(Some(Near { choice: any, proven: true }));
            }
            Found::Yes(_) | Found::Unknown => {}
        }
        let differs = asked.iter().enumerate().map(|(i, chosen)| option(i, !chosen));
        let mut count: card::Totalizer = differs.collect::<Result<Vec<Lit>>>()?.into_iter().collect();
        for many in 0..=asked.len() {
            if self.purse.is_empty() {
                break;
            }
            let mut clauses = Cnf::new();
            count.encode_ub_change(many..=many, &mut clauses, &mut self.vars).map_err(broken)?;
            self.take(clauses)?;
            let bound = count.enforce_ub(many).map_err(broken)?;
            let assumed: Vec<Lit> = std::iter::once(self.all).chain(bound).collect();
            match self.ask(&assumed)?.0 {
                Found::Yes(choice) => return Ok(Some(Near { choice, proven: true })),
                Found::No => {}
                Found::Unknown => break,
            }
        }
        // The budget has ended. Any valid configuration is better than none, and is told not to be proven.
        self.purse.fill(Budget {
            decisions: 200_000,
            time: Duration::from_millis(200),
        });
        Ok(match self.possible(&[])? {
            Found::Yes(choice) => Some(Near { choice, proven: false }),
            Found::No | Found::Unknown => None,
        })
    }

    /// How each option stands to a choice that some valid configuration has. In a group of which one at most is chosen, an option stands to what
    /// is chosen in the other groups: whoever takes it, takes it instead of the one that is chosen.
    ///
    /// # Errors
    /// `Internal` where the solver fails.
    pub fn stands(&mut self, chosen: &[bool], groups: &[(Range<usize>, bool)]) -> Result<Vec<Stand>> {
        let selected: Vec<(usize, bool)> = chosen.iter().enumerate().filter(|(_, c)| **c).map(|(i, _)| (i, true)).collect();
        let mut stands: Vec<Stand> = chosen.iter().map(|c| if *c { Stand::Selected } else { Stand::Unknown }).collect();
        let mut seen = Seen::new(self.options);
        if let Found::Yes(choice) = self.possible(&selected)? {
            seen.note(&choice);
        }
        for (range, single) in groups {
            let replaced = *single && range.clone().any(|i| chosen.get(i).copied().unwrap_or_default());
            let base: Vec<(usize, bool)> = if replaced {
                selected.iter().copied().filter(|(i, _)| !range.contains(i)).collect()
            } else {
                selected.clone()
            };
            // What was seen without the group's own choice is seen of this group alone.
            let mut own = Seen::new(self.options);
            for i in range.clone() {
                let Some(stand) = stands.get_mut(i).filter(|s| **s == Stand::Unknown) else {
                    continue;
                };
                let seen = if replaced { &mut own } else { &mut seen };
                *stand = self.stand(i, &base, seen, !replaced)?;
            }
        }
        Ok(stands)
    }

    fn stand(&mut self, i: usize, base: &[(usize, bool)], seen: &mut Seen, forces: bool) -> Result<Stand> {
        let with = |chosen: bool| base.iter().copied().chain([(i, chosen)]).collect::<Vec<_>>();
        for (chosen, told) in [(true, Stand::Excluded), (false, Stand::Forced)] {
            if seen.has(i, chosen) || (!chosen && !forces) {
                continue;
            }
            match self.possible(&with(chosen))? {
                Found::Yes(choice) => seen.note(&choice),
                Found::No => return Ok(told),
                Found::Unknown => return Ok(Stand::Unknown),
            }
        }
        Ok(Stand::Free)
    }
}

/// Which options were chosen, and which were not, in any of the configurations found so far.
struct Seen {
    with: Vec<bool>,
    without: Vec<bool>,
}

impl Seen {
    fn new(options: usize) -> Seen {
        Seen {
            with: vec![false; options],
            without: vec![false; options],
        }
    }
    fn note(&mut self, choice: &[bool]) {
        for ((with, without), chosen) in self.with.iter_mut().zip(&mut self.without).zip(choice) {
            *(if *chosen { with } else { without }) = true;
        }
    }
    fn has(&self, i: usize, chosen: bool) -> bool {
        let of = if chosen { &self.with } else { &self.without };
        of.get(i).copied().unwrap_or_default()
    }
}
