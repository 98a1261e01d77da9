//! Time as an input: what happens when a deadline has come.

use super::Engine;
use crate::event::{Event, Fault, LogoutCause, OfferEnd, RescindReason};
use crate::ids::{OfferId, TimeMs};
use crate::matching::Matcher;
use crate::state::{Timer, TimerKind};

impl<M: Matcher> Engine<M> {
    /// Runs all timers that are due, instant by instant, and matches after each instant.
    pub(super) fn run_timers(&mut self, now: TimeMs) {
        while let Some(due) = self.due(now) {
            let instant = due.at_ms.max(self.state.facts().now);
            while let Some(timer) = self.due(instant) {
                self.run(instant, timer);
            }
            self.match_waiting(instant);
        }
    }

    /// Runs what became overdue while the engine was down. An offer that rang out unseen is nobody's fault.
    pub(super) fn run_overdue(&mut self, now: TimeMs) {
        while let Some(timer) = self.due(now) {
            match timer.kind {
                TimerKind::Ring(offer) | TimerKind::Connect(offer) => {
                    self.rescind_overdue(now, offer)
                }
                _ => self.run(now, timer),
            }
        }
    }

    fn rescind_overdue(&mut self, now: TimeMs, offer: OfferId) {
        self.end_offer(
            now,
            offer,
            OfferEnd::Rescinded(RescindReason::System),
            Fault::None,
            None,
        );
    }

    fn due(&self, now: TimeMs) -> Option<Timer> {
        self.state.next_timer().filter(|timer| timer.at_ms <= now)
    }

    fn run(&mut self, now: TimeMs, timer: Timer) {
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
            TimerKind::SessionGrace(agent) => {
                // A refusal is impossible here: the agent is logged in, since his session's timer ran.
                let _ = self.logout(now, agent, LogoutCause::SessionLost);
            }
            TimerKind::AdapterGrace(adapter) => self.give_adapter_up(now, adapter),
        }
        assert_ne!(
            self.state.next_timer(),
            Some(timer),
            "a timer that ran is gone"
        );
    }
}
