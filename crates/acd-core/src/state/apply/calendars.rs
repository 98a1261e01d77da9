//! Hours, days and emergencies.

use crate::event::{CalendarChanged, CivilTimeResolved, EmergencyChanged, ReserveChanged};
use crate::ids::{AgentNo, ContactId};
use crate::state::timers::Owner;
use crate::state::{Facts, Mark, State, Touched};

impl State {
    pub(super) fn civil_time_resolved(&mut self, event: &CivilTimeResolved) {
        let civil = &event.civil;
        for times in &civil.calendars {
            let Some(no) = self.calendar_no(&times.calendar) else {
                continue;
            };
            let calendar = &mut self.facts.calendars[no.index()];
            calendar.opening = times.now;
            calendar.changes = times.changes.iter().copied().collect();
            self.set_timer(Owner::Calendar(no));
        }
        self.facts.days = civil.days.iter().copied().collect();
        self.set_timer(Owner::Days);
        self.touch(Touched::Queues);
    }

    pub(super) fn calendar_changed(&mut self, event: &CalendarChanged) {
        let &CalendarChanged {
            calendar: no,
            opening,
        } = event;
        let calendar = &mut self.facts.calendars[no.index()];
        calendar.opening = opening;
        calendar.changes.pop_front();
        self.set_timer(Owner::Calendar(no));
        self.touch(Touched::Queues);
    }

    pub(super) fn day_began(&mut self) {
        let began = self.facts.days.pop_front().unwrap_or(self.facts.now);
        self.facts.day_began_at = self.facts.now;
        self.set_timer(Owner::Days);
        let Facts {
            seq,
            now,
            queues,
            measures,
            settings,
            expiry,
            ..
        } = &mut self.facts;
        let mark = Mark {
            at_ms: began,
            last: ContactId(*seq),
        };
        expiry.note(mark, *now, settings.keep_personal_ms);
        for queue in queues {
            queue.performance.begin_day(began, measures);
        }
        self.touch(Touched::Queues);
        for no in (0..self.facts.agents.len()).map(|no| AgentNo(no as u32)) {
            let agent = &mut self.facts.agents[no.index()];
            let is_there = agent.session.is_some();
            if std::mem::take(&mut agent.today).handled > 0 {
                self.touch(Touched::Agent(no));
            }
            if is_there {
                self.show_day(no);
            }
        }
    }

    pub(super) fn reserve_changed(&mut self, event: &ReserveChanged) {
        self.facts.queues[event.queue.index()].reserve_joined = event.joined;
        self.touch(Touched::Queue(event.queue));
    }

    pub(super) fn emergency_changed(&mut self, event: &EmergencyChanged) {
        let &EmergencyChanged { queue, closed } = event;
        match queue {
            Some(no) => {
                self.facts.queues[no.index()].emergency = closed;
                self.stir_all_queues();
                self.touch(Touched::Queue(no));
            }
            None => {
                self.facts.emergency = closed;
                self.touch(Touched::Queues);
            }
        }
    }
}
