//! 200 callers wait, 50 agents serve, 20 calls a second come for minutes: every call is accounted for on all sides, and
//! nothing is left behind.

use std::time::Duration;

use acd_benches::processor::{load_average, used_ms};
use acd_benches::quantiles::Quantiles;
use acd_benches::report::{Figure, Target};
use acd_pbx_lab::{Call, Caller, Step};

use crate::centre::Centre;
use crate::{AGENTS, Bench, Calls, LIMIT, OURS, disk, no_channels, until, wire};

/// Fifty of them are served at once; two hundred stay.
const WAITING: u32 = 250;
const A_SECOND: f64 = 20.0;
/// 50 agents then serve about twenty calls a second: SIPp waits in slices, each a quarter longer than asked for.
const TALK: [Duration; 2] = [Duration::from_millis(1_600), Duration::from_millis(2_400)];
/// Messages of the adapter about a call that an agent ends: it has come, the phone was answered, they are connected, the
/// agent has left.
const TOLD_OF_A_CALL: f64 = 4.0;

pub(crate) async fn run(bench: &Bench) {
    let seconds = std::env::var("ACD_BENCH_LOAD_S").ok();
    let seconds = seconds.map_or(bench.asked.or_quick(180, 20), |seconds| {
        seconds.parse().expect("a number of seconds")
    });
    let exchange = bench.exchange().await;
    let centre = Centre::start(&exchange, OURS, &bench.agents, &disk()).await;
    let phones = bench
        .phones(&exchange, &Step::TalkBetween(TALK[0], TALK[1]))
        .await;
    let call = |number: &str| Call::to(OURS).number(format!("{number}[call_number]"));
    let first = call("first").times(WAITING, 2.0 * A_SECOND);
    let first = Caller::start(&exchange, first).expect("callers");
    until("the first callers to wait", async || {
        centre.queue().await.waiting == WAITING
    })
    .await;
    let told_before = centre.metric("acd_asterisk_events_total");
    centre.log_in().await;

    let [engine, adapter] = centre.processes();
    let processes = [exchange.process_id(), adapter, engine];
    let before = processes.map(used_ms);
    let calls = Calls::lasting(seconds, A_SECOND);
    let others = call("other").times(calls.count, calls.a_second);
    let others = Caller::start(&exchange, others).expect("callers");
    let mut waiting = Vec::new();
    let mut seconds = tokio::time::interval(Duration::from_secs(1));
    for _ in 0..calls.length().as_secs() {
        seconds.tick().await;
        waiting.push(f64::from(centre.queue().await.waiting));
    }
    let used = processes.map(used_ms);
    let cores = |nth: usize| (used[nth] - before[nth]) / 1e3 / calls.length().as_secs_f64();
    let mut sides = Vec::new();
    for caller in [first, others] {
        let outcome = caller.finished_within(LIMIT).await;
        sides.push(outcome.expect("an end of all calls"));
    }
    no_channels(&exchange).await;
    until("no contact", async || centre.contacts().await == 0).await;

    let all = f64::from(WAITING + calls.count);
    let counters = centre.queue().await.counters.expect("counters");
    let phones = phones.messages();
    let told = centre.metric("acd_asterisk_events_total") - told_before;
    // By each side on its own: those who called, the engine, the agents' phones, the adapter.
    let counts = [
        sides
            .iter()
            .map(|side| side.statistics.successful)
            .sum::<u64>() as f64,
        counters.offered as f64,
        counters.answered as f64,
        counters.handled as f64,
        phones.count("INVITE") as f64,
        phones.count("BYE") as f64,
        (told + f64::from(WAITING)) / TOLD_OF_A_CALL,
    ];
    eprintln!(
        "of {all} calls: callers, offered, answered, handled, INVITE, BYE, adapter: {counts:?}"
    );
    let missing: f64 = counts.iter().map(|count| (count - all).abs()).sum();
    let repeated = phones.repeated()
        + sides
            .iter()
            .map(|side| side.messages.repeated())
            .sum::<usize>();
    let waited = Quantiles::of(waiting);
    let what = format!(
        "calls not accounted for of {all}, callers, phones, engine and adapter; {:.0}..{:.0} waited ({:.0} in the middle), \
         {AGENTS} agents, {A_SECOND} calls/s, {repeated} messages sent again, load {}",
        waited.at(0.0),
        waited.at(1.0),
        waited.at(0.5),
        load_average()
    );
    nothing("asterisk.load.unaccounted", what, missing, "calls");
    let channels = exchange.channels().await.expect("a number");
    let bridges = exchange.bridges().await.expect("a number");
    // That of those who wait is there for the next one.
    let left = channels + bridges.saturating_sub(1);
    let held = centre.metric("acd_asterisk_calls")
        + centre.metric("acd_asterisk_channels")
        + centre.metric("acd_asterisk_requests_under_way");
    let what =
        "channels and bridges left in Asterisk, and calls, channels and requests in the adapter";
    nothing("asterisk.load.left", what, left as f64 + held, "");
    let taken = centre.taken_slots().await as f64;
    nothing(
        "asterisk.load.taken_slots",
        "agents with a taken slot",
        taken,
        "agents",
    );
    for (nth, name) in ["pbx", "adapter", "engine"].into_iter().enumerate() {
        let what = format!("processors taken meanwhile, {name}");
        Figure::new(
            format!("asterisk.load.cores.{name}"),
            what,
            cores(nth),
            "cores",
        )
        .hand_in();
    }
    let next = Quantiles::of(wire::from_bye_to_invite(&phones));
    let what = format!(
        "agent's BYE to their next INVITE meanwhile, p50; p99 {:.2}",
        next.at(0.99)
    );
    Figure::new("asterisk.load.next_ms", what, next.at(0.5), "ms").hand_in();
}

fn nothing(key: &str, what: impl Into<String>, value: f64, unit: &str) {
    Figure::new(key, what, value, unit)
        .target(Target::ValueAtMost(0.0))
        .hand_in();
}
