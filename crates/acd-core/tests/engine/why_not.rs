//! Why an agent is not offered a contact: on random runs the reason told is the first closed gate of the order that
//! `docs/architecture.md` declares, derived here from the facts alone.

use std::collections::BTreeSet;

use acd_core::config::{AgentConfig, Step, TierBounds, WrapUpBlocks};
use acd_core::event::{Awaited, ContactOrigin, Work};
use acd_core::explain::{self, AgentReasons, ContactReasons};
use acd_core::ids::*;
use acd_core::requirement::Requirement;
use acd_core::state::{Agent, Contact, HandlingState, Lease, LeaseHolder, OfferState, Presence};
use acd_core::state::{State, Visit};
use proptest::prelude::*;

use crate::agreement::{Step as Move, step};
use crate::centre::Centre;
use crate::dice;

/// The gates in their order, as the documentation names them, with the reason told when one is closed.
const GATES: [(&str, &str, Gate); 32] = [
    ("the offer is theirs", "Offered", |it| it.is_offered()),
    ("in the configuration", "Removed", |it| !it.agent.in_config),
    ("sent to, or parked with, them", "WaitsFor", |it| {
        it.personal().is_some_and(|no| no != it.no)
    }),
    ("serves the queue", "NotServing", |it| {
        it.open() && !it.agent.queues.contains_key(&it.visit.queue)
    }),
    ("a slot of the channel at all", "NoSlot", |it| {
        it.slots() == 0
    }),
    ("not paused in the queue", "Paused", |it| {
        it.agent.paused.contains_key(&it.visit.queue)
    }),
    ("the skills", "Lacks", |it| it.open() && it.lacks_skill()),
    ("within the tier bounds", "TierOutside", |it| {
        it.open() && !it.bounds().admit(it.own_tier())
    }),
    ("named by the present step", "NotInStep", |it| {
        it.open() && !it.is_named()
    }),
    ("logged in", "LoggedOut", |it| {
        it.agent.presence == Presence::Offline
    }),
    ("ready", "NotReady", |it| {
        matches!(it.agent.presence, Presence::NotReady(_))
    }),
    ("not leaving", "Leaving", |it| it.agent.pending.is_some()),
    ("the session present", "SessionLost", |it| {
        !it.agent.is_present()
    }),
    ("no back-off from all contacts", "AgentBackOff", |it| {
        it.agent.back_off_until.is_some()
    }),
    ("on demand: has asked", "NotAsked", |it| {
        it.agent.config.on_demand && !it.agent.asked
    }),
    ("contacts of the day, in training", "TrainingDone", |it| {
        it.is_done_for_today()
    }),
    ("no wrap-up that blocks everything", "WrapUp", |it| {
        it.any_lease(|lease| lease.blocks == WrapUpBlocks::All)
    }),
    ("a slot of the channel not in wrap-up", "WrapUp", |it| {
        it.is_channel_full() && it.wraps_up_on_channel()
    }),
    ("a free slot of the channel", "Busy", |it| {
        it.is_channel_full()
    }),
    ("room in the total", "TotalFull", |it| it.is_total_full()),
    ("may interrupt what they hold", "Blocked", |it| {
        it.is_blocked()
    }),
    ("one offer at a time: none", "HasOffer", |it| {
        it.has_an_offer_too_many()
    }),
    ("not busy outside", "BusyOutside", |it| it.is_busy_outside()),
    ("room in the pools", "PoolFull", |it| it.is_a_pool_full()),
    ("no wrap-up of this queue", "WrapUp", |it| {
        it.wraps_up_this_queue()
    }),
    (
        "no question of their own conversation",
        "OwnQuestion",
        |it| it.asks(),
    ),
    ("no back-off from this contact", "VisitBackOff", |it| {
        it.backs_off()
    }),
    ("the window of nobody else", "WaitsFor", |it| {
        it.window_of_another()
    }),
    ("the profile's delay passed", "DelayClosed", |it| {
        it.open() && it.member().delay_ms > it.visit.delay_open
    }),
    ("not in reserve, or the reserve joined", "InReserve", |it| {
        it.is_in_reserve()
    }),
    ("the tier open", "TierClosed", |it| {
        it.open() && !it.open_tiers().contains(&it.tier())
    }),
    ("the contact may be offered", "Visit", |it| {
        it.visit_reason().is_some()
    }),
];

