//! The course of a deal: where it may go from where it is. Pure, and the only place that knows; what must be true before it goes is for
//! [`super::criteria`].
//!
//! - Forward: to any later open stage; where a stage names the next ones, only to those. The criteria of each stage that is left or passed
//!   over must be met, but for one that leads straight to where the deal goes.
//! - Back: to an earlier open stage, as the pipeline says.
//! - Won: the same as forward to the stage that is won. Lost: from any open stage, with a reason.
//! - Reopened: from won or lost to an open stage, the one it was in unless told, within the pipeline's time.
use super::pipeline::{GoingBack, Pipeline};
use super::stage::{Stage, StageKind};
use crate::core::error::Error;
use crate::core::id::Id;
use crate::core::instant::Instant;
use crate::core::problem::Code;
use chrono::TimeDelta;

/// A pipeline with its stages.
#[derive(Debug, Clone)]
pub struct Course {
    pub pipeline: Pipeline,
    /// In their order.
    stages: Vec<Stage>,
}

/// Why a deal may not go where it was to go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refusal {
    /// It is won or lost.
    Closed,
    /// It is neither won nor lost.
    Open,
    /// It is there already.
    There,
    /// There is no such stage in its pipeline.
    Unknown,
    /// The stage it is in does not lead there, or there is none behind it.
    NotAllowed,
    /// That stage is for deals that are won or lost: those are actions of their own.
    Closing,
    /// Deals of this pipeline don't go back.
    Back,
    /// It must be said why.
    Reason,
    /// Deals of this pipeline are not reopened, or not any more.
    Reopening,
}

impl From<Refusal> for Error {
    fn from(refusal: Refusal) -> Self {
        match refusal {
            Refusal::Closed => Error::Conflict("opportunity_closed"),
            Refusal::Open => Error::Conflict("opportunity_open"),
            Refusal::There => Error::Conflict("stage_is_current"),
            Refusal::Unknown => Error::invalid("/stage_id", Code::NotFound),
            Refusal::NotAllowed => Error::Conflict("stage_not_next"),
            Refusal::Closing => Error::Conflict("stage_closes"),
            Refusal::Back => Error::Conflict("going_back_forbidden"),
            Refusal::Reason => Error::invalid("/note", Code::Required),
            Refusal::Reopening => Error::Conflict("reopening_forbidden"),
        }
    }
}

/// A step that is allowed.
#[derive(Debug, Clone)]
pub struct Step<'a> {
    pub to: &'a Stage,
    /// The stages whose criteria must be met first: the one that is left, and those passed over.
    pub through: Vec<&'a Stage>,
}

impl Course {
    /// A pipeline and its stages, in any order.
    pub fn new(pipeline: Pipeline, mut stages: Vec<Stage>) -> Self {
        stages.retain(|stage| stage.pipeline_id == pipeline.id());
        stages.sort_by_key(|stage| (stage.position, stage.base.id));
        Course { pipeline, stages }
    }

    /// Its stages, in their order.
    pub fn stages(&self) -> &[Stage] {
        &self.stages
    }

    /// The stages of a kind, in their order.
    fn of(&self, kind: StageKind) -> impl DoubleEndedIterator<Item = &Stage> {
        self.stages.iter().filter(move |stage| stage.kind == kind)
    }

    /// The stage of this id.
    pub fn stage(&self, id: Id<Stage>) -> Option<&Stage> {
        self.stages.iter().find(|stage| stage.id() == id)
    }

    /// The first stage of a kind: where a deal begins, is won or is lost.
    pub fn first(&self, kind: StageKind) -> Option<&Stage> {
        self.of(kind).next()
    }

    /// The stage that a deal is in, which must be open.
    fn from(&self, at: Id<Stage>) -> Result<&Stage, Refusal> {
        let stage = self.stage(at).ok_or(Refusal::Unknown)?;
        match stage.kind {
            StageKind::Open => Ok(stage),
            StageKind::Won | StageKind::Lost => Err(Refusal::Closed),
        }
    }

    /// The open stages behind one, in their order.
    fn behind<'a>(&'a self, stage: &'a Stage) -> impl DoubleEndedIterator<Item = &'a Stage> {
        let place = move |s: &Stage| (s.position, s.base.id);
        self.of(StageKind::Open).filter(move |other| place(other) > place(stage))
    }

    fn is_behind(&self, stage: &Stage, other: &Stage) -> bool {
        (other.position, other.base.id) > (stage.position, stage.base.id)
    }

