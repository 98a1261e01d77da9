//! One definition each: a scrape, the views, the figures, the explanations and a look at every single visit say the same
//! of who waits, who rings and who has waited longest, and of which agents are idle.

use std::collections::BTreeMap;

use acd_core::ids::{AgentNo, Channel, QueueNo, TimeMs};
use acd_core::state::{Presence, State, Visit};
use proptest::prelude::*;

use super::exposition::Exposition;
use super::reading::{self, Reader};
use crate::random_days::{self, Centre};
use acd_view as view;

/// What is said of one queue.
#[derive(Debug, Default, PartialEq)]
struct Counts {
    waiting: u64,
    ringing: u64,
    /// When the visit was enqueued that waits longest.
    longest_since: Option<TimeMs>,
    /// Ready, without a lease, and in no call outside.
    idle: u64,
}

/// The definitions of `docs/metrics.md`, word for word.
fn defined(state: &State, no: QueueNo) -> Counts {
    let facts = state.facts();
    let open = facts.visits.values().filter(|visit| visit.queue == no);
    let in_queue: Vec<&Visit> = open.collect();
    let waiting = in_queue.iter().filter(|visit| visit.offers.is_empty());
    let callers = in_queue
        .iter()
        .filter(|visit| !facts.contacts[&visit.contact].is_callback())
        .filter(|visit| visit.next_attempt_at.is_none() || !visit.offers.is_empty());
    let idle = facts.agents.iter().filter(|agent| {
        agent.in_config
            && agent.queues.contains_key(&no)
            && agent.presence == Presence::Ready
            && agent.leases.is_empty()
            && !agent.busy_outside
    });
    let waiting = waiting.count() as u64;
    Counts {
        waiting,
        ringing: in_queue.len() as u64 - waiting,
        longest_since: callers.map(|visit| visit.enqueued_at).min(),
        idle: idle.count() as u64,
    }
}

fn by_view(state: &State) -> BTreeMap<String, Counts> {
    let tallies = view::Tallies::of(state);
    let queues = view::queue_states(state, &tallies, |_| true).into_iter();
    let counts = queues.map(|queue| {
        let counts = Counts {
            waiting: queue.waiting.into(),
            ringing: queue.offered.into(),
            longest_since: Some(queue.oldest_enqueued_at_ms).filter(|since| *since != 0),
            idle: queue.agents_idle.into(),
        };
        (queue.queue, counts)
    });
    counts.collect()
}

/// The samples of a scrape, by family and labels.
fn scraped(centre: &Centre) -> BTreeMap<String, String> {
    let mut reader = Reader::default();
    let name = "test".into();
    let part = || reader.part(&name, centre.state(), centre.now).break_value();
    let reading = std::iter::repeat_with(part).flatten().next();
    let reading = reading.expect("it ends");
    let mut text = Exposition::default();
    reading::write(&mut text, &[reading]);
    let text = text.into_text();
    let samples = text.lines().filter(|line| !line.starts_with('#'));
    let samples = samples.filter_map(|line| line.rsplit_once(' '));
    samples
        .map(|(series, value)| (series.to_owned(), value.to_owned()))
        .collect()
}

fn check(centre: &Centre) {
    let state = centre.state();
    let (views, samples, figures) = (by_view(state), scraped(centre), view::figures(state));
    for (no, queue) in (0..).map(QueueNo).zip(&state.facts().queues) {
        let name = queue.config.name.as_str();
        let defined = defined(state, no);
        if let Some(viewed) = views.get(name) {
            assert_eq!(*viewed, defined, "the view of {name}");
        }
        let of_queue = |family: &str, rest: &str| {
            let series = format!("{family}{{tenant=\"test\",queue=\"{name}\"{rest}}}");
            samples.get(&series).map_or("0", String::as_str)
        };
        let sum = |family: &str| -> u64 {
            let channels = Channel::ALL.map(|channel| {
                of_queue(family, &format!(",channel=\"{channel}\""))
                    .parse::<u64>()
                    .unwrap()
            });
            channels.iter().sum()
        };
        assert_eq!(sum("acd_visits_waiting"), defined.waiting, "{name}");
        assert_eq!(sum("acd_visits_ringing"), defined.ringing, "{name}");
        let longest: f64 = of_queue("acd_longest_wait_seconds", "").parse().unwrap();
        let since = defined.longest_since.unwrap_or(centre.now);
        assert_eq!(
            (longest * 1_000.0).round() as i64,
            centre.now - since,
            "{name}"
        );
        let of_channels = figures.iter().filter(|figures| figures.queue == name);
        let oldest = of_channels.map(|figures| figures.oldest_enqueued_at_ms);
        let oldest = oldest.filter(|since| *since != 0).min();
        assert_eq!(oldest, defined.longest_since, "the figures of {name}");
    }
    explained(state);
}

/// An explanation counts the visits of each queue that an agent could be offered.
fn explained(state: &State) {
    let mut explainer = view::AgentExplainer::of(AgentNo(0), state.facts().now);
    let explained =
        std::iter::repeat_with(|| explainer.look(state)).find_map(|part| part.break_value());
    for queue in explained.expect("it ends").queues {
        let no = (0..)
            .map(QueueNo)
            .zip(&state.facts().queues)
            .find_map(|(no, known)| (known.config.name.as_str() == queue.queue).then_some(no));
        let defined = defined(state, no.expect("a queue of the tenant"));
        let contacts = defined.waiting + defined.ringing;
        assert_eq!(u64::from(queue.contacts), contacts, "{}", queue.queue);
        let reasons: u32 = queue.reasons.iter().map(|reason| reason.count).sum();
        assert_eq!(reasons, queue.contacts, "{}", queue.queue);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 100, ..ProptestConfig::default() })]

    #[test]
    fn waiting_ringing_idle_and_longest_wait_have_one_definition(
        numbers in random_days::numbers(),
        steps in random_days::steps(),
    ) {
        let mut centre = random_days::begin(&numbers);
        // Instant 0 would be taken for none.
        centre.wait(1);
        for (nth, step) in steps.iter().enumerate() {
            random_days::take(&mut centre, nth, step);
            check(&centre);
        }
    }
}
