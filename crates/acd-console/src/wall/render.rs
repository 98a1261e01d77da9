//! A wallboard as HTML.

use acd_client::v1::{AgentCounts, QueueOpening};
use maud::{Markup, html};

use super::view::{News, Row, Wall};
use crate::{
    layout::{self, Connection, icon},
    live::Fragments,
    mirror::Standing,
    session::Visitor,
    texts::{Arg, Locale, outside},
};

/// A name of more letters stands in a smaller type, on two lines if it must.
const LONG_NAME: usize = 9;

/// The page's title: what needs a hand.
pub(super) fn title(locale: &Locale, wall: &Wall) -> String {
    let (late, risk) = (wall.count(Standing::Late), wall.count(Standing::AtRisk));
    match (late, risk) {
        (0, 0) => locale.text("common-nav-wall"),
        (late, 0) => locale.text_with("wall-late-count", &[("n", late.into())]),
        (0, risk) => locale.text_with("wall-risk-count", &[("n", risk.into())]),
        (late, risk) => {
            let args = [("late", late.into()), ("risk", risk.into())];
            locale.text_with("wall-both-count", &args)
        }
    }
}

/// What is said when the set of late queues changes: "1 late: Card loss, 7 waiting."
pub(super) fn announcement(locale: &Locale, wall: &Wall) -> String {
    let late: Vec<_> = wall
        .rows
        .iter()
        .filter(|row| row.standing == Standing::Late)
        .collect();
    let names: Vec<_> = late
        .iter()
        .map(|row| {
            let queue = locale.queue(&row.queue);
            let args = [("queue", (&queue).into()), ("n", row.waiting.into())];
            locale.text_with("wall-announced-queue", &args)
        })
        .collect();
    match late.len() {
        0 => locale.text("wall-none-late"),
        n => {
            let names = names.join(&locale.text("wall-separator"));
            let args = [("n", n.into()), ("queues", Arg::Ours(&names))];
            locale.text_with("wall-announced", &args)
        }
    }
}

/// The whole page.
pub(super) fn wall(visitor: &Visitor, wall: &Wall, rows: u8) -> Markup {
    let locale = &visitor.locale;
    html! {
        div.wall data-rows=(rows) {
            header.head {
                div {
                    h1 { bdi { (visitor.tenant) } }
                    p { (locale.text_with("wall-queues", &[("n", wall.rows.len().into())])) }
                }
                (chips(locale, wall))
                div.now {
                    b.clock data-clock { (locale.time_of_day(wall.at_ms)) }
                    b #wall-as-of hidden {}
                }
            }
            main #content tabindex="-1" {
                table aria-label=(locale.text("common-nav-wall")) {
                    thead {
                        tr {
                            th.c-state scope="col" { span.unseen { (locale.text("wall-state")) } }
                            th.c-queue scope="col" { (locale.text("wall-queue")) }
                            th.c-big scope="col" { (locale.text("wall-waiting")) }
                            th.c-big.c-longest scope="col" { (locale.text("wall-longest")) }
                            th.c-level scope="col" { (locale.text("wall-in-time")) }
                            th.c-mid scope="col" { (locale.text("wall-expected")) }
                            th.c-mid scope="col" { (locale.text("wall-free")) }
                            th.c-day scope="col" { (day_head(locale, wall)) }
                        }
                    }
                    tbody #wall-rows {
                        @for (place, row) in wall.rows.iter().enumerate() { (self::row(locale, row, place)) }
                    }
                }
                (set(wall))
                @if wall.rows.is_empty() { (layout::empty(&locale.text("wall-no-queue"), None)) }
            }
            footer {
                (staff(locale, &wall.agents))
                div.foot {
                    (news(locale, wall))
                    span.page #wall-page {}
                    (layout::connection(locale, Connection::Live))
                    button.full.plain type="button" data-key="F" { (locale.text("wall-full-screen")) " " kbd { "F8" } kbd { "F" } }
                    (layout::me(visitor))
                }
            }
        }
    }
}

/// What changes, element by element.
pub(super) fn parts(locale: &Locale, wall: &Wall) -> Fragments {
    let mut parts = vec![
        (
            "wall-title".to_owned(),
            html! { title #wall-title { (title(locale, wall)) } },
        ),
        ("wall-chips".to_owned(), chips(locale, wall)),
        ("wall-day".to_owned(), day_head(locale, wall)),
        ("wall-staff".to_owned(), staff(locale, &wall.agents)),
        ("wall-news".to_owned(), news(locale, wall)),
    ];
    for (place, row) in wall.rows.iter().enumerate() {
        parts.push((id(&row.queue), self::row(locale, row, place)));
    }
    // Last: rows that are new stand in the table by then.
    parts.push(("wall-set".to_owned(), set(wall)));
    parts
}

fn id(queue: &str) -> String {
    format!("wall-row-{queue}")
}

/// The rows there are, for `wall.js` to put away those that are no more.
fn set(wall: &Wall) -> Markup {
    let ids: Vec<_> = wall.rows.iter().map(|row| id(&row.queue)).collect();
    html! { i #wall-set hidden data-rows=(ids.join("\n")) {} }
}

fn chips(locale: &Locale, wall: &Wall) -> Markup {
    let (late, risk) = (wall.count(Standing::Late), wall.count(Standing::AtRisk));
    html! {
        div #wall-chips.sum {
            @if late > 0 {
                span.chip.late { (icon("late")) (locale.text_with("wall-late-count", &[("n", late.into())])) }
            }
            @if risk > 0 {
                span.chip.risk { (icon("risk")) (locale.text_with("wall-risk-count", &[("n", risk.into())])) }
            }
        }
    }
}

fn day_head(locale: &Locale, wall: &Wall) -> Markup {
    let time = locale.time_of_day(wall.day_since_ms);
    html! {
        span #wall-day {
            @if wall.day_since_ms > 0 {
                (locale.text_with("wall-day-since", &[("time", Arg::Ours(&time))]))
            }
        }
    }
}

