//! What traces cost: one decision on the shard's thread, and the processor time of the whole process for a contact, with
//! no traces, those of 1 % and of all contacts, in turn in one run. The journal is memory and nobody looks, so that the
//! cost is not hidden behind a disk or streams. The limit beside each figure: the same without traces.

#![allow(clippy::disallowed_methods, reason = "a benchmark reads the clock")]

#[allow(dead_code, reason = "the benches of the follower use all of it")]
mod shard;

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};

use acd_benches::asked::Asked;
use acd_benches::quantiles::Quantiles;
use acd_benches::report::Figure;
use acd_benches::{ADAPTER, about, apply, arrival, processor};
use acd_config::ServerConfig;
use acd_core::command::{ContactAct, EndCause, Request};
use acd_core::config::{QueueConfig, TenantConfig};
use acd_journal::MemoryLog;
use acd_shard::{Health, Options, Pending, Setup, Shards};
use acd_traces::{Sampling, Tracing, Waiting, backlog};
use metrics::{Histogram, HistogramFn};

use shard::{start_with, tenant};

const CONTACTS: usize = 50_000;
const ROUNDS: usize = 9;
/// Calls that wait for their answer at a time.
const IN_FLIGHT: usize = 256;
/// Room for all that nobody takes out.
const BACKLOG: usize = 2_000_000;

/// Of how many contacts in a thousand traces are told; none: of none, and nothing is noted.
const SHARES: [(&str, Option<u32>); 3] = [("none", None), ("1%", Some(10)), ("all", Some(1_000))];

fn main() {
    let asked = Asked::of_command_line();
    if !asked.for_key("traces") {
        return;
    }
    let (contacts, rounds) = asked.or_quick((CONTACTS, ROUNDS), (CONTACTS / 25, 3));
    let mut taken = SHARES.map(|_| (Vec::new(), Vec::new()));
    for _ in 0..rounds {
        for ((_, share), (decisions, all)) in SHARES.into_iter().zip(&mut taken) {
            let runtime = tokio::runtime::Runtime::new().expect("a runtime");
            let (decision_ns, contact_us) = runtime.block_on(live(share, contacts));
            decisions.push(decision_ns);
            all.push(contact_us);
        }
    }
    let medians =
        taken.map(|(decisions, all)| [decisions, all].map(|it| Quantiles::of(it).at(0.5)));
    for ((name, _), [decision_ns, contact_us]) in SHARES.into_iter().zip(medians).skip(1) {
        let [decision_limit, contact_limit] = medians[0];
        let what =
            format!("one decision on the shard's thread, traces of {name}; limit: no traces");
        let figure = Figure::new(
            format!("traces.decision_ns.{name}"),
            what,
            decision_ns,
            "ns",
        );
        figure.beside(decision_limit).hand_in();
        let what = format!("all threads for a contact, traces of {name}; limit: no traces");
        let figure = Figure::new(format!("traces.contact_us.{name}"), what, contact_us, "us");
        figure.beside(contact_limit).hand_in();
    }
}

/// How long decisions took.
#[derive(Default)]
struct Decisions(Mutex<Sum>);

#[derive(Default)]
struct Sum {
    last_batch: f64,
    decisions: f64,
    seconds: f64,
}

/// The calls of each batch, which are noted before their mean.
struct Calls(Arc<Decisions>);

impl HistogramFn for Calls {
    fn record(&self, calls: f64) {
        self.0.0.lock().expect("whole").last_batch = calls;
    }
}

impl HistogramFn for Decisions {
    fn record(&self, mean: f64) {
        let mut sum = self.0.lock().expect("whole");
        sum.decisions += sum.last_batch;
        sum.seconds += sum.last_batch * mean;
    }
}

/// Contacts arrive and hang up: nanoseconds of a decision, and microseconds of the processor for a contact.
async fn live(share: Option<u32>, contacts: usize) -> (f64, f64) {
    let decisions = Arc::new(Decisions::default());
    let health = Health {
        batch_calls: Histogram::from_arc(Arc::new(Calls(decisions.clone()))),
        decision_seconds: Histogram::from_arc(decisions.clone()),
        ..Health::noop()
    };
    let setup = Setup::new(Box::new(MemoryLog::new().expect("a log")), health);
    let (traces, _waiting) = share.map(tracing).unzip();
    let config = ServerConfig {
        snapshot_every: u64::MAX,
        ..ServerConfig::default()
    };
    let options = Options {
        traces,
        ..Options::new(&config)
    };
    let configuration = TenantConfig {
        adapters: vec![ADAPTER.into()],
        queues: vec![QueueConfig::named("support")],
        ..TenantConfig::default()
    };
    let (shards, _adapter) = start_with(setup, &options, apply(configuration)).await;
    *decisions.0.lock().expect("whole") = Sum::default();
    let before = processor::used_ms(std::process::id());
    let mut pending = VecDeque::with_capacity(IN_FLIGHT);
    for no in 0..contacts {
        let name = format!("c{no}");
        let arrives = arrival(&name, "support", Arc::from([]));
        ask(&shards, &mut pending, Request::internal(arrives)).await;
        let ends = about(&name, ContactAct::End(EndCause::Customer));
        ask(&shards, &mut pending, Request::internal(ends)).await;
    }
    for answer in pending {
        answer.await.expect("an answer").answer.expect("done");
    }
    let used_ms = processor::used_ms(std::process::id()) - before;
    let sum = decisions.0.lock().expect("whole");
    (
        sum.seconds / sum.decisions * 1e9,
        used_ms * 1e3 / contacts as f64,
    )
}

fn tracing(milli: u32) -> (Tracing, Waiting) {
    let (backlog, waiting) = backlog(BACKLOG);
    let sampling = Sampling::thousandths(milli);
    (Tracing { sampling, backlog }, waiting)
}

/// Has a request decided; waits for the earliest answer when too many are awaited.
async fn ask(shards: &Shards, pending: &mut VecDeque<Pending>, request: Request) {
    let answer = shards.submit(&tenant(), request, None).expect("room");
    pending.push_back(answer);
    if pending.len() == IN_FLIGHT {
        let answer = pending.pop_front().expect("the earliest");
        answer.await.expect("an answer").answer.expect("done");
    }
}
