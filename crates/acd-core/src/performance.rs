//! How a queue has done of late and on this day of its tenant: a fold over the event log, kept as state. Definitions:
//! `docs/metrics.md`.
//!
//! What is kept is bounded: steps of the recent past in which a visit ended, and the intervals of a day. It is read at an
//! instant, which may be later than the last event.

use std::collections::VecDeque;

use serde::{Deserialize, Serialize};

use crate::event::Outcome;
use crate::ids::TimeMs;
use crate::measures::Measures;

/// How a queue has done, all channels together.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Performance {
    /// Since when is counted what was today: the beginning of the tenant's day, or of the queue.
    pub today_since: TimeMs,
    /// Visits that began today.
    pub offered: u64,
    /// Visits that were answered today.
    pub answered: u64,
    /// Of these, within the service-level threshold in force at that time.
    pub in_time: u64,
    /// Visits that were abandoned today.
    pub abandoned: u64,
    /// The visits that ended in the last steps, oldest first; a step in which none ended is not kept.
    recent: VecDeque<Step>,
    /// The most visits that waited at the same time, by interval of the day; the last ones are not kept before somebody
    /// waits in them.
    most_waiting: VecDeque<u32>,
    /// When the first of them began.
    first_interval: TimeMs,
    /// How many visits wait now.
    waiting: u32,
    /// Since when.
    waiting_since: TimeMs,
}

/// The visits that were answered or abandoned in one step of time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
struct Step {
    begin: TimeMs,
    in_time: u32,
    ended: u32,
}

/// The recent past at an instant.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Recent {
    /// Since when is counted.
    pub since: TimeMs,
    /// Visits that were answered within the threshold in force at that time.
    pub in_time: u32,
    /// Visits that were answered or abandoned.
    pub ended: u32,
}

/// The intervals of the day up to an instant.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Intervals {
    /// When the first one began.
    pub first: TimeMs,
    /// The most visits that waited at the same time in each of them; the last one is under way.
    pub most_waiting: Vec<u32>,
}

impl Performance {
    /// That of a queue which begins now.
    pub(crate) fn new(now: TimeMs, measures: &Measures) -> Self {
        let mut new = Self::default();
        new.begin_day(now, measures);
        new
    }

    /// A day of the tenant began.
    pub(crate) fn begin_day(&mut self, at: TimeMs, measures: &Measures) {
        let begun = Self {
            today_since: at,
            first_interval: begin_of(at, measures.day_interval_ms).unwrap_or(at),
            recent: std::mem::take(&mut self.recent),
            waiting: self.waiting,
            waiting_since: self.waiting_since,
            ..Self::default()
        };
        *self = begun;
    }

    /// The lengths of steps and intervals have changed: what was counted by others is of no use.
    pub(crate) fn remeasure(&mut self, now: TimeMs, measures: &Measures) {
        self.recent.clear();
        self.begin_day(now, measures);
    }

    /// A visit waits from now on.
    pub(crate) fn waits(&mut self, now: TimeMs, measures: &Measures) {
        self.keep_waiting(now, measures);
        self.waiting += 1;
    }

    /// A visit waits no longer: it rings, or has ended.
    pub(crate) fn waits_no_longer(&mut self, now: TimeMs, measures: &Measures) {
        self.keep_waiting(now, measures);
        self.waiting -= 1;
    }

    pub(crate) fn visit_ended(
        &mut self,
        outcome: Outcome,
        is_in_time: bool,
        now: TimeMs,
        measures: &Measures,
    ) {
        let in_time = match outcome {
            Outcome::Answered => {
                self.answered += 1;
                is_in_time
            }
            Outcome::Abandoned(_) => {
                self.abandoned += 1;
                false
            }
            _ => return,
        };
        self.in_time += u64::from(in_time);
        let Some(begin) = begin_of(now, measures.recent_step_ms) else {
            return;
        };
        if self.recent.back().is_none_or(|last| last.begin != begin) {
            let since = recent_since(begin, measures);
            while self.recent.front().is_some_and(|first| first.begin < since) {
                self.recent.pop_front();
            }
            self.recent.push_back(Step {
                begin,
                in_time: 0,
                ended: 0,
            });
        }
        if let Some(step) = self.recent.back_mut() {
            step.in_time += u32::from(in_time);
            step.ended += 1;
        }
    }

    /// How many visits wait.
    pub fn waiting(&self) -> u32 {
        self.waiting
    }