fn row(locale: &Locale, row: &Row, place: usize) -> Markup {
    let (symbol, word) = match row.standing {
        Standing::Late => ("late", "wall-late"),
        Standing::AtRisk => ("risk", "wall-at-risk"),
        Standing::Fine => ("ok", "wall-fine"),
        Standing::Closed => ("closed", "wall-closed"),
        Standing::Draining => ("aside", "wall-draining"),
    };
    let takes_none = matches!(row.standing, Standing::Closed | Standing::Draining);
    html! {
        tr id=(id(&row.queue)) class=(row.standing.name()) data-in="wall-rows" data-whole data-place=(place) {
            td.state { span { (icon(symbol)) (locale.text(word)) } }
            th scope="row" {
                @let name = locale.queue(&row.queue);
                div.name.long[name.chars().count() > LONG_NAME] { bdi { (name) } }
                small { (below(locale, row)) }
            }
            @if takes_none && row.waiting == 0 {
                td.n.big.none { (nothing(locale)) }
                td.n.big.none { (nothing(locale)) }
                td.level.none { (nothing(locale)) }
                td.n.mid.none { (nothing(locale)) }
                td.n.mid.none { (nothing(locale)) }
            } @else {
                td.n.big.hot[row.reasons.waited || row.reasons.nobody] { b { (locale.number(row.waiting.into())) } }
                @if row.longest_since_ms > 0 {
                    td.n.big.hot[row.reasons.waited] { b { (since(row.longest_since_ms)) } }
                } @else {
                    td.n.big.none { (nothing(locale)) }
                }
                (level(locale, row))
                @match row.expected_ms {
                    Some(ms) => { td.n.mid { b { (locale.duration(ms)) } } }
                    None => { td.n.mid.none { (nothing(locale)) } }
                }
                td.n.mid.hot[row.reasons.nobody] {
                    b { (free(locale, row)) }
                }
            }
            td.day { (sparkline(locale, row)) }
        }
    }
}

/// What stands below the name: what comes there, or why nothing does.
fn below(locale: &Locale, row: &Row) -> String {
    match row.opening {
        QueueOpening::Hours => locale.text("wall-outside-hours"),
        QueueOpening::Holiday => locale.text("wall-holiday"),
        QueueOpening::Emergency => locale.text("wall-emergency-queue"),
        QueueOpening::Open | QueueOpening::Unspecified => {
            let words: Vec<_> = row.channels.iter().map(|it| channel(locale, it)).collect();
            words.join(&locale.text("wall-separator"))
        }
    }
}

fn channel(locale: &Locale, channel: &str) -> String {
    let id = match channel {
        "voice" => "wall-channel-voice",
        "chat" => "wall-channel-chat",
        "email" => "wall-channel-email",
        "sms" => "wall-channel-sms",
        "social" => "wall-channel-social",
        "video" => "wall-channel-video",
        "fax" => "wall-channel-fax",
        "callback" => "wall-channel-callback",
        "task" => "wall-channel-task",
        // One that this version does not know.
        other => return other.to_owned(),
    };
    locale.text(id)
}

fn since(since_ms: i64) -> Markup {
    // The browser writes it: it counts on by the engine's clock.
    html! { time data-since=(since_ms) {} }
}

fn nothing(locale: &Locale) -> Markup {
    html! { b { span aria-hidden="true" { "–" } span.unseen { (locale.text("wall-nothing")) } } }
}

fn level(locale: &Locale, row: &Row) -> Markup {
    let in_time = locale.duration(row.in_time_ms);
    let goal = locale.percent(f64::from(row.goal) / 100.0);
    let goal_text = match row.goal {
        0 => locale.text_with("wall-no-goal", &[("time", Arg::Ours(&in_time))]),
        _ => locale.text_with(
            "wall-goal",
            &[("goal", Arg::Ours(&goal)), ("time", Arg::Ours(&in_time))],
        ),
    };
    html! {
        @match row.level {
            Some(level) => {
                td.level.hot[row.reasons.level] {
                    div {
                        b { (locale.percent(f64::from(level.percent()) / 100.0)) }
                        span.goal { (goal_text) }
                    }
                    (meter(level.percent(), row.goal))
                }
            }
            None => {
                td.level.none {
                    div { (nothing(locale)) span.goal { (goal_text) } }
                }
            }
        }
    }
}

