//! A tenant on one screen: its queues, its agents by state, who has waited longest.

use std::fmt::Write as _;

use acd_client::v1::{
    AgentCounts, ChannelPrediction, Counters, GetSnapshotResponse, QueueOpening, QueueState,
    TenantSnapshot,
};
use acd_top::text::{self, lasted};

/// The longest name of a queue that is shown whole, in columns.
const NAME_MAX: usize = 24;

/// The overview as lines of text.
pub(crate) fn text(answer: &GetSnapshotResponse) -> String {
    let nothing = TenantSnapshot::default();
    let snapshot = answer.snapshot.as_ref().unwrap_or(&nothing);
    let mut text = queues(snapshot, answer.at_ms);
    let _ = writeln!(
        text,
        "\n{}",
        agents(&snapshot.agent_counts.unwrap_or_default())
    );
    let _ = write!(text, "{}", adapters(snapshot));
    text
}

/// The overview in one line.
pub(crate) fn line(answer: &GetSnapshotResponse) -> String {
    let nothing = TenantSnapshot::default();
    let snapshot = answer.snapshot.as_ref().unwrap_or(&nothing);
    let sum = |of: fn(&QueueState) -> u64| snapshot.queues.iter().map(of).sum::<u64>();
    let oldest = snapshot
        .queues
        .iter()
        .map(|queue| queue.oldest_enqueued_at_ms);
    let oldest = oldest.filter(|at| *at > 0).min();
    format!(
        "waiting {}  ringing {}  longest {}  talking {}  answered {}  abandoned {}",
        sum(|queue| queue.waiting.into()),
        sum(|queue| queue.offered.into()),
        oldest.map_or("-".to_owned(), |at| lasted(answer.at_ms - at)),
        sum(|queue| queue.connected.into()),
        sum(|queue| queue.counters.unwrap_or_default().answered),
        sum(|queue| abandoned(&queue.counters.unwrap_or_default())),
    )
}

fn queues(snapshot: &TenantSnapshot, now_ms: i64) -> String {
    let name_width = snapshot
        .queues
        .iter()
        .map(|queue| text::width(&shown(&queue.queue)));
    let name_width = name_width.max().unwrap_or(0).max("queue".len());
    let mut text = format!(
        "{:name_width$}  waiting  ringing  longest  expected  talking  wrap-up  idle/ready  offered  answered  abandoned\n",
        "queue"
    );
    for queue in &snapshot.queues {
        let counters = queue.counters.unwrap_or_default();
        let _ = writeln!(
            text,
            "{}  {:>7}  {:>7}  {:>7}  {:>8}  {:>7}  {:>7}  {:>10}  {:>7}  {:>8}  {:>9}{}",
            text::padded(&shown(&queue.queue), name_width),
            queue.waiting,
            queue.offered,
            longest(queue, now_ms),
            expected(queue),
            queue.connected,
            queue.in_wrap_up,
            format!("{}/{}", queue.agents_idle, queue.agents_ready),
            counters.offered,
            counters.answered,
            abandoned(&counters),
            remarks(queue),
        );
    }
    text
}

/// The median wait of one who joins now, on the channel where it is longest; unbounded if nobody can serve.
fn expected(queue: &QueueState) -> String {
    let p50 = |wait: &ChannelPrediction| wait.wait.map(|wait| wait.p50_ms);
    if queue.predicted.iter().any(|wait| p50(wait).is_none()) {
        return "never".to_owned();
    }
    let longest = queue.predicted.iter().filter_map(p50).max();
    longest.map_or("-".to_owned(), lasted)
}

/// What is out of the ordinary.
fn remarks(queue: &QueueState) -> String {
    let opening = match queue.opening() {
        QueueOpening::Hours => "  closed",
        QueueOpening::Holiday => "  closed (holiday)",
        QueueOpening::Emergency => "  CLOSED (EMERGENCY)",
        QueueOpening::Open | QueueOpening::Unspecified => "",
    };
    let reserve = if queue.reserve_joined {
        "  reserve in"
    } else {
        ""
    };
    let draining = if queue.draining { "  draining" } else { "" };
    let scheduled = match queue.scheduled {
        0 => String::new(),
        scheduled => format!("  {scheduled} scheduled"),
    };
    format!("{opening}{reserve}{draining}{scheduled}")
}

fn shown(name: &str) -> String {
    text::fit(&text::shown(name), NAME_MAX)
}

fn longest(queue: &QueueState, now_ms: i64) -> String {
    match queue.oldest_enqueued_at_ms {
        0 => "-".to_owned(),
        enqueued_at => lasted(now_ms - enqueued_at),
    }
}

fn abandoned(counters: &Counters) -> u64 {
    counters.abandoned_customer + counters.abandoned_system
}

fn agents(counts: &AgentCounts) -> String {
    format!(
        "agents: {} idle, {} ringing, {} talking or in wrap-up, {} busy outside, {} not ready, {} session lost, \
         {} logged out",
        counts.idle,
        counts.ringing,
        counts.talking + counts.wrap_up,
        counts.busy_outside,
        counts.not_ready,
        counts.connection_lost,
        counts.offline
    )
}

fn adapters(snapshot: &TenantSnapshot) -> String {
    let adapters = snapshot.adapters.iter().map(|adapter| {
        let present = if adapter.present {
            "connected"
        } else {
            "NOT CONNECTED"
        };
        format!(
            "{} {present}, {} open contacts",
            text::shown(&adapter.adapter),
            adapter.open_contacts
        )
    });
    let adapters: Vec<String> = adapters.collect();
    format!(
        "adapters: {}",
        if adapters.is_empty() {
            "none".to_owned()
        } else {
            adapters.join("; ")
        }
    )
}
