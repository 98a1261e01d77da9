//! Which member is called, for how long, and what follows when they do not answer.

use std::collections::BTreeSet;

use acd_core::config::{
    AgentCount, AgentOrder, Alerting, BROADCAST_MAX, Comparison, FailureScope, QueueConfig,
    STEPS_MAX, SkipIf, Step, TierBounds, WrapUpBlocks, duration_text,
};
use acd_core::ids::DurationMs;

use super::account::{Fate, Told, differs, maps, no_equal};
use super::centre::Centre;
use super::members::Member;
use super::options::Options;
use super::rules::tier;
use super::text::Said;
use super::value::{count, is_off, is_yes, number, seconds};

/// How long a member's phone rings if nobody says so.
const RING_MS: DurationMs = 15_000;
/// How long it rings where it has no end.
const RING_WITHOUT_END_MS: DurationMs = 3_600_000;

/// A queue while its options are read.
pub(super) struct Draft<'a> {
    pub(super) queue: QueueConfig,
    /// What is said of it.
    pub(super) options: &'a Options<'a>,
    pub(super) members: &'a [Member<'a>],
    pub(super) centre: &'a Centre<'a>,
    /// Whether the agents of its members have numbers in the order of the members.
    pub(super) in_order: bool,
}

impl Draft<'_> {
    /// Whether penalties rank the members: not where they are weights, or where there are too few members.
    pub(super) fn penalties_count(&self) -> bool {
        let limit = self.options.value("penaltymemberslimit").map_or(0, count);
        let is_weighted = strategy(self.options) == Some(Strategy::WeightedRandom);
        self.members.len() > limit as usize && !is_weighted
    }

    pub(super) fn rings_in_use(&self) -> bool {
        self.options.value("ringinuse").is_none_or(is_yes)
    }

    fn ring_ms(&self) -> DurationMs {
        match self.options.value("timeout").map(number) {
            None | Some(..=-1) => RING_MS,
            Some(0) => RING_WITHOUT_END_MS,
            Some(_) => self.options.value("timeout").map_or(RING_MS, seconds),
        }
    }

    fn tiers(&self) -> BTreeSet<u32> {
        let members = self.members.iter().filter(|_| self.penalties_count());
        members.map(|member| tier(member.penalty)).collect()
    }

    fn has_rule(&self) -> bool {
        let rule = self.options.value("defaultrule");
        rule.is_some_and(|rule| self.centre.rules.get(rule).is_some())
    }

    /// What counts where nothing is said, and is not what counts here.
    pub(super) fn unsaid(&mut self) -> Vec<(&'static str, Told)> {
        let mut told = Vec::new();
        self.queue.alerting = match self.centre.choices.desktop {
            true => Alerting::Desktop,
            false => Alerting::Phone,
        };
        if self.options.value("strategy").is_none() {
            told.push(("strategy is not given: ringall", ring_all(self)));
        }
        if self.options.value("timeout").is_none() {
            self.queue.ring_ms = RING_MS;
            let text = maps(ring_text(RING_MS));
            told.push(("timeout is not given: 15", text));
        }
        if self.options.value("ringinuse").is_none() {
            told.push(("ringinuse is not given: yes", ring_in_use(self)));
        }
        told
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Strategy {
    RingAll,
    LeastRecent,
    FewestCalls,
    Random,
    RoundRobin,
    InOrder,
    Linear,
    WeightedRandom,
}

/// The strategy, if one is given that there is.
fn strategy(options: &Options<'_>) -> Option<Strategy> {
    let word = options.value("strategy")?.to_ascii_lowercase();
    Some(match word.as_str() {
        "ringall" => Strategy::RingAll,
        "leastrecent" => Strategy::LeastRecent,
        "fewestcalls" => Strategy::FewestCalls,
        "random" => Strategy::Random,
        "rrmemory" | "roundrobin" => Strategy::RoundRobin,
        "rrordered" => Strategy::InOrder,
        "linear" => Strategy::Linear,
        "wrandom" => Strategy::WeightedRandom,
        _ => return None,
    })
}

pub(super) fn agent_order(draft: &mut Draft<'_>, said: &Said) -> Told {
    let (order, fate, text) = match strategy(draft.options) {
        None => {
            let Told { text, .. } = ring_all(draft);
            let word = &said.value;
            return differs(format!(
                "there is no strategy {word:?}, and app_queue takes ringall: {text}"
            ));
        }
        Some(Strategy::RingAll) => return ring_all(draft),
        Some(Strategy::LeastRecent) => (
            AgentOrder::LongestIdle,
            Fate::Differs,
            "\"longest_idle\": since their last call of any queue, or since they became ready",
        ),
        Some(Strategy::FewestCalls) => (
            AgentOrder::FewestContacts,
            Fate::Differs,
            "\"fewest_contacts\": of all queues, since they logged in",
        ),
        Some(Strategy::Random) => (AgentOrder::Random, Fate::Maps, "\"random\""),
        Some(Strategy::InOrder) if !draft.in_order => (
            AgentOrder::RoundRobin,
            Fate::Differs,
            "\"round_robin\", by the agents' numbers: some have theirs from an earlier queue, and not this one's order",
        ),
        Some(Strategy::RoundRobin | Strategy::InOrder) => (
            AgentOrder::RoundRobin,
            Fate::Maps,
            "\"round_robin\", by the agents' numbers",
        ),
        Some(Strategy::Linear) => (
            AgentOrder::Linear,
            Fate::Maps,
            "\"linear\", by the position in the queue's list",
        ),
        Some(Strategy::WeightedRandom) => (
            AgentOrder::Percent,
            Fate::Differs,
            "\"percent\": the penalties become shares, 1000 / (penalty + 1), which are kept to and not drawn",
        ),
    };
    draft.queue.agent_order = order;
    let mut text = format!("agent_order = {text}");
    if draft.tiers().len() > 1 {
        draft.queue.tiers.no_answer_opens_next = false;
        text.push_str(
            "; who does not answer keeps higher tiers closed, as in app_queue (tiers.no_answer_opens_next)",
        );
    }
    Told { fate, text }
}

/// All members of the lowest penalty that can be called are called at once. Here a broadcast would reach on into
/// higher tiers, which agents who ring do not hold closed: a plan opens them one after the other.
fn ring_all(draft: &mut Draft<'_>) -> Told {
    draft.queue.broadcast = BROADCAST_MAX;
    let text = format!(
        "broadcast = {BROADCAST_MAX}: all free agents ring at once, the first to answer has the call"
    );
    let tiers = draft.tiers();
    if tiers.len() <= 1 {
        return maps(text);
    }
    if draft.has_rule() {
        return differs(format!(
            "{text}; within a step of the rule whatever their penalty"
        ));
    }
    let ring_ms = draft.ring_ms();
    let last = tiers.len().min(STEPS_MAX) - 1;
    let steps = tiers.iter().take(last).map(|tier| Step {
        tiers: TierBounds {
            max: Some(*tier),
            ..TierBounds::default()
        },
        for_ms: Some(ring_ms),
        skip_if: Some(SkipIf {
            count: AgentCount::Free,
            is: Comparison::Below,
            value: 1,
        }),
        ..Step::default()
    });
    draft.queue.plan = steps.chain([Step::default()]).collect();
    let time = duration_text(ring_ms);
    differs(format!(
        "{text}; of the lowest penalty that has a free agent when the caller joins (plan), and where nobody answers for \
         {time} those of the next besides; app_queue would go on with the lowest"
    ))
}

pub(super) fn ring(draft: &mut Draft<'_>, said: &Said) -> Told {
    draft.queue.ring_ms = draft.ring_ms();
    let text = ring_text(draft.queue.ring_ms);
    match number(&said.value) {
        0 => differs(format!("{text}: a phone never rings without end here")),
        ..0 => differs(format!("{text}: what is negative counts as not given")),
        _ => maps(text),
    }
}

fn ring_text(ring_ms: DurationMs) -> String {
    format!("ring = \"{}\"", duration_text(ring_ms))
}

/// The time between two attempts, of whatever members.
pub(super) fn retry(draft: &mut Draft<'_>, _: &Said) -> Told {
    let time = duration_text(draft.centre.retry_ms.unwrap_or_default());
    let shortest = match draft.centre.retries_differ {
        true => ", the shortest of all queues",
        false => "",
    };
    differs(format!(
        "settings.back_off.no_answer and .rejected = \"{time}\"{shortest}: it keeps the caller from the same agent only; the next \
         agent is called at once"
    ))
}

pub(super) fn ring_to_the_end(draft: &mut Draft<'_>, said: &Said) -> Told {
    let to_the_end = said.value.eq_ignore_ascii_case("conf");
    draft.queue.let_ring_finish = to_the_end;
    maps(format!("let_ring_finish = {to_the_end}"))
}

pub(super) fn restart(_: &mut Draft<'_>, said: &Said) -> Told {
    match is_yes(&said.value) {
        true => maps("always so: each agent is called for the whole ring time"),
        false => differs("each agent is called for the whole ring time, also after a busy one"),
    }
}

pub(super) fn ring_in_use_of(draft: &mut Draft<'_>, _: &Said) -> Told {
    ring_in_use(draft)
}

fn ring_in_use(draft: &mut Draft<'_>) -> Told {
    draft.queue.offer_when_busy_outside = draft.rings_in_use();
    match draft.rings_in_use() {
        false => maps("offer_when_busy_outside = false: who is in a call gets no other"),
        true => differs(
            "offer_when_busy_outside = true: who is in a call of their own is called; who is in a call of a queue is not, \
             unless they have a capacity of more voice slots",
        ),
    }
}

/// Queues of a higher weight are of a lower rank.
pub(super) fn rank(draft: &mut Draft<'_>, said: &Said) -> Told {
    draft.queue.rank = draft.centre.rank_of(number(&said.value));
    maps(format!(
        "rank = {}: a higher weight is a lower rank, which is served first",
        draft.queue.rank
    ))
}

pub(super) fn wrap_up(draft: &mut Draft<'_>, said: &Said) -> Told {
    draft.queue.wrap_up_ms = seconds(&said.value);
    let is_shared = draft.centre.shares_last_call;
    let blocks = match is_shared {
        true => WrapUpBlocks::Channel,
        false => WrapUpBlocks::Queue,
    };
    draft.queue.wrap_up_blocks = blocks;
    let time = duration_text(draft.queue.wrap_up_ms);
    match is_shared {
        true => maps(format!(
            "wrap_up = \"{time}\", from all queues; the agent may end it earlier"
        )),
        false => maps(format!(
            "wrap_up = \"{time}\", from this queue only (blocks), as without shared_lastcall; the agent may end it earlier"
        )),
    }
}

pub(super) fn after_miss(draft: &mut Draft<'_>, said: &Said) -> Told {
    let everywhere = said.value.eq_ignore_ascii_case("all");
    if !everywhere && !is_yes(&said.value) {
        return maps("who does not answer stays ready");
    }
    draft.queue.after_failure.not_ready_after = Some(1);
    if !everywhere {
        draft.queue.after_failure.scope = FailureScope::Queue;
    }
    let scope = if everywhere { "all" } else { "queue" };
    maps(format!(
        "after_failure = {{ not_ready_after = 1, scope = \"{scope}\" }}; to reject a call counts as well"
    ))
}

pub(super) fn after_busy(_: &mut Draft<'_>, said: &Said) -> Told {
    match is_yes(&said.value) {
        true => no_equal(
            "a busy line keeps calls from the agent for settings.back_off.busy, and pauses nobody",
        ),
        false => maps("a busy line pauses nobody"),
    }
}

pub(super) fn after_unreachable(draft: &mut Draft<'_>, said: &Said) -> Told {
    let pauses = draft
        .options
        .value("autopause")
        .is_some_and(|it| !is_off(it));
    match (is_yes(&said.value), pauses) {
        (true, true) => maps("a line that cannot be reached is a miss like another"),
        (true, false) => differs(
            "it pauses only with autopause: a line that cannot be reached is a miss like another",
        ),
        (false, true) => {
            differs("a line that cannot be reached is a miss like another, and pauses")
        }
        (false, false) => maps("a line that cannot be reached pauses nobody"),
    }
}

pub(super) fn few_members(draft: &mut Draft<'_>, said: &Said) -> Told {
    let (limit, members) = (count(&said.value), draft.members.len());
    match draft.penalties_count() {
        _ if limit == 0 => maps("penalties count, however few members there are"),
        true => differs(format!(
            "penalties count, with {members} members here; app_queue asks anew when members come and go"
        )),
        false => differs(format!(
            "penalties do not count, with {members} members here, so that all are in tier 1; app_queue asks anew when members \
             come and go"
        )),
    }
}

pub(super) fn rule(draft: &mut Draft<'_>, said: &Said) -> Told {
    match draft.centre.rules.get(&said.value) {
        Some(rule) => {
            draft.queue.plan = rule.steps(draft.centre.choices.penalties, "", None);
            maps(format!(
                "the steps of the plan are those of the rule {}",
                rule.name
            ))
        }
        None => no_equal(format!(
            "no rule {:?} is in the files given; give queuerules.conf, too",
            said.value
        )),
    }
}

pub(super) fn parallel(_: &mut Draft<'_>, said: &Said) -> Told {
    match is_yes(&said.value) {
        true => maps("always so: every caller whom a free agent can serve is offered"),
        false => differs(
            "callers are served side by side; none waits because the first one is being connected",
        ),
    }
}