type Gate = fn(&Pair<'_>) -> bool;

/// An agent and a visit.
struct Pair<'a> {
    state: &'a State,
    no: AgentNo,
    agent: &'a Agent,
    visit: &'a Visit,
    contact: &'a Contact,
}

impl<'a> Pair<'a> {
    fn of(state: &'a State, no: AgentNo, visit: &'a Visit) -> Self {
        let contact = &state.facts().contacts[&visit.contact];
        let agent = state.agent(no);
        Self {
            state,
            no,
            agent,
            visit,
            contact,
        }
    }

    /// The reason by the declared order.
    fn reason(&self) -> String {
        let closed = GATES.iter().find(|(_, _, is_closed)| is_closed(self));
        let reason = closed.map_or("Eligible", |(_, reason, _)| *reason);
        let reason = match reason {
            "Visit" => self.visit_reason().unwrap_or_default(),
            "WaitsFor" if matches!(self.awaited(), Some(Awaited::Team(_))) => "WaitsForTeam",
            other => other,
        };
        reason.to_owned()
    }

    fn is_offered(&self) -> bool {
        let offers = &self.state.facts().offers;
        self.visit
            .offers
            .iter()
            .any(|offer| offers[offer].agent == self.no)
    }

    fn awaited(&self) -> Option<&Awaited> {
        let (at, _) = self.visit.window?;
        Some(&self.visit.windows[usize::from(at)].who)
    }

    /// The one agent to whom it was sent, or with whom it was parked.
    fn personal(&self) -> Option<AgentNo> {
        match self.awaited()? {
            Awaited::Agent(no) if self.visit.meant_for.is_personal() => Some(*no),
            _ => None,
        }
    }

    /// Whether it is for the agents of its queue.
    fn open(&self) -> bool {
        self.personal().is_none()
    }

    fn channel(&self) -> Channel {
        match self.contact.channel {
            Channel::Callback if !self.agent.config.capacity.contains_key(&Channel::Callback) => {
                Channel::Voice
            }
            other => other,
        }
    }

    fn slots(&self) -> u32 {
        self.agent
            .config
            .capacity
            .get(&self.channel())
            .copied()
            .unwrap_or(0)
    }

    fn step(&self) -> Option<&Step> {
        let plan = self.state.plan_of(self.visit);
        plan.get(usize::from(self.visit.step)).or(plan.last())
    }

    fn lacks_skill(&self) -> bool {
        let queue = &self.state.queue(self.visit.queue).config;
        let step = self.step();
        let asked: &Requirement = match (&self.contact.requirement, step) {
            (Some(own), _) => own,
            (
                None,
                Some(Step {
                    requirement: Some(asked),
                    ..
                }),
            ) => asked,
            _ => &queue.requirement,
        };
        let dropped = |skill: &SkillName| step.is_some_and(|step| step.drop.contains(skill));
        let has = |skill: &SkillName, level: u8| {
            let no = self.state.skill_no(skill);
            let own = no.and_then(|no| self.agent.skills.get(&no));
            own.is_some_and(|own| *own >= level)
        };
        let holds = asked.any_of.iter().any(|group| {
            group
                .iter()
                .all(|term| dropped(&term.skill) || has(&term.skill, term.level))
        });
        !(asked.any_of.is_empty() || holds)
    }

    fn bounds(&self) -> TierBounds {
        let step = self.step().map(|step| step.tiers).unwrap_or_default();
        step.and(self.contact.tiers)
    }

    fn member(&self) -> acd_core::state::Member {
        self.agent.queues[&self.visit.queue]
    }