    /// The recent past at this instant.
    pub fn recent(&self, now: TimeMs, measures: &Measures) -> Recent {
        let begin = begin_of(now, measures.recent_step_ms).unwrap_or(now);
        let since = recent_since(begin, measures);
        let nothing = Recent {
            since,
            ..Recent::default()
        };
        let steps = self.recent.iter().filter(|step| step.begin >= since);
        steps.fold(nothing, |sum, step| Recent {
            in_time: sum.in_time + step.in_time,
            ended: sum.ended + step.ended,
            ..sum
        })
    }

    /// The intervals of the day up to this instant.
    pub fn intervals(&self, now: TimeMs, measures: &Measures) -> Intervals {
        let mut reached = self.clone();
        // Who waits now waits in the interval under way.
        let last = begin_of(now, measures.day_interval_ms);
        if let Some(last) = last.filter(|last| *last >= self.first_interval) {
            reached.reach(last, measures);
            reached.raise(last, measures);
        }
        Intervals {
            first: reached.first_interval,
            most_waiting: reached.most_waiting.into(),
        }
    }

    /// As many have waited up to now as did at the last change. What changed within an instant waited for no time.
    fn keep_waiting(&mut self, now: TimeMs, measures: &Measures) {
        if now <= self.waiting_since {
            return;
        }
        let last = begin_of(now - 1, measures.day_interval_ms);
        let last = last.filter(|last| self.waiting > 0 && *last >= self.first_interval);
        if let Some(last) = last {
            self.reach(last, measures);
            self.raise(last, measures);
        }
        self.waiting_since = now;
    }

    /// The intervals go up to the one that begins there; the first ones give way to them.
    fn reach(&mut self, last: TimeMs, measures: &Measures) {
        let interval = measures.day_interval_ms;
        let kept = i64::from(measures.day_intervals);
        let before = (last - self.first_interval) / interval + 1 - kept;
        if before > 0 {
            let kept_so_far = self.most_waiting.len();
            let gone = usize::try_from(before).unwrap_or(kept_so_far);
            self.most_waiting.drain(..gone.min(kept_so_far));
            self.first_interval += before * interval;
        }
        let count = (last - self.first_interval) / interval + 1;
        self.most_waiting
            .resize(usize::try_from(count).unwrap_or(0), 0);
    }

    /// As many as wait now have waited since their last change, up to the interval that begins there.
    fn raise(&mut self, last: TimeMs, measures: &Measures) {
        let interval = measures.day_interval_ms;
        let since = self.waiting_since.max(self.first_interval);
        let from = usize::try_from((since - self.first_interval) / interval).unwrap_or(0);
        let to = usize::try_from((last - self.first_interval) / interval).unwrap_or(0);
        for most in self.most_waiting.range_mut(from.min(to)..=to) {
            *most = self.waiting.max(*most);
        }
    }
}

/// When the stretch of this length began that an instant is in; none if it has no length.
fn begin_of(at: TimeMs, length_ms: TimeMs) -> Option<TimeMs> {
    Some(at.checked_div_euclid(length_ms)? * length_ms)
}

/// Since when the recent past counts in the step that begins then.
fn recent_since(begin: TimeMs, measures: &Measures) -> TimeMs {
    begin - i64::from(measures.recent_steps) * measures.recent_step_ms
}

#[cfg(test)]
mod tests {
    use crate::command::EndCause;

    use super::*;

    const MINUTE: TimeMs = 60_000;
    const QUARTER: TimeMs = 15 * MINUTE;
    /// A day that begins there, at no whole quarter of an hour.
    const BEGIN: TimeMs = 1_000 * QUARTER + 7 * MINUTE;

    fn measures() -> Measures {
        Measures::of_this_program()
    }

    fn begun() -> Performance {
        Performance::new(BEGIN, &measures())
    }

    fn ended(performance: &mut Performance, outcome: Outcome, is_in_time: bool, at: TimeMs) {
        performance.visit_ended(outcome, is_in_time, at, &measures());
    }

    fn recent(performance: &Performance, at: TimeMs) -> (u32, u32) {
        let recent = performance.recent(at, &measures());
        (recent.in_time, recent.ended)
    }

    #[test]
    fn service_level_2_counts_answers_and_every_abandon_and_nothing_else() {
        let mut performance = begun();
        for _ in 0..70 {
            ended(&mut performance, Outcome::Answered, true, BEGIN);
        }
        for _ in 0..10 {
            let left = Outcome::Abandoned(EndCause::Customer);
            ended(&mut performance, left, true, BEGIN);
        }
        for _ in 0..20 {
            ended(&mut performance, Outcome::Answered, false, BEGIN);
        }
        for flown_out in [Outcome::TimedOut, Outcome::Transferred, Outcome::Callback] {
            ended(&mut performance, flown_out, true, BEGIN);
        }
        assert_eq!(recent(&performance, BEGIN), (70, 100));
        let today = (
            performance.answered,
            performance.in_time,
            performance.abandoned,
        );
        assert_eq!(today, (90, 70, 10));
    }

