//! Time as an input: what happens when a deadline has come.

use super::Engine;
use crate::event::{Event, Gate};
use crate::ids::TimeMs;
use crate::matching::Matcher;
use crate::state::{Timer, TimerKind};

impl<M: Matcher> Engine<M> {
    /// Runs all timers that are due, instant by instant, and settles after each instant.
    pub(super) fn run_timers(&mut self, now: TimeMs) {
        while let Some(due) = self.due(now) {
            let instant = due.at_ms.max(self.state.facts().now);
            self.run_due(instant);
            self.settle(instant);
        }
    }

    /// Runs the timers that are due at this instant.
    pub(super) fn run_due(&mut self, now: TimeMs) {
        while let Some(timer) = self.due(now) {
            self.run(now, timer);
        }
    }

    /// Runs what became overdue while the engine was down. An offer that rang out unseen is nobody's fault.
    pub(super) fn run_overdue(&mut self, now: TimeMs) {
        while let Some(timer) = self.due(now) {
            match timer.kind {
                TimerKind::Ring(offer) => self.rescind_overdue(now, offer),
                _ => self.run(now, timer),
            }
        }
    }

    pub(super) fn due(&self, now: TimeMs) -> Option<Timer> {
        self.state.next_timer().filter(|timer| timer.at_ms <= now)
    }

    fn run(&mut self, now: TimeMs, timer: Timer) {
        let before = self.state.facts().seq;
        match timer.kind {
            TimerKind::MaxWait(visit) => self.time_out(now, visit),
            TimerKind::Connect(offer) => self.connect_timed_out(now, offer),
            TimerKind::Ring(offer) => self.ring_timed_out(now, offer),
            TimerKind::VisitBackOff(visit, agent) => {
                self.emit(
                    now,
                    Event::BackOffEnded {
                        agent,
                        visit: Some(visit),
                    },
                );
            }
            TimerKind::AgentBackOff(agent) => {
                self.emit(now, Event::BackOffEnded { agent, visit: None });
            }
            TimerKind::WrapUp(handling) => self.finish_handling(now, handling),
            TimerKind::SessionGrace(agent) => self.give_session_up(now, agent),
            TimerKind::AdapterGrace(adapter) => self.give_adapter_up(now, adapter),
            TimerKind::BackToQueue(handling) => self.return_to_queue(now, handling),
            TimerKind::Step(visit) => self.next_step(now, visit, timer.at_ms),
            TimerKind::TierGate(visit) => self.open_tiers(now, visit),
            TimerKind::DelayGate(visit) => self.open_delay(now, visit),
            TimerKind::Window(visit) => self.next_window(now, visit, timer.at_ms),
            TimerKind::Reserve(queue) => self.settle_reserve(now, queue),
            TimerKind::NotBefore(visit) => {
                self.emit(
                    now,
                    Event::GateOpened {
                        visit,
                        gate: Gate::NotBefore,
                    },
                );
            }
            TimerKind::AutoReturn(agent) => self.be_ready(now, agent, false),
            TimerKind::QueueReturn(agent, queue) => {
                let (reason, return_at, own) = (None, None, false);
                self.emit(
                    now,
                    Event::QueuePaused {
                        agent,
                        queue,
                        reason,
                        return_at,
                        own,
                    },
                );
            }
            TimerKind::Calendar(calendar) => self.change_calendar(now, calendar),
            TimerKind::Day => _ = self.emit(now, Event::DayBegan),
            TimerKind::Stuck(handling) => self.report_stuck(now, handling),
            TimerKind::Alert(visit) => _ = self.emit(now, Event::WaitAlerted { visit }),
            TimerKind::Announce(visit) => self.announce(now, visit),
        }
        assert_ne!(
            self.state.facts().seq,
            before,
            "a timer that ran has an effect: {timer:?}"
        );
    }
}
