//! Who may be offered what: the whole of *eligible*, said once.
//!
//! It is the conjunction of four things, so that an index may keep each of them apart: what the visit's
//! [`Terms`] ask of an agent ([`State::meets`]), whether the agent is available for its channel
//! ([`State::is_available`]) and queue ([`State::has_room_for`]), what lies between this very visit and this very
//! agent ([`State::kept_from`]), and whether the agent's tier is open ([`State::open_tiers`]).

use std::borrow::Cow;
use std::collections::BTreeSet;

use super::{Agent, Lease, LeaseHolder, Member, OfferState, Presence, State, Visit};
use crate::command::Opening;
use crate::config::{Step, TierBounds, WrapUpBlocks};
use crate::event::{Awaited, ContactOrigin, LogoutCause, MeantFor, PendingPresence};
use crate::ids::{
    AdapterNo, AgentName, AgentNo, Channel, ContactId, DurationMs, HandlingId, PlanName, PoolName,
    QueueNo, TeamName,
};
use crate::requirement::{Requirement, Term};

/// All that decides which agents a visit may be offered to, apart from how busy they are and what happened between
/// the visit and one agent. Visits with equal terms are alike to agents. What is long is borrowed from the state.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Terms<'a> {
    /// The queue.
    pub queue: QueueNo,
    /// The channel whose slot it takes.
    pub channel: Channel,
    /// The adapter that must be present.
    pub adapter: AdapterNo,
    /// The one agent it was sent to: nobody else, and they need neither membership nor skill.
    pub personal: Option<AgentNo>,
    /// The agent it is dedicated to, parked with or sent to: with them it goes before all others.
    pub first: Option<AgentNo>,
    /// Whom it waits for now.
    pub awaited: Option<Awaited>,
    /// What the present step asks.
    pub requirement: Cow<'a, Requirement>,
    /// The agents of the present step; empty: all.
    pub agents: Cow<'a, BTreeSet<AgentName>>,
    /// The teams of the present step; empty: all.
    pub teams: Cow<'a, BTreeSet<TeamName>>,
    /// The tiers it is for.
    pub tiers: TierBounds,
    /// The longest profile delay that has passed.
    pub delay_open: DurationMs,
}

impl Terms<'_> {
    /// The same, for as long as one wants.
    pub fn into_owned(self) -> Terms<'static> {
        Terms {
            requirement: Cow::Owned(self.requirement.into_owned()),
            agents: Cow::Owned(self.agents.into_owned()),
            teams: Cow::Owned(self.teams.into_owned()),
            ..self
        }
    }

    /// The one agent who can be offered it; none: more than one may.
    pub fn only(&self) -> Option<AgentNo> {
        match self.awaited {
            Some(Awaited::Agent(agent)) => Some(agent),
            _ => None,
        }
    }
}

impl State {
    /// The steps of the visit's routing plan; empty: one step that asks what the queue asks.
    pub fn plan_of(&self, visit: &Visit) -> &[Step] {
        self.plan_for(
            self.facts.contacts[&visit.contact].plan.as_ref(),
            visit.queue,
        )
    }

    /// The steps of the plan of this name, or of the queue's own.
    pub fn plan_for(&self, name: Option<&PlanName>, queue: QueueNo) -> &[Step] {
        let named = name.and_then(|name| self.facts.plans.iter().find(|plan| plan.name == *name));
        named.map_or(&self.queue(queue).config.plan, |plan| &plan.steps)
    }