/// A bar with the goal on it. It says nothing that the figures beside it do not.
fn meter(percent: u32, goal: u32) -> Markup {
    html! {
        svg.meter viewBox="0 0 100 4" preserveAspectRatio="none" aria-hidden="true" {
            rect.track x="0" y="1" width="100" height="2" rx="1" {}
            rect.value x="0" y="1" width=(percent.min(100)) height="2" rx="1" {}
            @if goal > 0 { rect.goal-mark x=(goal.min(99)) y="0" width="1" height="4" {} }
        }
    }
}

fn free(locale: &Locale, row: &Row) -> Markup {
    let (free, ready) = (
        locale.number(row.free.into()),
        locale.number(row.ready.into()),
    );
    let of = locale.text_with("wall-of", &[("n", Arg::Ours(&ready))]);
    html! { (free) small { " " (of) } }
}

/// The day: the most who waited, by quarter of an hour, from 0. Now is the dot.
fn sparkline(locale: &Locale, row: &Row) -> Markup {
    const WIDTH: f64 = 200.0;
    const HEIGHT: f64 = 52.0;
    /// So many quarters at least are drawn over, so that a morning is no wall.
    const QUARTERS_MIN: usize = 8;
    let most = row.day.iter().copied().max().unwrap_or(0);
    if row.day.is_empty() {
        return html! {};
    }
    let steps = row.day.len().max(QUARTERS_MIN);
    #[expect(clippy::cast_precision_loss, reason = "a hundred points at most")]
    let point = |(at, waiting): (usize, &u32)| {
        let first = steps - row.day.len();
        let x = 4.0 + (WIDTH - 8.0) * (first + at) as f64 / (steps - 1) as f64;
        let y = (HEIGHT - 4.0) - (HEIGHT - 10.0) * f64::from(*waiting) / f64::from(most.max(1));
        (x, y)
    };
    let points: Vec<_> = row.day.iter().enumerate().map(point).collect();
    let path: Vec<_> = points
        .iter()
        .map(|(x, y)| format!("{x:.1} {y:.1}"))
        .collect();
    let path = path.join(" ");
    let (first_x, (last_x, last_y)) = (points[0].0, points[points.len() - 1]);
    let peak = locale.text_with("wall-peak", &[("n", most.into())]);
    html! {
        svg.spark viewBox="0 0 200 52" preserveAspectRatio="none" aria-hidden="true" {
            path.area d={ "M" (path) " L" (format!("{last_x:.1}")) " 50 L" (format!("{first_x:.1}")) " 50Z" } {}
            path.line d={ "M" (path) } {}
            path.dot d={ "M" (format!("{last_x:.1} {last_y:.1}")) " h.01" } {}
        }
        small { (peak) }
    }
}

/// Agents by what they do.
fn staff(locale: &Locale, agents: &AgentCounts) -> Markup {
    let kinds = [
        (agents.idle, "ready", "idle", "wall-idle"),
        (agents.ringing, "ringing", "ringing", "wall-ringing"),
        (agents.talking, "talking", "talk", "wall-talking"),
        (agents.wrap_up, "wrapup", "wrapup", "wall-wrap-up"),
        (agents.busy_outside, "offline", "outside", "wall-other-call"),
        (agents.not_ready, "away", "away", "wall-not-ready"),
        (agents.connection_lost, "lost", "lost", "wall-lost"),
    ];
    let all: u32 = kinds.iter().map(|(n, ..)| n).sum();
    let mut from = 0;
    let mut places = Vec::new();
    for (n, class, ..) in kinds {
        if n > 0 {
            places.push((from, n, class));
            from += n;
        }
    }
    html! {
        div #wall-staff {
            svg.mix viewBox={ "0 0 " (all.max(1)) " 1" } preserveAspectRatio="none" aria-hidden="true" {
                @for (x, n, class) in places { rect class={ "is-" (class) } x=(x) y="0" width=(n) height="1" {} }
            }
            dl.staff aria-label=(locale.text_with("wall-logged-in", &[("n", all.into())])) {
                @for (n, class, symbol, word) in kinds {
                    div class={ "is-" (class) } {
                        dt { (locale.text(word)) }
                        dd { (icon(symbol)) (locale.number(n.into())) }
                    }
                }
            }
        }
    }
}

fn news(locale: &Locale, wall: &Wall) -> Markup {
    html! {
        p #wall-news.event {
            @match &wall.news {
                None => {}
                Some(News::Emergency) => { (icon("late")) (locale.text("wall-emergency")) }
                Some(News::Away { adapter, since_ms, contacts, others }) => {
                    (icon("risk"))
                    span {
                        (locale.rich("wall-away", &[("n", (*contacts).into())], &[
                            ("adapter", outside(adapter)),
                            ("time", since(*since_ms)),
                        ]))
                        @if *others > 0 { " " (locale.text_with("wall-away-others", &[("n", (*others).into())])) }
                    }
                }
            }
        }
    }
}
