//! What opens for a visit as it waits: the steps of its plan, tiers, profile delays, and whom it waits for.

use std::collections::BTreeSet;

use super::Engine;
use crate::config::{AgentCount, SkipIf, Step};
use crate::event::{
    AgentLoggedOut, Announcement, Awaited, ContactOrigin, Directive, Event, Gate, GateOpened,
    MeantFor, PendingPresence, PresencePending, SessionGivenUp, StepBegan, WindowBegan, Work,
};
use crate::ids::{AgentNo, DurationMs, TimeMs, VisitId};
use crate::matching::Matcher;
use crate::state::{Presence, Visit};

impl<M: Matcher> Engine<M> {
    /// Begins the first step from `from` on that is not skipped. The last one never is. Its clock runs from `since`,
    /// the instant the one before ended.
    pub(super) fn begin_step(&mut self, now: TimeMs, id: VisitId, from: usize, since: TimeMs) {
        let visit = &self.state.facts().visits[&id];
        let plan = self.state.plan_of(visit);
        if plan.len() < 2 {
            return;
        }
        let last = plan.len() - 1;
        let skipped = |step: &Step| {
            step.skip_if
                .is_some_and(|skip| self.holds(visit, step, skip))
        };
        let step = (from..last).find(|at| !skipped(&plan[*at])).unwrap_or(last);
        let until = plan[step]
            .for_ms
            .filter(|_| step < last)
            .map(|length| since + length);
        self.emit(
            now,
            Event::StepBegan(StepBegan {
                visit: id,
                step: step as u16,
                until,
            }),
        );
    }

    /// The present step ended at `since`.
    pub(super) fn next_step(&mut self, now: TimeMs, id: VisitId, since: TimeMs) {
        let visit = &self.state.facts().visits[&id];
        let step = usize::from(visit.step);
        if self.state.plan_of(visit).len() < 2 {
            // The plan was taken away meanwhile.
            let (step, until) = (0, None);
            self.emit(
                now,
                Event::StepBegan(StepBegan {
                    visit: id,
                    step,
                    until,
                }),
            );
        } else {
            self.begin_step(now, id, step + 1, since);
        }
    }

    /// Plans may have changed, and the limit of offers.
    pub(super) fn follow_changed_plans(&mut self, now: TimeMs) {
        let visits = self.state.facts().visits.values();
        let concerned = visits
            .filter(|visit| {
                self.changed_end(now, visit).is_some() || self.overdue(now, visit).is_some()
            })
            .map(|visit| Work::FollowPlan(visit.id));
        let work = concerned.collect();
        self.carry_out(now, work);
    }

    /// A visit whose present step has an end now, and no clock that runs, begins it now; one in a step without an end
    /// stays in it.
    pub(super) fn follow_changed_plan(&mut self, now: TimeMs, id: VisitId) {
        let Some(visit) = self.state.facts().visits.get(&id) else {
            return;
        };
        if let Some((step, until)) = self.changed_end(now, visit) {
            self.emit(
                now,
                Event::StepBegan(StepBegan {
                    visit: id,
                    step,
                    until,
                }),
            );
        }
        self.end_if_overdue(now, id);
    }

    /// The visit's present step and its end, if that is not what its plan says now.
    fn changed_end(&self, now: TimeMs, visit: &Visit) -> Option<(u16, Option<TimeMs>)> {
        let plan = self.state.plan_of(visit);
        let step = usize::from(visit.step).min(plan.len().saturating_sub(1));
        let length = plan
            .get(step)
            .and_then(|step| step.for_ms)
            .filter(|_| step + 1 < plan.len());
        match (length, visit.step_until) {
            (Some(length), None) => Some((step as u16, Some(now + length))),
            (None, Some(_)) => Some((step as u16, None)),
            _ => None,
        }
    }

    fn holds(&self, visit: &Visit, step: &Step, skip: SkipIf) -> bool {
        let terms = self.state.terms_in(visit, Some(step));
        let members = self.state.members_of(visit.queue).iter();
        let count = match skip.count {
            AgentCount::LoggedIn => members
                .filter(|no| self.state.matches(**no, &terms))
                .filter(|no| self.state.agent(**no).session.is_some())
                .count(),
            AgentCount::Available => members
                .filter(|no| self.state.matches(**no, &terms))
                .filter(|no| self.state.agent(**no).presence == Presence::Ready)
                .count(),
            AgentCount::Free => self.state.eligible_on(visit, &terms).len(),
        };
        skip.is
            .holds(u32::try_from(count).unwrap_or(u32::MAX), skip.value)
    }