    /// The stages that a deal may go on to from one, in their order: open ones, and the one that is won.
    pub fn next(&self, at: Id<Stage>) -> Vec<&Stage> {
        let Ok(from) = self.from(at) else { return Vec::new() };
        let named = |stage: &&Stage| from.allowed_next_ids.is_empty() || from.allowed_next_ids.contains(&stage.id());
        let forward = self.behind(from).chain(self.first(StageKind::Won));
        forward.filter(named).collect()
    }

    /// The stages whose criteria must be met on the way forward.
    fn through<'a>(&'a self, from: &'a Stage, to: &'a Stage) -> Vec<&'a Stage> {
        let mut through = vec![from];
        if !from.allowed_next_ids.contains(&to.id()) {
            let won = to.kind == StageKind::Won;
            through.extend(self.behind(from).filter(|stage| won || self.is_behind(stage, to)));
        }
        through
    }

    /// Goes to another open stage: the next one, unless told.
    ///
    /// # Errors
    /// Why it may not.
    pub fn advance<'a>(&'a self, at: Id<Stage>, to: Option<Id<Stage>>, note: Option<&str>) -> Result<Step<'a>, Refusal> {
        let from = self.from(at)?;
        let next = self.next(at);
        let Some(wanted) = to else {
            let to = next
                .into_iter()
                .find(|stage| stage.kind == StageKind::Open)
                .ok_or(Refusal::NotAllowed)?;
            return Ok(Step {
                to,
                through: self.through(from, to),
            });
        };
        let to = self.stage(wanted).ok_or(Refusal::Unknown)?;
        match to.kind {
            _ if to.id() == at => Err(Refusal::There),
            StageKind::Won | StageKind::Lost => Err(Refusal::Closing),
            StageKind::Open if next.iter().any(|stage| stage.id() == wanted) => Ok(Step {
                to,
                through: self.through(from, to),
            }),
            StageKind::Open if self.is_behind(from, to) => Err(Refusal::NotAllowed),
            StageKind::Open => match self.pipeline.going_back {
                GoingBack::Never => Err(Refusal::Back),
                GoingBack::WithReason if note.is_none_or(|note| note.trim().is_empty()) => Err(Refusal::Reason),
                GoingBack::WithReason | GoingBack::Free => Ok(Step { to, through: Vec::new() }),
            },
        }
    }

    /// Wins the deal.
    ///
    /// # Errors
    /// Why it may not.
    pub fn win(&self, at: Id<Stage>) -> Result<Step<'_>, Refusal> {
        let from = self.from(at)?;
        let to = self.first(StageKind::Won).ok_or(Refusal::NotAllowed)?;
        match self.next(at).iter().any(|stage| stage.id() == to.id()) {
            true => Ok(Step {
                to,
                through: self.through(from, to),
            }),
            false => Err(Refusal::NotAllowed),
        }
    }

    /// Loses the deal.
    ///
    /// # Errors
    /// Why it may not.
    pub fn lose(&self, at: Id<Stage>) -> Result<Step<'_>, Refusal> {
        self.from(at)?;
        let to = self.first(StageKind::Lost).ok_or(Refusal::NotAllowed)?;
        Ok(Step { to, through: Vec::new() })
    }

    /// Takes up a deal that was won or lost, in the open stage that is told, else in the one it was closed from, else in the first.
    ///
    /// # Errors
    /// Why it may not.
    pub fn reopen(
        &self,
        at: Id<Stage>,
        closed_at: Option<Instant>,
        now: Instant,
        to: Option<Id<Stage>>,
        was: Option<Id<Stage>>,
    ) -> Result<Step<'_>, Refusal> {
        if self.stage(at).ok_or(Refusal::Unknown)?.kind == StageKind::Open {
            return Err(Refusal::Open);
        }
        let over = |days: i64| match closed_at {
            _ if days == 0 => true,
            Some(closed) => closed.after(TimeDelta::days(days)) < now,
            None => false,
        };
        if self.pipeline.reopen_within_days.is_some_and(over) {
            return Err(Refusal::Reopening);
        }
        let to = match to {
            Some(told) => self.stage(told).ok_or(Refusal::Unknown)?,
            None => was
                .and_then(|id| self.stage(id))
                .filter(|stage| stage.kind == StageKind::Open)
                .or(self.first(StageKind::Open))
                .ok_or(Refusal::NotAllowed)?,
        };
        match to.kind {
            StageKind::Open => Ok(Step { to, through: Vec::new() }),
            StageKind::Won | StageKind::Lost => Err(Refusal::Closing),
        }
    }
}

#[cfg(test)]
#[path = "course_tests.rs"]
mod tests;