    fn own_tier(&self) -> u32 {
        self.member().tier
    }

    fn tier(&self) -> u32 {
        self.own_tier().max(self.bounds().raise.unwrap_or(0))
    }

    fn is_named(&self) -> bool {
        let AgentConfig { name, teams, .. } = &self.agent.config;
        self.step().is_none_or(|step| {
            (step.agents.is_empty() || step.agents.contains(name))
                && (step.teams.is_empty() || teams.iter().any(|team| step.teams.contains(team)))
        })
    }

    fn any_lease(&self, holds: impl Fn(&Lease) -> bool) -> bool {
        self.agent.leases.iter().any(holds)
    }

    fn slots_used(&self, holds: impl Fn(&Lease) -> bool) -> u32 {
        let takes_slot = |lease: &&Lease| lease.blocks != WrapUpBlocks::Queue;
        self.agent
            .leases
            .iter()
            .filter(takes_slot)
            .filter(|lease| holds(lease))
            .count() as u32
    }

    fn is_channel_full(&self) -> bool {
        self.slots_used(|lease| lease.channel == self.channel()) >= self.slots()
    }

    fn wraps_up_on_channel(&self) -> bool {
        let wraps_up = |lease: &Lease| match lease.holder {
            LeaseHolder::Offer(_) => false,
            LeaseHolder::Handling(id) => {
                let state = self.state.facts().handlings[&id].state;
                matches!(state, HandlingState::WrapUp { .. })
            }
        };
        self.slots_used(|lease| lease.channel == self.channel() && wraps_up(lease)) > 0
    }

    fn is_total_full(&self) -> bool {
        let total = self.agent.config.total_capacity;
        total.is_some_and(|total| self.slots_used(|_| true) >= total)
    }

    fn is_blocked(&self) -> bool {
        let own = self.channel();
        let may = self.state.facts().settings.may_interrupt.get(&own);
        let interrupts = |other| may.is_some_and(|may| may.contains(&other));
        self.slots_used(|lease| lease.channel != own && !interrupts(lease.channel)) > 0
    }

    fn has_an_offer_too_many(&self) -> bool {
        let facts = self.state.facts();
        let rings = facts.offers.values().any(|offer| {
            offer.agent == self.no && matches!(offer.state, OfferState::Pending { .. })
        });
        facts.settings.one_offer_at_a_time && rings
    }

    fn is_done_for_today(&self) -> bool {
        let most = self
            .agent
            .config
            .training
            .and_then(|training| training.contacts_per_day);
        let facts = self.state.facts();
        let offers = facts
            .offers
            .values()
            .filter(|offer| offer.agent == self.no)
            .count();
        most.is_some_and(|most| self.agent.today.handled as usize + offers >= most as usize)
    }

    fn is_busy_outside(&self) -> bool {
        let queue = &self.state.queue(self.visit.queue).config;
        self.agent.busy_outside && !queue.offer_when_busy_outside
    }

    fn is_a_pool_full(&self) -> bool {
        let pools = |queue: QueueNo| &self.state.queue(queue).config.pools;
        pools(self.visit.queue).iter().any(|pool| {
            let limit = self.agent.config.pools.get(pool);
            let used = self.slots_used(|lease| pools(lease.queue).contains(pool));
            limit.is_some_and(|limit| used >= *limit)
        })
    }

    fn wraps_up_this_queue(&self) -> bool {
        self.any_lease(|lease| {
            lease.blocks == WrapUpBlocks::Queue && lease.queue == self.visit.queue
        })
    }

    /// Whether they take part in the conversation whose agent asks by this contact, or in one that asks in turn.
    fn asks(&self) -> bool {
        let facts = self.state.facts();
        let mut contact = self.contact;
        while let ContactOrigin::ConsultOf(asking) = contact.origin {
            let Some(asking) = facts.handlings.get(&asking) else {
                return false;
            };
            if asking.consult != Some(contact.id) {
                return false;
            }
            let leads = asking.owner.unwrap_or(asking.id);
            let legs = facts.handlings.values();
            let mut legs = legs.filter(|leg| leg.id == leads || leg.owner == Some(leads));
            if legs.any(|leg| leg.agent == self.no) {
                return true;
            }
            contact = &facts.contacts[&facts.handlings[&leads].contact];
        }
        false
    }