    #[test]
    fn what_ended_is_recent_for_thirty_minutes_whether_anything_happens_or_not() {
        let mut performance = begun();
        ended(&mut performance, Outcome::Answered, true, BEGIN + 59_999);
        ended(
            &mut performance,
            Outcome::Answered,
            false,
            BEGIN + 10 * MINUTE,
        );
        assert_eq!(recent(&performance, BEGIN + 30 * MINUTE + 59_999), (1, 2));
        assert_eq!(recent(&performance, BEGIN + 31 * MINUTE), (0, 1));
        assert_eq!(recent(&performance, BEGIN + 41 * MINUTE), (0, 0));
        let since = performance
            .recent(BEGIN + 31 * MINUTE + 1, &measures())
            .since;
        assert_eq!(since, BEGIN + MINUTE);
    }

    #[test]
    fn the_most_who_wait_are_kept_by_whole_quarters_of_an_hour() {
        let mut performance = begun();
        let first = BEGIN - 7 * MINUTE;
        for at in [BEGIN, BEGIN + 1, BEGIN + 2] {
            performance.waits(at, &measures());
        }
        performance.waits_no_longer(BEGIN + 3, &measures());
        // Two wait over the end of the quarter, and longer than the next.
        performance.waits_no_longer(first + 2 * QUARTER + 1, &measures());
        let day = performance.intervals(first + 4 * QUARTER, &measures());
        assert_eq!((day.first, day.most_waiting), (first, vec![3, 2, 2, 1, 1]));
        performance.waits_no_longer(first + 4 * QUARTER, &measures());
        let day = performance.intervals(first + 5 * QUARTER, &measures());
        assert_eq!(day.most_waiting, [3, 2, 2, 1, 0, 0]);
    }

    #[test]
    fn who_is_offered_in_the_instant_of_their_arrival_has_not_waited() {
        let mut performance = begun();
        for at in [BEGIN, BEGIN + 5, BEGIN + 9] {
            performance.waits(at, &measures());
            performance.waits_no_longer(at, &measures());
        }
        assert_eq!(
            performance.intervals(BEGIN + 10, &measures()).most_waiting,
            [0]
        );
    }

    #[test]
    fn a_new_day_begins_with_those_who_wait_and_forgets_no_recent_end() {
        let mut performance = begun();
        performance.offered += 1;
        performance.waits(BEGIN, &measures());
        ended(&mut performance, Outcome::Answered, true, BEGIN);
        let midnight = BEGIN + 10 * MINUTE;
        performance.begin_day(midnight, &measures());
        assert_eq!((performance.offered, performance.answered), (0, 0));
        assert_eq!(recent(&performance, midnight), (1, 1));
        let day = performance.intervals(midnight + 1, &measures());
        assert_eq!(
            (day.first, day.most_waiting),
            (midnight - 2 * MINUTE, vec![1])
        );
    }

    #[test]
    fn what_is_kept_is_bounded_even_if_no_day_ever_begins() {
        let mut performance = begun();
        let mut now = BEGIN;
        for _ in 0..3_000 {
            performance.waits(now, &measures());
            now += 3 * MINUTE;
            performance.waits_no_longer(now, &measures());
            ended(&mut performance, Outcome::Answered, true, now);
        }
        assert_eq!(performance.most_waiting.len(), 100);
        assert!(performance.recent.len() <= 11);
        performance.waits(now, &measures());
        let years_later = now + 3 * 365 * 96 * QUARTER;
        let day = performance.intervals(years_later, &measures());
        assert_eq!(day.most_waiting, [1; 100]);
        assert_eq!(
            day.first,
            begin_of(years_later, QUARTER).unwrap() - 99 * QUARTER
        );
    }

    #[test]
    fn an_older_program_that_measured_nothing_counts_the_day_and_keeps_no_steps() {
        let nothing = Measures::default();
        let mut performance = Performance::new(BEGIN, &nothing);
        performance.waits(BEGIN, &nothing);
        performance.waits_no_longer(BEGIN + 5, &nothing);
        performance.visit_ended(Outcome::Answered, true, BEGIN + 5, &nothing);
        assert_eq!(performance.answered, 1);
        assert_eq!(performance.recent(BEGIN + 5, &nothing).ended, 0);
        assert_eq!(performance.intervals(BEGIN + 5, &nothing).most_waiting, []);
    }
}
