//! Time as an input: what happens when a deadline has come.

use super::Engine;
use crate::event::{BackOffEnded, Event, Gate, GateOpened, QueuePaused, WaitAlerted};
use crate::ids::{OfferId, TimeMs};
use crate::matching::Matcher;
use crate::state::{Timer, TimerKind};

impl<M: Matcher> Engine<M> {
    /// Runs all timers that are due, instant by instant, and comes to rest after each, as far as the budget of the
    /// slice goes. What is left goes on with the next one, at the same instant.
    pub(super) fn run_timers(&mut self, now: TimeMs) {
        loop {
            let due = self.due(now);
            let due = due.map(|due| due.at_ms.max(self.state.facts().now));
            let Some(instant) = self.behind.take().or(due) else {
                return;
            };
            self.come_to_rest(instant);
            if self.behind.is_some() {
                return;
            }
        }
    }

    /// Runs the timers that are due at this instant.
    pub(super) fn run_due(&mut self, now: TimeMs) {
        while self.budget.is_left()
            && let Some(timer) = self.due(now)
        {
            self.run(now, timer);
        }
    }

    /// Begins a day: what of personal data has become too old is forgotten then.
    fn begin_day(&mut self, now: TimeMs) {
        self.emit(now, Event::DayBegan);
        if let Some(expired) = self.state.facts().newly_expired() {
            self.emit(now, Event::PersonalExpired(expired));
        }
    }

    /// Whether an offer's deadline passed while the engine was down: it rang out unseen, which is nobody's fault.
    fn passed_while_down(&self, at: TimeMs, offer: OfferId) -> bool {
        let facts = self.state.facts();
        facts
            .recovered_at
            .is_some_and(|back| at <= back && facts.offers[&offer].made_at < back)
    }

    pub(super) fn due(&self, now: TimeMs) -> Option<Timer> {
        self.state.next_timer().filter(|timer| timer.at_ms <= now)
    }

    pub(super) fn run(&mut self, now: TimeMs, timer: Timer) {
        let before = self.state.facts().seq;
        match timer.kind {
            TimerKind::MaxWait(visit) => self.time_out(now, visit),
            TimerKind::Ring(offer) if self.passed_while_down(timer.at_ms, offer) => {
                self.rescind_overdue(now, offer);
            }
            TimerKind::Dial(offer) => self.dial_timed_out(now, offer),
            TimerKind::Connect(offer) => self.connect_timed_out(now, offer),
            TimerKind::Ring(offer) => self.ring_timed_out(now, offer),
            TimerKind::Respond(handling) => self.response_overdue(now, handling),
            TimerKind::VisitBackOff(visit, agent) => {
                self.emit(
                    now,
                    Event::BackOffEnded(BackOffEnded {
                        agent,
                        visit: Some(visit),
                    }),
                );
            }
            TimerKind::AgentBackOff(agent) => {
                self.emit(
                    now,
                    Event::BackOffEnded(BackOffEnded { agent, visit: None }),
                );
            }
            TimerKind::WrapUp(handling) => self.finish_handling(now, handling),
            TimerKind::SessionGrace(agent) => self.give_session_up(now, agent),
            TimerKind::AdapterGrace(adapter) => self.give_adapter_up(now, adapter),
            TimerKind::BackToQueue(handling) => self.return_to_queue(now, handling),
            TimerKind::Step(visit) => self.next_step(now, visit, timer.at_ms),
            TimerKind::TierGate(visit) => self.open_tiers(now, visit),
            TimerKind::DelayGate(visit) => self.open_delay(now, visit),
            TimerKind::Window(visit) => self.next_window(now, visit, timer.at_ms),
            TimerKind::Reserve(queue) => self.judge_reserve(now, queue),
            TimerKind::Attempt(visit) => {
                let gate = Gate::Attempt;
                self.emit(now, Event::GateOpened(GateOpened { visit, gate }));
            }
            TimerKind::Due(contact) => self.fall_due(now, contact),
            TimerKind::AutoReturn(agent) => self.be_ready(now, agent, false),
            TimerKind::QueueReturn(agent, queue) => {
                let (reason, return_at, own) = (None, None, false);
                self.emit(
                    now,
                    Event::QueuePaused(QueuePaused {
                        agent,
                        queue,
                        reason,
                        return_at,
                        own,
                    }),
                );
            }
            TimerKind::Calendar(calendar) => self.change_calendar(now, calendar),
            TimerKind::Day => self.begin_day(now),
            TimerKind::Stuck(handling) => self.report_stuck(now, handling),
            TimerKind::Alert(visit) => {
                _ = self.emit(now, Event::WaitAlerted(WaitAlerted { visit }))
            }
            TimerKind::Announce(visit) => self.announce(now, visit),
        }
        assert_ne!(
            self.state.facts().seq,
            before,
            "a timer that ran has an effect: {timer:?}"
        );
    }
}
