//! One definition each: a scrape, the views, the figures, the explanations and a look at every single visit say the same
//! of who waits, who rings and who has waited longest, and of which agents are idle. And how many series there are.

use std::collections::BTreeMap;

use acd_core::command::{Arrival, Command};
use acd_core::config::{AgentConfig, QueueConfig, TenantConfig};
use acd_core::event::Outcome;
use acd_core::ids::{AgentNo, Channel, ContactId, QueueNo, TimeMs};
use acd_core::state::{Agent, DoingFor, LeaseHolder, Presence, State, Visit};
use proptest::prelude::*;

use super::exposition::Exposition;
use super::reading::Reader;
use super::samples;
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

/// What the agents of a queue do for it, in the order of [`DoingFor::ALL`].
fn staff(state: &State, no: QueueNo) -> [u64; 4] {
    let facts = state.facts();
    let mut staff = [0; 4];
    let serve = |agent: &&Agent| agent.in_config && agent.queues.contains_key(&no);
    for agent in facts.agents.iter().filter(serve) {
        let is_leased = agent.leases.iter().any(|lease| match lease.holder {
            LeaseHolder::Offer(_) => true,
            LeaseHolder::Handling(id) => facts.handlings[&id].suspended_since.is_none(),
        });
        let session = agent.session.as_ref();
        let is_idle = agent.presence == Presence::Ready
            && agent.leases.is_empty()
            && !agent.busy_outside
            && session.is_some_and(|session| session.connection.is_some())
            && !agent.paused.contains_key(&no);
        let does = match agent.presence {
            Presence::Offline => 0,
            _ if is_leased => 1,
            _ if is_idle => 2,
            _ => 3,
        };
        staff[does] += 1;
    }
    staff
}

/// The deadlines of those in a queue who were not answered before.
fn deadlines(state: &State, no: QueueNo) -> Vec<TimeMs> {
    let facts = state.facts();
    let open = facts.visits.values().filter(|visit| visit.queue == no);
    let was_answered = |contact: &ContactId| {
        let visits = facts.contacts[contact].visits.iter();
        let mut ends = visits.filter_map(|visit| visit.end.as_ref());
        ends.any(|end| end.outcome == Outcome::Answered)
    };
    let still = open.filter(|visit| !was_answered(&visit.contact));
    let deadlines = still.filter_map(|visit| facts.contacts[&visit.contact].deadline);
    deadlines.collect()
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
    samples::write(&mut text, &[reading]);
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
        if queue.in_config || !state.open_visits(no).is_empty() {
            for (does, count) in DoingFor::ALL.iter().zip(staff(state, no)) {
                let told = of_queue("acd_queue_agents", &format!(",state=\"{}\"", does.as_str()));
                assert_eq!(told, count.to_string(), "{does:?} for {name}");
            }
            let deadlines = deadlines(state, no);
            let waiting = of_queue("acd_deadlines_waiting", "");
            assert_eq!(waiting, deadlines.len().to_string(), "{name}");
            let left: f64 = of_queue("acd_nearest_deadline_seconds", "")
                .parse()
                .unwrap();
            let nearest = deadlines.into_iter().min();
            let defined =
                nearest.map_or(f64::INFINITY, |until| (until - centre.now) as f64 / 1_000.0);
            assert_eq!(left, defined, "{name}");
        }
        let of_channels = figures.iter().filter(|figures| figures.queue == name);
        let oldest = of_channels.map(|figures| figures.oldest_enqueued_at_ms);
        let oldest = oldest.filter(|since| *since != 0).min();
        assert_eq!(oldest, defined.longest_since, "the figures of {name}");
    }
    check_tenant(centre, &samples);
    explained(state);
}