    /// What a step in this queue asks of an agent: the contact's own requirement, or the step's, or the queue's;
    /// without the skills the step drops.
    pub fn asked<'a>(
        &'a self,
        own: Option<&'a Requirement>,
        queue: QueueNo,
        step: Option<&'a Step>,
    ) -> Cow<'a, Requirement> {
        let asked = own
            .or_else(|| step.and_then(|step| step.requirement.as_ref()))
            .unwrap_or(&self.queue(queue).config.requirement);
        match step {
            Some(step) if !step.drop.is_empty() => {
                Cow::Owned(asked.without(|skill| step.drop.contains(skill)))
            }
            _ => Cow::Borrowed(asked),
        }
    }

    /// What decides which agents the visit may be offered to.
    pub fn terms_of<'a>(&'a self, visit: &Visit) -> Terms<'a> {
        let plan = self.plan_of(visit);
        self.terms_in(visit, plan.get(usize::from(visit.step)).or(plan.last()))
    }

    /// The same in another step of its plan.
    pub fn terms_in<'a>(&'a self, visit: &Visit, step: Option<&'a Step>) -> Terms<'a> {
        let contact = &self.facts.contacts[&visit.contact];
        let awaited = visit
            .window
            .map(|(at, _)| visit.windows[usize::from(at)].who.clone());
        let first = match (&awaited, visit.meant_for) {
            (Some(Awaited::Agent(agent)), tie) if tie != MeantFor::All => Some(*agent),
            _ => None,
        };
        let bounds = step
            .map(|step| step.tiers)
            .unwrap_or_default()
            .and(contact.tiers);
        Terms {
            queue: visit.queue,
            channel: contact.channel,
            adapter: contact.adapter,
            personal: first.filter(|_| visit.meant_for.is_personal()),
            first,
            awaited,
            requirement: self.asked(contact.requirement.as_ref(), visit.queue, step),
            agents: step.map_or_else(Cow::default, |step| Cow::Borrowed(&step.agents)),
            teams: step.map_or_else(Cow::default, |step| Cow::Borrowed(&step.teams)),
            tiers: bounds,
            delay_open: visit.delay_open,
        }
    }

    /// Whether the agent meets the terms, however busy they are and whichever tier is open.
    pub fn meets(&self, no: AgentNo, terms: &Terms<'_>) -> bool {
        !self.agent(no).paused.contains_key(&terms.queue) && self.meets_unless_paused(no, terms)
    }

    /// The same of an agent who is not paused in the queue.
    pub(crate) fn meets_unless_paused(&self, no: AgentNo, terms: &Terms<'_>) -> bool {
        if let Some(personal) = terms.personal {
            return personal == no && self.agent(no).in_config;
        }
        let Some(member) = self.member(no, terms.queue) else {
            return false;
        };
        !self.is_in_reserve(member, terms.queue)
            && member.delay_ms <= terms.delay_open
            && self.window_admits(no, terms)
            && self.matches(no, terms)
    }

    /// Whether the member of the queue is in reserve, and the reserve has not joined.
    pub fn is_in_reserve(&self, member: Member, queue: QueueNo) -> bool {
        member.reserve && !self.queue(queue).reserve_joined
    }

    /// Whether the visit waits for nobody in particular, or for this agent.
    pub fn window_admits(&self, no: AgentNo, terms: &Terms<'_>) -> bool {
        match &terms.awaited {
            None => true,
            Some(Awaited::Agent(awaited)) => *awaited == no,
            Some(Awaited::Team(team)) => self.agent(no).config.teams.contains(team),
        }
    }

    /// How the agent serves the queue; none if they do not.
    pub fn member(&self, no: AgentNo, queue: QueueNo) -> Option<Member> {
        let agent = self.agent(no);
        agent
            .queues
            .get(&queue)
            .copied()
            .filter(|_| agent.in_config)
    }

    /// Whether one group of the requirement holds for the agent.
    pub fn satisfies(&self, agent: &Agent, requirement: &Requirement) -> bool {
        requirement.is_none()
            || requirement
                .any_of
                .iter()
                .any(|group| self.level_sum(agent, group).is_some())
    }

    /// The sum of the agent's levels over a group that holds for them; none if it does not.
    pub(super) fn level_sum(&self, agent: &Agent, group: &[Term]) -> Option<i64> {
        group.iter().try_fold(0, |sum, term| {
            let level = self
                .skill_no(&term.skill)
                .and_then(|no| agent.skills.get(&no));
            level
                .filter(|level| **level >= term.level)
                .map(|level| sum + i64::from(*level))
        })
    }

    /// Whether the agent may be offered contacts of the channel, as far as it depends on them alone: presence, session,
    /// back-off, demand, training, slots, and what the leases they hold may be interrupted by.
    pub fn is_available(&self, agent: &Agent, channel: Channel) -> bool {
        agent.in_config
            && agent.presence == Presence::Ready
            && agent.pending.is_none()
            && agent.is_present()
            && agent.back_off_until.is_none()
            && (agent.asked || !agent.config.on_demand)
            && !agent.has_had_enough_today()
            && self.has_slot(agent, channel)
    }

    /// Whether a slot of the channel is free and nothing blocks it.
    pub fn has_slot(&self, agent: &Agent, channel: Channel) -> bool {
        let channel = agent.slot_of(channel);
        agent.free_slots(channel) > 0
            && agent.free_in_total() > 0
            && agent
                .leases
                .iter()
                .all(|lease| lease.blocks != WrapUpBlocks::All)
            && agent
                .slot_leases()
                .all(|lease| self.may_interrupt(channel, lease.channel))
            && !self.has_their_one_offer(agent)
    }

    /// Whether a contact of the channel may come to an agent who holds one of the other channel.
    pub fn may_interrupt(&self, channel: Channel, held: Channel) -> bool {
        let may = self.facts.settings.may_interrupt.get(&channel);
        held == channel || may.is_some_and(|may| may.contains(&held))
    }

    /// Whether an offer rings at the agent, and no other may besides.
    pub fn has_their_one_offer(&self, agent: &Agent) -> bool {
        let rings = |lease: &Lease| match lease.holder {
            LeaseHolder::Offer(offer) => {
                matches!(self.facts.offers[&offer].state, OfferState::Pending { .. })
            }
            LeaseHolder::Handling(_) => false,
        };
        self.facts.settings.one_offer_at_a_time && agent.leases.iter().any(rings)
    }

    /// How many contacts of this pool the agent could take besides what they hold, as far as the pool limits them.
    pub fn free_in_pool(&self, agent: &Agent, pool: &PoolName) -> u32 {
        let limit = agent.config.pools.get(pool).copied().unwrap_or(u32::MAX);
        let pooled = |lease: &Lease| self.queue(lease.queue).config.pools.contains(pool);
        limit.saturating_sub(agent.slots_used(pooled))
    }

    /// Whether the agent, who is available for the channel, may be offered contacts of this queue: its capacity pools,
    /// a wrap-up that keeps only its contacts from them, and their calls outside.
    pub fn has_room_for(&self, agent: &Agent, queue: QueueNo) -> bool {
        let config = &self.queue(queue).config;
        let has_room = |pool| self.free_in_pool(agent, pool) > 0;
        let wraps_up = |lease: &Lease| lease.blocks == WrapUpBlocks::Queue && lease.queue == queue;
        (!agent.busy_outside || config.offer_when_busy_outside)
            && config.pools.iter().all(has_room)
            && !agent.leases.iter().any(wraps_up)
    }

    /// How many contacts of the queue and channel the agent could take besides what they hold.
    pub fn spare_capacity(&self, agent: &Agent, channel: Channel, queue: QueueNo) -> u32 {
        let pools = self.queue(queue).config.pools.iter();
        let free = pools.map(|pool| self.free_in_pool(agent, pool));
        free.chain([agent.free_in_total()])
            .fold(agent.free_slots(agent.slot_of(channel)), u32::min)
    }

    /// Whether the visit may be offered to anybody (or, in a broadcast, to one more agent) now. An index may keep apart
    /// what lies with the visit itself, what holds for all visits like it, and time.
    pub fn wants_offer(&self, visit: &Visit) -> bool {
        let contact = &self.facts.contacts[&visit.contact];
        self.stands_in_line(visit)
            && self.offers_are_made(visit.queue, contact.adapter, contact.is_callback())
            && !self.is_on_its_way_out(visit)
            && !self.is_overdue(visit)
    }

    /// Whether the visit wants an offer as far as it depends on the visit itself, time apart.
    pub(crate) fn stands_in_line(&self, visit: &Visit) -> bool {
        let contact = &self.facts.contacts[&visit.contact];
        let forced = |offer| self.facts.offers[offer].forced;
        self.may_ring(visit)
            && !visit.offers.iter().any(forced)
            && contact.offers_made < self.facts.limits.offers_per_contact
            && visit.next_attempt_at.is_none()
    }

    /// Whether offers are made of contacts of this adapter in this queue now: of callbacks, or of others.
    pub(crate) fn offers_are_made(
        &self,
        queue: QueueNo,
        adapter: AdapterNo,
        callbacks: bool,
    ) -> bool {
        let serving = self.queue(queue);
        self.adapter(adapter).is_present()
            && (serving.in_config || serving.draining)
            && (!callbacks || self.may_call_back(queue))
    }

    /// Whether the longest wait of the visit is over.
    pub(crate) fn is_overdue(&self, visit: &Visit) -> bool {
        let until = visit.max_wait_until;
        until.is_some_and(|until| until <= self.facts.now)
    }

    /// Whether the visit stays, nobody has accepted it, and it rings at fewer agents than it may.
    pub(crate) fn may_ring(&self, visit: &Visit) -> bool {
        let most = self.queue(visit.queue).config.broadcast.max(1);
        let pending = |offer| matches!(self.facts.offers[offer].state, OfferState::Pending { .. });
        visit.offers.len() < most as usize
            && visit.offers.iter().all(pending)
            && !self.leaves_by_itself(visit)
    }

    /// Whether customers of the queue may be called back now.
    pub fn may_call_back(&self, queue: QueueNo) -> bool {
        let calendar = self.queue(queue).config.callback.calendar.as_ref();
        calendar.is_none_or(|name| self.opening_of(name) == Opening::Open)
    }

    /// Whether the visit waits for one agent, and not for its queue.
    pub fn is_personal(&self, visit: &Visit) -> bool {
        visit.window.is_some() && visit.meant_for.is_personal()
    }

    /// Whether the visit waits out its window though the agent is away: nobody is on the line, and the contact is
    /// dedicated to, or parked with, them.
    pub fn waits_for_who_is_away(&self, visit: &Visit) -> bool {
        let contact = &self.facts.contacts[&visit.contact];
        let asynchronous = self.is_asynchronous_contact(contact);
        matches!(visit.meant_for, MeantFor::Dedicated | MeantFor::Parked)
            && (asynchronous || visit.scheduled)
    }

    /// The agents from whom the visit is kept by what lies between the two, some of them twice: a back-off, an offer of
    /// it that they have already, or that they take part in the conversation whose question it is.
    pub fn kept_from(&self, visit: &Visit) -> impl Iterator<Item = AgentNo> {
        let back_offs = visit.back_offs.iter().map(|(held, _)| *held);
        let offers = visit.offers.iter();
        let offered = offers.map(|offer| self.facts.offers[offer].agent);
        back_offs.chain(offered).chain(self.asking(visit))
    }

    /// Whose question the visit is: all who take part in the conversation whose agent asks. Nobody if it asks nothing.
    pub fn asking(&self, visit: &Visit) -> Vec<AgentNo> {
        let asked_by = self.asked_by(visit.contact);
        asked_by.map_or_else(Vec::new, |handling| self.taking_part(handling))
    }

    /// All who take part in a conversation: its agent, who has joined it, and, if it is itself a question, those who
    /// ask.
    pub(crate) fn taking_part(&self, id: HandlingId) -> Vec<AgentNo> {
        let handlings = &self.facts.handlings;
        let mut agents = Vec::new();
        let mut next = handlings.get(&id);
        while let Some(handling) = next {
            let owner = handling.owner.map_or(handling, |owner| &handlings[&owner]);
            let joined = owner
                .participants
                .iter()
                .map(|other| handlings[other].agent);
            agents.push(owner.agent);
            agents.extend(joined);
            next = self
                .asked_by(owner.contact)
                .map(|asking| &handlings[&asking]);
        }
        agents
    }

    /// The conversation whose agent asks by this contact.
    fn asked_by(&self, contact: ContactId) -> Option<HandlingId> {
        let ContactOrigin::ConsultOf(asking) = self.facts.contacts.get(&contact)?.origin else {
            return None;
        };
        let handling = self.facts.handlings.get(&asking)?;
        (handling.consult == Some(contact)).then_some(asking)
    }

    /// The agent's tier for visits of these terms.
    pub fn tier_of(&self, no: AgentNo, terms: &Terms<'_>) -> u32 {
        if terms.personal.is_some() {
            return 0;
        }
        let own = self.member(no, terms.queue).map_or(1, |member| member.tier);
        own.max(terms.tiers.raise.unwrap_or(0))
    }

    /// Which tiers are open for the visit. `could` are the agents who could be offered it if their tier were open and
    /// nothing had happened between them. Who comes after all others, or is in back-off, holds no tier closed, unless
    /// a missed offer is set to stay in the tier.
    pub fn open_tiers(&self, visit: &Visit, terms: &Terms<'_>, could: &[AgentNo]) -> BTreeSet<u32> {
        let any_of = |tier: u32, holds: &dyn Fn(AgentNo) -> bool| {
            let of_tier = |no: &&AgentNo| self.tier_of(**no, terms) == tier;
            could.iter().filter(of_tier).any(|no| holds(*no))
        };
        let below = |tier| self.anyone_logged_in_below(visit.queue, terms, tier);
        let open = self.tiers_opened(visit, terms, any_of, below);
        open.into_iter().collect()
    }

    /// The same, rising, of whoever can tell whether something holds of any agent of a tier who could be offered the
    /// visit, and whether an agent below a tier is logged in.
    pub(crate) fn tiers_opened(
        &self,
        visit: &Visit,
        terms: &Terms<'_>,
        any_of: impl Fn(u32, &dyn Fn(AgentNo) -> bool) -> bool,
        anyone_logged_in_below: impl Fn(u32) -> bool,
    ) -> Vec<u32> {
        if terms.personal.is_some() {
            return vec![0];
        }
        let config = &self.queue(visit.queue).config.tiers;
        let raise = terms.tiers.raise.unwrap_or(0);
        let known = self.tiers_of(visit.queue).iter().copied();
        let within = known.filter(|tier| terms.tiers.admit(*tier));
        let mut tiers: Vec<u32> = within.map(|tier| tier.max(raise)).collect();
        tiers.dedup();
        let kept: Vec<AgentNo> = self.kept_from(visit).collect();
        let holds_closed = |no: AgentNo| {
            let failed = self.place_behind(visit, no) > 0;
            let backs_off = visit.back_offs.iter().any(|(held, _)| *held == no);
            let stays = !config.no_answer_opens_next && (failed || backs_off);
            stays || !(failed || kept.contains(&no))
        };
        let mut open = Vec::new();
        let mut lower_offered = false;
        for (at, tier) in tiers.into_iter().enumerate() {
            let by_rule = || match config.delay_of(tier) {
                None => !lower_offered,
                Some(_) => config.no_agent_no_wait && !anyone_logged_in_below(tier),
            };
            if at == 0 || visit.tiers_open.contains(&tier) || by_rule() {
                open.push(tier);
                lower_offered = lower_offered || any_of(tier, &holds_closed);
            }
        }
        open
    }

    /// Whether an agent of a lower tier who serves the queue is logged in.
    fn anyone_logged_in_below(&self, queue: QueueNo, terms: &Terms<'_>, tier: u32) -> bool {
        self.members_of(queue).iter().any(|no| {
            self.agent(*no).session.is_some()
                && self.tier_of(*no, terms) < tier
                && self
                    .member(*no, queue)
                    .is_some_and(|member| terms.tiers.admit(member.tier))
        })
    }

    /// Whether the agent could be offered a visit of these terms if their tier were open and they had not failed it.
    pub fn could_but_for_back_off(&self, no: AgentNo, terms: &Terms<'_>) -> bool {
        self.meets(no, terms) && self.can_take(self.agent(no), terms.channel, terms.queue)
    }

    /// Whether the agent is free for a contact of the channel and the queue, whatever that asks.
    pub fn can_take(&self, agent: &Agent, channel: Channel, queue: QueueNo) -> bool {
        self.is_available(agent, channel) && self.has_room_for(agent, queue)
    }

    /// Whether the agent is one of those the present step is for, whatever their state and whatever gate is closed.
    pub fn matches(&self, no: AgentNo, terms: &Terms<'_>) -> bool {
        let named = (terms.agents.as_ref(), terms.teams.as_ref());
        self.is_meant(no, terms.queue, terms.tiers, named, &terms.requirement)
    }

    /// Whether the agent is one of those a step in this queue is for: by membership, tier, name, team and skill.
    pub(super) fn is_meant(
        &self,
        no: AgentNo,
        queue: QueueNo,
        tiers: TierBounds,
        (agents, teams): (&BTreeSet<AgentName>, &BTreeSet<TeamName>),
        asked: &Requirement,
    ) -> bool {
        let agent = self.agent(no);
        self.member(no, queue)
            .is_some_and(|member| tiers.admit(member.tier))
            && agent.config.is_named(agents, teams)
            && self.satisfies(agent, asked)
    }

    /// Every agent who may be offered the visit now, rising. Looks at every agent: for checks and explanations.
    pub fn eligible_agents(&self, visit: &Visit) -> Vec<AgentNo> {
        if !self.wants_offer(visit) {
            return Vec::new();
        }
        self.eligible_on(visit, &self.terms_of(visit))
    }

    /// Every agent who could be offered the visit on these terms now, rising.
    pub fn eligible_on(&self, visit: &Visit, terms: &Terms<'_>) -> Vec<AgentNo> {
        let all = || (0..self.facts.agents.len()).map(|no| AgentNo(no as u32));
        let could: Vec<AgentNo> = all()
            .filter(|no| self.could_but_for_back_off(*no, terms))
            .collect();
        self.eligible_among(visit, terms, &could)
    }

    /// Those to whom the visit may be offered, of all who could be offered it if their tier were open and nothing had
    /// happened between them.
    pub(crate) fn eligible_among(
        &self,
        visit: &Visit,
        terms: &Terms<'_>,
        could: &[AgentNo],
    ) -> Vec<AgentNo> {
        let open = self.open_tiers(visit, terms, could);
        let kept: Vec<AgentNo> = self.kept_from(visit).collect();
        let eligible = could
            .iter()
            .filter(|no| open.contains(&self.tier_of(**no, terms)) && !kept.contains(no));
        eligible.copied().collect()
    }
}