    fn backs_off(&self) -> bool {
        self.visit
            .back_offs
            .iter()
            .any(|(held, _)| *held == self.no)
    }

    fn window_of_another(&self) -> bool {
        self.open()
            && match self.awaited() {
                None => false,
                Some(Awaited::Agent(awaited)) => *awaited != self.no,
                Some(Awaited::Team(team)) => !self.agent.config.teams.contains(team),
            }
    }

    fn is_in_reserve(&self) -> bool {
        self.open() && self.member().reserve && !self.state.queue(self.visit.queue).reserve_joined
    }

    /// Whether all gates are open for the agent, those of tier, back-off and visit aside.
    fn could(&self) -> bool {
        let aside = [
            "Offered",
            "OwnQuestion",
            "VisitBackOff",
            "TierClosed",
            "Visit",
        ];
        let others = GATES
            .iter()
            .filter(|(_, reason, _)| !aside.contains(reason));
        others.into_iter().all(|(_, _, is_closed)| !is_closed(self))
    }

    fn open_tiers(&self) -> BTreeSet<u32> {
        let facts = self.state.facts();
        let config = &self.state.queue(self.visit.queue).config.tiers;
        let numbers = (0..facts.agents.len()).map(|no| AgentNo(no as u32));
        let members: Vec<Pair<'_>> = numbers
            .map(|no| Pair::of(self.state, no, self.visit))
            .filter(|it| it.agent.in_config && it.agent.queues.contains_key(&self.visit.queue))
            .filter(|it| it.bounds().admit(it.own_tier()))
            .collect();
        let tiers: BTreeSet<u32> = members.iter().map(Pair::tier).collect();
        let failed = |it: &Pair<'_>| {
            let mut behind = self.visit.behind.iter();
            behind.any(|behind| {
                behind.agent == it.no && (facts.now == behind.since || facts.now < behind.until)
            })
        };
        let mut open = BTreeSet::new();
        for tier in &tiers {
            let below = |it: &&Pair<'_>| it.tier() < *tier;
            let lower_is_asked = members.iter().filter(below).any(|it| {
                let stays = !config.no_answer_opens_next && (failed(it) || it.backs_off());
                open.contains(&it.tier())
                    && it.could()
                    && (stays || !(failed(it) || it.backs_off() || it.is_offered() || it.asks()))
            });
            let lower_is_there = members
                .iter()
                .filter(below)
                .any(|it| it.agent.session.is_some());
            let by_rule = match config.delay_of(*tier) {
                None => !lower_is_asked,
                Some(_) => config.no_agent_no_wait && !lower_is_there,
            };
            if tiers.first() == Some(tier) || self.visit.tiers_open.contains(tier) || by_rule {
                open.insert(*tier);
            }
        }
        open
    }

    fn visit_reason(&self) -> Option<&'static str> {
        let adapter = self.state.adapter(self.contact.adapter);
        if adapter.connection.is_none() {
            return Some("AdapterAbsent");
        }
        if self.visit.next_attempt_at.is_some() {
            return Some("BetweenAttempts");
        }
        if self.contact.is_callback() && !self.state.may_call_back(self.visit.queue) {
            return Some("CallbackHours");
        }
        let stays = |emergency: bool| {
            self.contact.is_callback()
                || self.visit.scheduled
                || self.state.is_asynchronous_contact(self.contact)
                || !emergency && self.state.is_personal(self.visit)
        };
        let leaves = |work: &Work| match work {
            Work::Leave(visit, _) => *visit == self.visit.id,
            Work::Clear {
                queue, emergency, ..
            } => *queue == self.visit.queue && !stays(*emergency),
            Work::End(contact) => *contact == self.contact.id,
            _ => false,
        };
        if self.state.facts().work.iter().any(leaves) {
            return Some("OnItsWayOut");
        }
        let offers = &self.visit.offers;
        let rings = |offer: &OfferId| {
            let offer = &self.state.facts().offers[offer];
            matches!(offer.state, OfferState::Pending { .. }) && !offer.forced
        };
        let most = self.state.queue(self.visit.queue).config.broadcast.max(1) as usize;
        let limit = self.state.facts().limits.offers_per_contact;
        let wants_more = offers.len() < most
            && offers.iter().all(rings)
            && self.contact.offers_made < limit
            && self
                .visit
                .max_wait_until
                .is_none_or(|until| until > self.state.facts().now);
        (!offers.is_empty() && !wants_more).then_some("OfferedElsewhere")
    }
}

