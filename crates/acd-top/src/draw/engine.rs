//! The engine itself: how its shards keep up, what it runs on, and who brings contacts.

use std::time::Duration;

use ratatui::style::Style;

use super::palette::{FAINT, HEADER, Palette, STRONG};
use crate::{
    model::{
        Model,
        health::{Health, Shard},
        table::Tone,
    },
    text,
};

type Line = (String, Style);

/// A mailbox that is this full, of a hundred, refuses new contacts soon.
const MAILBOX_FULL: f64 = 75.0;
/// A journal that takes longer than this for a batch, in seconds, holds up every call.
const COMMIT_SLOW_S: f64 = 0.1;
/// A follower this far behind, in seconds, shows what was.
const FOLLOWER_SLOW_S: f64 = 0.5;
/// Less free space than this, of a hundred, is little.
const DISK_LITTLE: f64 = 10.0;
/// A certificate that ends in fewer days is to be renewed.
const CERTIFICATE_DAYS: f64 = 14.0;
const DAY_S: f64 = 86_400.0;
/// Figures that only grow, and should not: what each means when it does.
const TROUBLES: [(&str, &str); 6] = [
    (
        "acd_journal_retries_total",
        "appends to the journal failed and were tried again: look at the disk",
    ),
    (
        "acd_journal_damage_total",
        "damaged places in old entries of the journal: restore a back-up of it",
    ),
    (
        "acd_snapshot_failures_total",
        "snapshots could not be written: a start would take longer",
    ),
    (
        "acd_busy_total",
        "calls were refused because a mailbox was full",
    ),
    (
        "acd_slow_readers_cut_total",
        "streams were cut off because their reader left too much",
    ),
    (
        "acd_resyncs_total",
        "streams began anew because they could not be resumed",
    ),
];

/// All that is told of the engine.
pub(super) fn lines(model: &Model, palette: Palette) -> Vec<Line> {
    let mut lines = Vec::new();
    adapters(model, palette, &mut lines);
    lines.push((String::new(), Style::new()));
    let view = model.view();
    let version = text::number(view.config_version);
    let sequence = text::number(view.sequence);
    lines.push((
        format!("Configuration {version} is in force; {sequence} events since the journal began."),
        Style::new(),
    ));
    lines.push((String::new(), Style::new()));
    let readings = &model.readings;
    let Some(metrics) = &model.onlooker.metrics else {
        lines.push(("Engine".to_owned(), STRONG));
        lines.push((
            "Its figures are read where `metrics_listen` says, if it is named here:".to_owned(),
            Style::new(),
        ));
        lines.push((
            "acd top --metrics http://127.0.0.1:7401/metrics".to_owned(),
            Style::new(),
        ));
        return lines;
    };
    let wrong = palette.tone(Tone::Wrong);
    if let Some(failure) = &readings.failure {
        lines.push((format!("! No figures from {metrics}: {failure}"), wrong));
    }
    let Some(health) = &readings.now else {
        if readings.failure.is_none() {
            lines.push(("Reading.".to_owned(), Style::new()));
        }
        return lines;
    };
    process(health, model.now_ms(), palette, &mut lines);
    lines.push((String::new(), Style::new()));
    shards(model, health, palette, &mut lines);
    let before = readings.before.as_ref();
    for (name, meaning) in TROUBLES {
        let total = health.total(name);
        if total > 0.0 {
            let of_late = before.map_or(0.0, |before| (total - before.total(name)).max(0.0));
            let (mark, tone) = if of_late > 0.0 {
                ("!", Tone::Wrong)
            } else {
                (" ", Tone::Plain)
            };
            let told = format!(
                "{mark} {} {meaning} ({} just now)",
                whole(total),
                whole(of_late)
            );
            lines.push((told, palette.tone(tone)));
        }
    }
    lines
}

fn adapters(model: &Model, palette: Palette, lines: &mut Vec<Line>) {
    let titles = [
        "",
        "adapter",
        "",
        "since",
        "open",
        "unacknowledged",
        "unconfirmed",
    ];
    lines.push((row(&titles.map(str::to_owned)), HEADER));
    let now_ms = model.now_ms();
    for adapter in model.view().adapters.values() {
        let (mark, state, tone) = match adapter.present {
            true => ("", "connected", Tone::Plain),
            false => ("!", "AWAY", Tone::Wrong),
        };
        let cells = [
            mark.to_owned(),
            text::shown(&adapter.adapter),
            state.to_owned(),
            text::lasted_about(now_ms - adapter.since_at_ms),
            text::number(adapter.open_contacts.into()),
            text::number(adapter.unacknowledged_directives.into()),
            text::number(adapter.unconfirmed_refusals.into()),
        ];
        lines.push((row(&cells), palette.tone(tone)));
    }
    if model.view().adapters.is_empty() {
        lines.push(("  There are none.".to_owned(), Style::new()));
    }
}

fn row(cells: &[String; 7]) -> String {
    let [mark, name, state, since, open, unacknowledged, unconfirmed] = cells;
    let name = text::padded(name, 20);
    format!(
        "{mark:1} {name} {state:10} {since:>8} {open:>7} {unacknowledged:>14} {unconfirmed:>11}"
    )
}