impl Agent {
    /// Whether they are there: the stream of their session, or of the adapter that acts for them, or their login alone
    /// if they need neither.
    pub fn is_present(&self) -> bool {
        let needs_no_stream = !self.config.desktop && self.adapter.is_none();
        let session = self.session.as_ref();
        session.is_some_and(|session| session.connection.is_some() || needs_no_stream)
    }

    /// Whether they are there or may come back to what they hold: logged in, with a session that was not given up.
    pub fn is_expected(&self) -> bool {
        self.session.as_ref().is_some_and(|session| {
            !self.config.desktop || session.connection.is_some() || session.grace_until.is_some()
        })
    }

    /// The channel whose slot a contact of this channel takes with them: a callback takes a voice slot, if they have no
    /// slots of its own for callbacks.
    pub fn slot_of(&self, channel: Channel) -> Channel {
        let own = self.config.capacity.contains_key(&channel);
        match channel {
            Channel::Callback if !own => Channel::Voice,
            other => other,
        }
    }

    /// The channels of which they may have contacts at all.
    pub fn channels(&self) -> impl Iterator<Item = Channel> + '_ {
        Channel::ALL.into_iter().filter(|channel| {
            let slots = self.config.capacity.get(&self.slot_of(*channel));
            slots.is_some_and(|slots| *slots > 0)
        })
    }

    /// The change that waits for their last slot: what they asked for, or the logout that follows a session given up.
    pub fn pending_change(&self) -> Option<PendingPresence> {
        let given_up = self
            .session
            .as_ref()
            .is_some_and(|session| session.given_up);
        match &self.pending {
            Some(PendingPresence::Logout(cause)) => Some(PendingPresence::Logout(*cause)),
            _ if given_up => Some(PendingPresence::Logout(LogoutCause::SessionLost)),
            other => other.clone(),
        }
    }

    /// The leases that take a slot. A wrap-up that keeps only its queue's contacts from them takes none.
    pub fn slot_leases(&self) -> impl Iterator<Item = &Lease> {
        self.leases
            .iter()
            .filter(|lease| lease.blocks != WrapUpBlocks::Queue)
    }

    /// How many slots of the channel are free.
    pub fn free_slots(&self, channel: Channel) -> u32 {
        let slots = self.config.capacity.get(&channel).copied().unwrap_or(0);
        slots.saturating_sub(self.slots_used(|lease| lease.channel == channel))
    }

    /// How many contacts they could take besides what they hold, as far as their total capacity limits them.
    pub fn free_in_total(&self) -> u32 {
        let total = self.config.total_capacity.unwrap_or(u32::MAX);
        total.saturating_sub(self.slots_used(|_| true))
    }

    /// How many slots are taken by leases of which this holds.
    pub fn slots_used(&self, holds: impl Fn(&Lease) -> bool) -> u32 {
        u32::try_from(self.slot_leases().filter(|lease| holds(lease)).count()).unwrap_or(u32::MAX)
    }

    /// Whether they are in training and have had, with those that ring, all contacts they may have in a day.
    pub fn has_had_enough_today(&self) -> bool {
        let most = self
            .config
            .training
            .and_then(|training| training.contacts_per_day);
        most.is_some_and(|most| {
            let offers = self
                .leases
                .iter()
                .filter(|lease| matches!(lease.holder, LeaseHolder::Offer(_)));
            self.today.handled as usize + offers.count() >= most as usize
        })
    }
}