/// Every agent and visit of this moment.
fn check(state: &State) {
    for visit in state.facts().visits.values() {
        for no in (0..state.facts().agents.len()).map(|no| AgentNo(no as u32)) {
            let told = format!("{:?}", explain::why_not(state, no, visit).why);
            let told = told.split('(').next().unwrap_or_default();
            let derived = Pair::of(state, no, visit).reason();
            assert_eq!(told, derived, "agent {no:?} and visit {visit:?}");
        }
    }
}

/// Reasons gathered a part at a time are those of one look.
fn check_parts(state: &State) {
    let told = |reasons: &ContactReasons| {
        let queues = reasons.queues();
        let told = queues.map(|(queue, classes)| (queue, classes.cloned().collect::<Vec<_>>()));
        told.collect::<Vec<_>>()
    };
    for no in (0..state.facts().agents.len()).map(|no| AgentNo(no as u32)) {
        let (mut whole, mut parts) = (ContactReasons::of(no), ContactReasons::of(no));
        while !whole.look(state, usize::MAX) {}
        while !parts.look(state, 1) {}
        assert_eq!(told(&parts), told(&whole));
    }
    for contact in state.facts().contacts.values() {
        let (mut whole, mut parts) = (AgentReasons::default(), AgentReasons::default());
        while !whole.look(state, contact, usize::MAX) {}
        while !parts.look(state, contact, 1) {}
        assert!(parts.classes().eq(whole.classes()));
    }
}

fn cases() -> u32 {
    let asked = std::env::var("PROPTEST_CASES").ok();
    asked.and_then(|asked| asked.parse().ok()).unwrap_or(500)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: cases(), max_shrink_iters: 2_000, ..ProptestConfig::default() })]

    #[test]
    fn the_reason_told_is_the_first_closed_gate(
        first in proptest::collection::vec(any::<u16>(), 0..400),
        moves in proptest::collection::vec(step(), 1..60),
    ) {
        let mut centre = Centre::of(dice::tenant(&first));
        for agent in 0..dice::AGENTS / 2 {
            centre.ready(&format!("a{agent}"));
        }
        for (nth, next) in moves.iter().enumerate() {
            match next {
                Move::Wait(length) | Move::Restart(length) => centre.wait(*length),
                Move::Command(numbers) => {
                    if let Some(command) = dice::command(numbers, centre.state(), nth) {
                        let _ = centre.command(command);
                    }
                }
            }
            check(centre.state());
            check_parts(centre.state());
        }
    }
}

#[test]
fn the_documentation_names_the_gates_in_their_order() {
    let document = include_str!("../../../../docs/architecture.md");
    let rows = document
        .lines()
        .skip_while(|line| *line != "| open if | else the reason is |")
        .skip(2)
        .take_while(|line| line.starts_with('|'));
    let told: Vec<&str> = rows
        .filter_map(|row| row.split('|').nth(1).map(str::trim))
        .collect();
    let declared: Vec<&str> = GATES.iter().map(|(gate, _, _)| *gate).collect();
    assert_eq!(told, declared);
}