fn process(health: &Health, now_ms: i64, palette: Palette, lines: &mut Vec<Line>) {
    let mut told = vec![format!("acd {}", text::shown(&health.version))];
    if let Some(memory) = health.figure("process_resident_memory_bytes") {
        told.push(format!("memory {}", bytes(memory)));
    }
    if let Some(waiting) = health.figure("acd_stream_waiting_bytes") {
        told.push(format!("{} wait for readers of streams", bytes(waiting)));
    }
    if let Some(refused) = health.figure("acd_calls_refused_total") {
        told.push(format!("{} calls refused", whole(refused)));
    }
    lines.push((told.join(", "), STRONG));
    let disk = (
        health.figure("acd_data_free_bytes"),
        health.figure("acd_data_size_bytes"),
    );
    if let (Some(free), Some(size)) = disk {
        let is_little = free * 100.0 < size * DISK_LITTLE;
        let told = format!(
            "disk of the journal: {} free of {}",
            bytes(free),
            bytes(size)
        );
        lines.push(marked(told, is_little, palette));
    }
    if let Some((file, ends_s)) = &health.certificate {
        let days = (ends_s - now_ms as f64 / 1_000.0) / DAY_S;
        let told = format!("{} ends in {days:.0} days", text::shown(file));
        lines.push(marked(told, days < CERTIFICATE_DAYS, palette));
    }
    let behind = health
        .figure("acd_wall_clock_behind_seconds")
        .unwrap_or(0.0);
    if behind > 0.0 {
        let told =
            format!("the wall clock was {behind:.0} s behind the journal at the start: set it");
        lines.push(marked(told, true, palette));
    }
}

fn marked(text: String, is_wrong: bool, palette: Palette) -> Line {
    match is_wrong {
        true => (format!("! {text}"), palette.tone(Tone::Wrong)),
        false => (text, Style::new()),
    }
}

fn shards(model: &Model, health: &Health, palette: Palette, lines: &mut Vec<Line>) {
    let readings = &model.readings;
    let title = "  shard          mailbox   commit  99 % in  lag 99 %  events/s  streams";
    lines.push((title.to_owned(), HEADER));
    for (name, shard) in &health.shards {
        let before = readings
            .before
            .as_ref()
            .and_then(|health| health.shards.get(name));
        let apart = readings.apart;
        lines.push(shard_line(name, shard, before, apart, palette));
    }
    let times = match readings.before {
        Some(_) => {
            "commit: until a batch is durable, the mean and 99 of 100; lag: until it is shown"
        }
        None => "times since the start; from the next reading on, of late",
    };
    lines.push((times.to_owned(), FAINT));
}

fn shard_line(
    name: &str,
    shard: &Shard,
    before: Option<&Shard>,
    apart: Duration,
    palette: Palette,
) -> Line {
    let figure = |name| shard.figure(name).unwrap_or(0.0);
    let (calls, capacity) = (
        figure("acd_mailbox_calls"),
        figure("acd_mailbox_capacity_calls"),
    );
    let commit = shard.times("acd_commit_seconds", before);
    let (mean, most) = commit.map_or((None, None), |it| (it.mean_s(), it.most_s()));
    let follower = shard
        .times("acd_follower_lag_seconds", before)
        .and_then(|it| it.most_s());
    let events = before.and_then(|before| before.figure("acd_events_total"));
    let rate = events.map(|events| (figure("acd_events_total") - events).max(0.0));
    let rate = rate.map(|events| events / apart.as_secs_f64().max(0.001));
    let waits = figure("acd_commit_waiting_seconds");
    let behind = figure("acd_follower_behind_events");
    let is_wrong = calls * 100.0 > capacity * MAILBOX_FULL
        || most.is_some_and(|most| most > COMMIT_SLOW_S)
        || waits > COMMIT_SLOW_S
        || follower.is_some_and(|lag| lag > FOLLOWER_SLOW_S);
    let mut told = format!(
        "{} {:5} {:>16} {:>8} {:>8} {:>9} {:>9} {:>8}",
        if is_wrong { "!" } else { " " },
        text::shown(name),
        format!("{} of {}", whole(calls), whole(capacity)),
        seconds(mean),
        seconds(most),
        seconds(follower),
        rate.map_or("-".to_owned(), whole),
        whole(figure("acd_streams"))
    );
    if waits > COMMIT_SLOW_S {
        told += &format!("  a batch has waited for {}", seconds(Some(waits)));
    }
    if behind > 0.0 {
        told += &format!("  {} events behind", whole(behind));
    }
    (
        told,
        palette.tone(if is_wrong { Tone::Wrong } else { Tone::Plain }),
    )
}

/// A count that is told as a floating-point number.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "it is cut off at the ends, and nobody counts as far"
)]
fn whole(count: f64) -> String {
    text::number(count.round() as u64)
}

/// A time from microseconds to minutes; nothing was counted: `-`.
fn seconds(time: Option<f64>) -> String {
    match time {
        None => "-".to_owned(),
        Some(time) if time.is_infinite() => "more".to_owned(),
        Some(time) if time < 0.001 => format!("{:.0} us", time * 1e6),
        Some(time) if time < 1.0 => format!("{:.1} ms", time * 1e3),
        Some(time) => format!("{time:.1} s"),
    }
}

fn bytes(bytes: f64) -> String {
    const KIB: f64 = 1_024.0;
    let (mut amount, mut unit) = (bytes, "B");
    for larger in ["KiB", "MiB", "GiB", "TiB"] {
        if amount >= KIB {
            (amount, unit) = (amount / KIB, larger);
        }
    }
    if amount < 10.0 && unit != "B" {
        format!("{amount:.1} {unit}")
    } else {
        format!("{amount:.0} {unit}")
    }
}
