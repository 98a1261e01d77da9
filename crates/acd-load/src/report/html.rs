//! The report as one page that needs no other file.

use std::fmt::Write as _;

use super::picture::Picture;
use super::{Piece, Report};

const STYLE: &str = "body{font:15px/1.45 system-ui,sans-serif;max-width:860px;margin:2em auto;padding:0 1em;color:#222}\
h1{font-size:1.4em}h2{font-size:1.1em;margin-top:2em}pre{background:#f6f6f6;padding:1em;overflow:auto;font-size:13px}\
svg{width:100%;height:auto}svg text{font:12px system-ui,sans-serif;fill:#444}.note{background:#fff3cd;padding:.7em 1em}";

pub(super) fn page(report: &Report) -> String {
    let mut page = String::new();
    let title = format!(
        "{} agents, {} contacts/s",
        report.load.agents,
        escaped(&report.load.rate)
    );
    // Writing to a text does not fail.
    let _ = write!(
        page,
        "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">\
         <meta name=\"viewport\" content=\"width=device-width\"><title>acd load: {title}</title>\
         <style>{STYLE}</style></head>\n<body><h1>acd load: {title}</h1>\n"
    );
    for note in &report.notes {
        let _ = writeln!(page, "<p class=\"note\">{}</p>", escaped(note));
    }
    let over_time = &report.over_time;
    for (heading, svg) in [
        ("Offer latency by percentile", percentiles(report)),
        ("Offer latency over time", latency(over_time)),
        ("Contacts over time", rates(over_time)),
    ] {
        let _ = writeln!(page, "<h2>{heading}</h2>\n{svg}");
    }
    let _ = writeln!(
        page,
        "<h2>All figures</h2>\n<pre>{}</pre></body></html>",
        escaped(&report.to_string())
    );
    page
}

/// The part above a percentile shrinks tenfold for each nine: the axis counts nines.
fn percentiles(report: &Report) -> String {
    let nines = |percentile: f64| -(1.0 - percentile / 100.0).max(1e-7).log10();
    let seen = report.offer_curve.iter().filter(|(at, _)| *at < 100.0);
    let points: Vec<(f64, f64)> = seen.map(|(at, ms)| (nines(*at), *ms)).collect();
    let last = points.last().map_or(0.0, |(x, _)| *x);
    let marks = [0.0, 50.0, 90.0, 99.0, 99.9, 99.99, 99.999];
    let marks = marks
        .into_iter()
        .filter(|mark| nines(*mark) <= last.max(2.0));
    Picture {
        x: "percentile",
        y: "ms",
        marks: marks
            .map(|mark| (nines(mark), format!("{mark} %")))
            .collect(),
        lines: vec![("offer at once", points)],
    }
    .svg()
}

fn latency(over_time: &[Piece]) -> String {
    picture(
        over_time,
        "ms",
        &[
            ("p50", |piece| piece.offer_p50_ms),
            ("p99", |piece| piece.offer_p99_ms),
        ],
    )
}

fn rates(over_time: &[Piece]) -> String {
    picture(
        over_time,
        "contacts/s",
        &[
            ("arrived", |piece| piece.arrived_per_s),
            ("completed", |piece| piece.completed_per_s),
            ("refused", |piece| piece.refused_per_s),
        ],
    )
}

/// A figure of a piece.
type Figure = fn(&Piece) -> f64;

fn picture(over_time: &[Piece], y: &str, lines: &[(&str, Figure)]) -> String {
    let end = over_time.last().map_or(1.0, |piece| piece.at_s).max(1.0);
    let line = |of: Figure| over_time.iter().map(move |piece| (piece.at_s, of(piece)));
    Picture {
        x: "seconds from the first arrival",
        y,
        marks: (0..=4)
            .map(|step| f64::from(step) * end / 4.0)
            .map(|at| (at, format!("{at:.0}")))
            .collect(),
        lines: lines
            .iter()
            .map(|(name, of)| (*name, line(*of).collect()))
            .collect(),
    }
    .svg()
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
}