/// What is told of the tenant as a whole.
fn check_tenant(centre: &Centre, samples: &BTreeMap<String, String>) {
    let facts = centre.state().facts();
    let seconds = |ms: i64| ms as f64 / 1_000.0;
    let told = |family: &str, rest: &str| -> Option<f64> {
        let value = samples.get(&format!("{family}{{tenant=\"test\"{rest}}}"))?;
        Some(value.parse().unwrap())
    };
    for channel in Channel::ALL {
        let offers = facts.offers.values();
        let its = offers.filter(|offer| facts.contacts[&offer.contact].channel == channel);
        let oldest = its.map(|offer| offer.made_at).min();
        let age = oldest.map_or(0, |made_at| centre.now - made_at);
        let age_told = told(
            "acd_oldest_offer_seconds",
            &format!(",channel=\"{channel}\""),
        );
        assert_eq!(age_told.unwrap_or(0.0), seconds(age), "{channel}");
    }
    for adapter in facts.adapters.iter().filter(|adapter| adapter.in_config) {
        let present = told(
            "acd_adapter_present",
            &format!(",adapter=\"{}\"", adapter.name),
        );
        assert_eq!(present, Some(f64::from(adapter.connection.is_some())));
    }
    for (family, time) in [
        ("acd_agent_leased_seconds_total", facts.occupancy.leased),
        ("acd_agent_idle_seconds_total", facts.occupancy.idle),
    ] {
        assert_eq!(told(family, ""), Some(seconds(time.until(centre.now))));
    }
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

const QUEUES: usize = 1_000;
const CHANNELS: [Channel; 2] = [Channel::Voice, Channel::Email];

/// A tenant with many queues, in each of which a contact of each channel waits.
fn large() -> Centre {
    let names: Vec<String> = (0..QUEUES).map(|no| format!("q{no}")).collect();
    let queues = names.iter().map(|name| QueueConfig::named(name));
    let agent = AgentConfig {
        capacity: CHANNELS.map(|channel| (channel, 1)).into(),
        ..AgentConfig::named("anna", names.iter().map(String::as_str))
    };
    let mut centre = Centre::of(TenantConfig {
        adapters: vec!["pbx".into()],
        queues: queues.collect(),
        agents: vec![agent],
        ..TenantConfig::default()
    });
    centre.checks = false;
    for (no, name) in names.iter().enumerate() {
        for channel in CHANNELS {
            let contact = format!("{channel}-{no}");
            let arrival = Arrival::of(contact.as_str(), "pbx", channel, name.as_str());
            centre.command(Command::Arrive(arrival)).expect("it joins");
        }
    }
    centre
}

/// What `docs/metrics.md` says of how many series there are for each of these.
fn documented(of: &str) -> usize {
    let document = include_str!("../../../../docs/metrics.md");
    let row = document.lines().find_map(|line| {
        let rest = line.strip_prefix(&format!("| {of} | "))?;
        rest.strip_suffix(" |")?.parse().ok()
    });
    row.unwrap_or_else(|| panic!("docs/metrics.md does not tell how many series a {of} has"))
}

#[test]
fn a_tenant_has_as_many_series_as_the_document_says() {
    let samples = scraped(&large());
    let with = |labels: &[&str]| {
        let all = ["queue", "channel", "adapter"];
        let fits = |series: &&String| {
            all.iter().all(|label| {
                let has = series.contains(&format!(",{label}=\""));
                has == labels.contains(label)
            })
        };
        samples.keys().filter(fits).count()
    };
    // Besides what is read here, a scrape tells what waits for the tenant's streams.
    assert_eq!(with(&[]) + 1, documented("tenant"));
    assert_eq!(with(&["adapter"]), documented("adapter of a tenant"));
    let with_slots = documented("channel on which agents of a tenant have slots");
    let seen = documented("channel on which contacts have come to a tenant");
    assert_eq!(with(&["channel"]), CHANNELS.len() * (with_slots + seen));
    assert_eq!(with(&["queue"]), QUEUES * documented("queue"));
    let of_channel = documented("queue and channel on which contacts have come to it");
    assert_eq!(
        with(&["queue", "channel"]),
        QUEUES * CHANNELS.len() * of_channel
    );
}