    /// Begins the first window from `from` on that is not passed over, or opens the visit to all.
    pub(super) fn begin_window(&mut self, now: TimeMs, id: VisitId, from: usize, since: TimeMs) {
        let visit = &self.state.facts().visits[&id];
        let next = (from..visit.windows.len()).find(|at| !self.is_void(visit, *at));
        match next {
            Some(at) => {
                let until = visit.windows[at].for_ms.map(|length| since + length);
                self.set_window(now, id, Some(at as u16), until);
            }
            None if visit.meant_for == MeantFor::Sent => self.not_taken(now, id),
            None if visit.window.is_some() => self.set_window(now, id, None, None),
            None => {}
        }
    }

    fn set_window(
        &mut self,
        now: TimeMs,
        visit: VisitId,
        window: Option<u16>,
        until: Option<TimeMs>,
    ) {
        self.emit(
            now,
            Event::WindowBegan(WindowBegan {
                visit,
                window,
                until,
            }),
        );
    }

    /// The present window ended at `since`.
    pub(super) fn next_window(&mut self, now: TimeMs, id: VisitId, since: TimeMs) {
        if let Some((at, _)) = self.state.facts().visits[&id].window {
            self.begin_window(now, id, usize::from(at) + 1, since);
        }
    }

    /// The agent to whom the visit was sent does not take it: its chain goes on, its consultation ends, or it is open
    /// to its queue. An offer that stands is waited for.
    fn not_taken(&mut self, now: TimeMs, id: VisitId) {
        let visit = &self.state.facts().visits[&id];
        if !visit.offers.is_empty() {
            if let Some((at, Some(_))) = visit.window {
                self.set_window(now, id, Some(at), None);
            }
            return;
        }
        let contact = &self.state.facts().contacts[&visit.contact];
        match (visit.sent_by.clone(), contact.origin) {
            (Some(place), _) => self.go_on(now, id, &place),
            (None, ContactOrigin::ConsultOf(id)) if self.is_asked_by(id, visit.contact) => {
                self.drop_consultation(now, id);
            }
            (None, _) if visit.window.is_some() => self.set_window(now, id, None, None),
            (None, _) => {}
        }
    }

    /// After an offer of a visit: if it was sent to one agent, who failed it or whose time was over meanwhile, it goes on.
    pub(super) fn after_offer_of_sent(
        &mut self,
        now: TimeMs,
        id: VisitId,
        failed: Option<AgentNo>,
    ) {
        let open = self.state.facts().visits.get(&id);
        let Some(visit) = open.filter(|visit| visit.meant_for == MeantFor::Sent) else {
            return;
        };
        let Some((at, until)) = visit.window else {
            return;
        };
        let awaited = &visit.windows[usize::from(at)].who;
        let failed = failed.is_some_and(|agent| *awaited == Awaited::Agent(agent));
        if failed || until.is_none() {
            self.next_window(now, id, now);
        }
    }

    /// Agents left, or are leaving: what waits for somebody who cannot come goes on.
    pub(super) fn pass_void_windows(&mut self, now: TimeMs) {
        if !self.left.anybody && self.left.agents.is_empty() {
            return;
        }
        let left = std::mem::take(&mut self.left);
        let windowed: BTreeSet<VisitId> = match left.anybody {
            true => self.state.windowed_visits(),
            false => {
                let agents = left.agents.into_iter();
                agents
                    .flat_map(|no| self.state.visits_awaiting(no))
                    .collect()
            }
        };
        let void = windowed
            .into_iter()
            .filter(|id| self.waits_in_vain(&self.state.facts().visits[id]));
        let work = void.map(Work::PassWindow).collect();
        self.carry_out(now, work);
    }

    /// If nobody whom the visit waits for can come, its window is over.
    pub(super) fn pass_void_window(&mut self, now: TimeMs, id: VisitId) {
        let visit = self.state.facts().visits.get(&id);
        if visit.is_some_and(|visit| self.waits_in_vain(visit)) {
            self.next_window(now, id, now);
        }
    }

    fn waits_in_vain(&self, visit: &Visit) -> bool {
        visit
            .window
            .is_some_and(|(at, _)| self.is_void(visit, usize::from(at)))
    }

    /// Whether nobody whom this window waits for can come: they are leaving, or are not in the queue any more.
    fn is_void(&self, visit: &Visit, at: usize) -> bool {
        match &visit.windows[at].who {
            Awaited::Agent(no) => {
                let waited_for = match self.state.waits_for_who_is_away(visit) {
                    true => self.state.agent(*no).in_config,
                    false => !self.state.is_leaving(*no),
                };
                let is_member = self.state.member(*no, visit.queue).is_some();
                !waited_for || !(is_member || visit.meant_for.is_personal())
            }
            Awaited::Team(team) => !self.state.members_of(visit.queue).iter().any(|no| {
                let agent = self.state.agent(*no);
                !self.state.is_leaving(*no) && agent.config.teams.contains(team)
            }),
        }
    }

    /// After a rejected or missed offer: the window of the agent it waited for is over, and so is a step that ends so;
    /// after a missed one the next tier opens.
    pub(super) fn open_after_miss(
        &mut self,
        now: TimeMs,
        id: VisitId,
        agent: AgentNo,
        unanswered: bool,
    ) {
        let Some(visit) = self.state.facts().visits.get(&id) else {
            return;
        };
        let config = &self.state.queue(visit.queue).config;
        let awaited = visit
            .window
            .is_some_and(|(at, _)| visit.windows[usize::from(at)].who == Awaited::Agent(agent));
        let window_over =
            awaited && visit.meant_for == MeantFor::All && !config.preferred_waits_after_miss;
        let plan = self.state.plan_of(visit);
        let step = usize::from(visit.step);
        let terms = self.state.terms_of(visit);
        let meant = self.state.matches(agent, &terms);
        let step_over = step + 1 < plan.len() && plan[step].end_on_miss && meant;
        let tier = self.state.tier_of(agent, &terms);
        let next_tier = self
            .state
            .tiers_of(visit.queue)
            .iter()
            .copied()
            .find(|other| *other > tier);
        let tier_opens =
            unanswered && config.tiers.no_answer_opens_next && terms.personal.is_none();
        let next_tier = next_tier.filter(|next| tier_opens && !visit.tiers_open.contains(next));
        if let Some(next) = next_tier {
            self.emit(
                now,
                Event::GateOpened(GateOpened {
                    visit: id,
                    gate: Gate::Tier(next),
                }),
            );
        }
        if window_over {
            self.next_window(now, id, now);
        }
        if step_over {
            self.next_step(now, id, now);
        }
    }

    /// Opens the tiers whose delay has passed.
    pub(super) fn open_tiers(&mut self, now: TimeMs, id: VisitId) {
        let visit = &self.state.facts().visits[&id];
        let config = &self.state.queue(visit.queue).config.tiers;
        let waited = now - visit.enqueued_at;
        let passed: Vec<u32> = self
            .state
            .tiers_of(visit.queue)
            .iter()
            .copied()
            .filter(|tier| !visit.tiers_open.contains(tier))
            .filter(|tier| config.delay_of(*tier).is_some_and(|delay| delay <= waited))
            .collect();
        for tier in passed {
            self.emit(
                now,
                Event::GateOpened(GateOpened {
                    visit: id,
                    gate: Gate::Tier(tier),
                }),
            );
        }
    }

    /// Opens the profile delays that have passed.
    pub(super) fn open_delay(&mut self, now: TimeMs, id: VisitId) {
        let visit = &self.state.facts().visits[&id];
        let waited = now - visit.enqueued_at;
        let passed = self
            .state
            .delays_of(visit.queue)
            .iter()
            .copied()
            .filter(|delay| *delay <= waited);
        if let Some(delay) = passed.max() {
            self.emit(
                now,
                Event::GateOpened(GateOpened {
                    visit: id,
                    gate: Gate::Delay(delay),
                }),
            );
        }
    }

    /// Tells the customer what is due for the longest; what else is due waits for the minimum gap.
    pub(super) fn announce(&mut self, now: TimeMs, id: VisitId) {
        let visit = &self.state.facts().visits[&id];
        let (contact, told) = (visit.contact, visit.told());
        let config = &self.state.queue(visit.queue).config.announcements;
        let due = |every: Option<DurationMs>, last: Option<TimeMs>| {
            every.map_or(TimeMs::MAX, |every| {
                last.unwrap_or(visit.enqueued_at) + every
            })
        };
        let position = due(config.position_every_ms, told.position_at);
        let wait = due(config.wait_every_ms, told.wait_at);
        let what = match &config.periodic {
            Some(prompt)
                if due(config.periodic_every_ms, told.periodic_at) < position.min(wait) =>
            {
                Announcement::Periodic(prompt.clone())
            }
            _ if wait < position => Announcement::Wait(self.state.predicted_for(visit)),
            _ => {
                let position = self.state.position(visit);
                Announcement::Position(told.position.map_or(position, |last| last.min(position)))
            }
        };
        self.close_announcement(now, id);
        self.direct(now, contact, Directive::Announce { what });
    }
}

/// Who left, or is leaving, since it was last looked at for whom visits wait.
#[derive(Debug, Default)]
pub(super) struct Left {
    /// Whether it may be anybody.
    pub(super) anybody: bool,
    agents: Vec<AgentNo>,
}

impl Left {
    /// Notes who may not come any more after an event.
    pub(super) fn note(&mut self, event: &Event) {
        match event {
            Event::PresencePending(PresencePending {
                agent,
                pending: Some(PendingPresence::Logout(_)),
                ..
            })
            | Event::AgentLoggedOut(AgentLoggedOut { agent, .. })
            | Event::SessionGivenUp(SessionGivenUp { agent }) => self.agents.push(*agent),
            Event::ConfigApplied(_) => self.anybody = true,
            _ => {}
        }
    }
}
