//! What all of these pages are put together of: links, times, heads and ends of tables.

use maud::{Markup, html};

use super::{
    agents::view::{Doing, Unusual},
    contacts::view::Place,
    table::{Part, Query, in_address},
    words,
};
use crate::{
    layout::icon,
    session::Visitor,
    texts::{Arg, Locale, outside},
};

/// The address of an agent's page.
pub(crate) fn agent_address(visitor: &Visitor, name: &str) -> String {
    visitor.path(&format!("/agents/{}", in_address(name)))
}

/// The address of a contact's page.
pub(crate) fn contact_address(visitor: &Visitor, id: &str) -> String {
    visitor.path(&format!("/contacts/{}", in_address(id)))
}

/// The address of the contacts of a queue.
pub(crate) fn queue_address(visitor: &Visitor, queue: &str) -> String {
    let query = Query::default().filtered("queue", queue);
    visitor.path(&format!("/contacts{}", query.address()))
}

/// An agent by name, as a link to their page.
pub(crate) fn agent(visitor: &Visitor, name: &str) -> Markup {
    html! { a href=(agent_address(visitor, name)) { (outside(name)) } }
}

/// A contact by id, as a link to its page. An id reads from left to right.
pub(crate) fn contact(visitor: &Visitor, id: &str) -> Markup {
    html! { a href=(contact_address(visitor, id)) { (key(id)) } }
}

/// Queues to choose from: name and label.
pub(crate) fn queue_choices(locale: &Locale, names: &[String]) -> Vec<(String, String)> {
    let names = names.iter();
    names
        .map(|name| (name.clone(), locale.queue(name)))
        .collect()
}

/// A queue by name, as a link to its contacts.
pub(crate) fn queue(visitor: &Visitor, name: &str) -> Markup {
    html! { a href=(queue_address(visitor, name)) { (outside(&visitor.locale.queue(name))) } }
}

/// An id, a number of a phone, a key: never turned around.
pub(crate) fn key(text: &str) -> Markup {
    html! { bdi.num dir="ltr" { (crate::texts::shown(text)) } }
}

/// Names one after the other, each as a link.
pub(crate) fn names(visitor: &Visitor, names: &[String]) -> Markup {
    let comma = visitor.locale.text("supervisor-comma");
    html! {
        @for (at, name) in names.iter().enumerate() {
            @if at > 0 { (comma) }
            (agent(visitor, name))
        }
    }
}

/// How long something lasts, which the browser counts. Until it does, the time of day since when: a part of a page must
/// not differ only because time has passed.
pub(crate) fn elapsed(locale: &Locale, since_ms: i64) -> Markup {
    html! {
        @if since_ms > 0 {
            time.since data-since=(since_ms) title=(locale.moment(since_ms)) {
                (locale.time_of_day(since_ms))
            }
        }
    }
}

/// How long it is until something, which the browser counts.
pub(crate) fn remaining(locale: &Locale, until_ms: i64) -> Markup {
    html! {
        @if until_ms > 0 {
            time.until data-until=(until_ms) title=(locale.moment(until_ms)) {
                (locale.time_of_day(until_ms))
            }
        }
    }
}

/// A time of day, with its date for who asks.
pub(crate) fn clock(locale: &Locale, at_ms: i64) -> Markup {
    html! { time title=(locale.moment(at_ms)) { (locale.time_of_day(at_ms)) } }
}

/// A time of day to the second.
pub(crate) fn to_the_second(locale: &Locale, at_ms: i64) -> Markup {
    html! { time title=(locale.moment(at_ms)) { (locale.time_to_the_second(at_ms)) } }
}

/// A whole number that may be below zero.
pub(crate) fn signed(locale: &Locale, number: i32) -> Markup {
    let size = locale.number(number.unsigned_abs().into());
    html! { bdi dir="ltr" { @if number < 0 { "−" } (size) } }
}

/// The icon of a channel, with its name for who does not see it.
pub(crate) fn channel(locale: &Locale, name: &str) -> Markup {
    let drawn = match name {
        "voice" => "phone",
        "video" => "video",
        "callback" => "callback",
        "email" | "fax" => "mail",
        "task" => "task",
        _ => "chat",
    };
    let word = words::channel(locale, name);
    html! { span.channel title=(word) { (icon(drawn)) span.unseen { (word) } } }
}

/// What an agent does: shape, word and colour.
pub(crate) fn doing(locale: &Locale, doing: Doing) -> Markup {
    let drawn = match doing {
        Doing::Lost => "lost",
        Doing::Talking => "talk",
        Doing::Held => "pause",
        Doing::WrapUp => "wrapup",
        Doing::Connecting => "give",
        Doing::Ringing => "ringing",
        Doing::Outside => "outside",
        Doing::Idle => "idle",
        Doing::NotReady => "away",
        Doing::Offline => "offline",
    };
    html! { span.mark.(doing.name()) { (icon(drawn)) span { (locale.text(words::doing(doing))) } } }
}

/// Where a contact is: shape, word and colour.
pub(crate) fn place(locale: &Locale, place: Place) -> Markup {
    let drawn = match place {
        Place::Waiting => "offline",
        Place::Ringing => "ringing",
        Place::Talking => "talk",
        Place::Parked => "aside",
        Place::Scheduled => "closed",
        Place::Leaving => "give",
        Place::Ended => "check",
    };
    html! { span.mark.(place.name()) { (icon(drawn)) span { (locale.text(words::place(place))) } } }
}

/// What a supervisor should look at.
pub(crate) fn unusual(locale: &Locale, unusual: &Unusual) -> Markup {
    let text = match unusual {
        Unusual::Stuck => locale.text("supervisor-unusual-stuck"),
        Unusual::PastReturn(at_ms) => locale.text_with(
            "supervisor-unusual-past-return",
            &[("time", Arg::Ours(&locale.time_of_day(*at_ms)))],
        ),
        Unusual::Lost => locale.text("supervisor-unusual-lost"),
        Unusual::Missed(times) => {
            locale.text_with("supervisor-unusual-missed", &[("n", (*times).into())])
        }
        Unusual::BackOff(until_ms) => locale.text_with(
            "supervisor-unusual-back-off",
            &[("time", Arg::Ours(&locale.time_of_day(*until_ms)))],
        ),
    };
    html! { span.unusual { (icon("warn")) span { (text) } } }
}

/// The head of a column that can be sorted by: a link that turns the order around.
pub(crate) fn column(
    visitor: &Visitor,
    path: &str,
    query: &Query,
    (name, label): (&str, &str),
    sorted: Option<bool>,
    starts_down: bool,
    class: &str,
) -> Markup {
    let down = sorted.map_or(starts_down, |down| !down);
    let address = format!("{path}{}", query.sorted(name, down).address());
    let order = sorted.map(|down| if down { "descending" } else { "ascending" });
    html! {
        th scope="col" class=(class) aria-sort=[order] {
            a.sort href=(visitor.path(&address)) data-soft {
                (visitor.locale.text(label))
                @if let Some(down) = sorted { (icon(if down { "down" } else { "up" })) }
            }
        }
    }
}

/// What the pages of a table are turned with; nothing where there is one.
pub(crate) fn turn<T>(visitor: &Visitor, path: &str, query: &Query, part: &Part<T>) -> Markup {
    let locale = &visitor.locale;
    let link = |page: usize, id: &str, drawn: &str| {
        let address = visitor.path(&format!("{path}{}", query.on_page(page).address()));
        html! { a.btn href=(address) data-soft { (icon(drawn)) (locale.text(id)) } }
    };
    let args = [
        ("page", Arg::from(part.page)),
        ("pages", Arg::from(part.pages)),
    ];
    html! {
        nav #turn.turn aria-label=(locale.text("supervisor-turn")) {
            @if part.pages > 1 {
                @if part.page > 1 { (link(part.page - 1, "supervisor-turn-back", "back")) }
                span { (locale.text_with("supervisor-turn-at", &args)) }
                @if part.page < part.pages { (link(part.page + 1, "supervisor-turn-on", "next")) }
            }
        }
    }
}

/// A choice of one filter: its label, the label of "any", and the choices with their names.
pub(crate) fn filter(
    locale: &Locale,
    query: &Query,
    kind: &str,
    label: &str,
    any: &str,
    choices: &[(String, String)],
) -> Markup {
    let chosen = query.filter(kind);
    html! {
        select name="f" aria-label=(locale.text(label)) data-kind=(kind) {
            option value="" { (locale.text(any)) }
            @for (value, name) in choices {
                option value={ (kind) ":" (value) } selected[chosen == Some(value)] { (crate::texts::shown(name)) }
            }
        }
    }
}

/// The form above a table: search, filters, what else the address says.
pub(crate) fn search(
    visitor: &Visitor,
    path: &str,
    query: &Query,
    label: &str,
    filters: &Markup,
) -> Markup {
    let locale = &visitor.locale;
    let sort = query.sort.as_ref().map(|(column, down)| {
        let sign = if *down { "-" } else { "" };
        format!("{sign}{column}")
    });
    html! {
        form.filters role="search" method="get" action=(visitor.path(path)) data-soft {
            label.search {
                (icon("search")) span.unseen { (locale.text(label)) }
                input type="search" name="q" value=(query.search) placeholder=(locale.text(label))
                    autocomplete="off" spellcheck="false";
            }
            (filters)
            @if let Some(sort) = sort { input type="hidden" name="sort" value=(sort); }
            button.btn type="submit" { (locale.text("supervisor-show")) }
            @if query.narrows() {
                a.btn.plain href=(visitor.path(path)) data-soft { (locale.text("supervisor-clear")) }
            }
            @if path != "/acts" {
                button.btn.plain.read type="button" data-read="summary" { (locale.text("supervisor-read")) }
            }
        }
    }
}

/// What is said in the place of rows: that there are none, and why.
pub(crate) fn nothing(
    visitor: &Visitor,
    path: &str,
    query: &Query,
    columns: usize,
    empty: &str,
) -> Markup {
    let locale = &visitor.locale;
    html! {
        tr #nothing {
            td.empty colspan=(columns) {
                @if query.search.is_empty() {
                    (locale.text(if query.narrows() { "supervisor-none-filtered" } else { empty }))
                } @else {
                    (locale.text_with("supervisor-none-found", &[("words", Arg::from(&query.search))]))
                }
                @if query.narrows() {
                    " " a href=(visitor.path(path)) data-soft { (locale.text("supervisor-clear")) }
                }
            }
        }
    }
}

/// The id of an element for something with a name: letters and figures of any name, and unlike for any two.
pub(crate) fn id(kind: &str, name: &str) -> String {
    let mut id = String::with_capacity(kind.len() + 1 + name.len());
    id.push_str(kind);
    id.push('-');
    for byte in name.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' => id.push(char::from(byte)),
            other => id.push_str(&format!("_{other:02x}")),
        }
    }
    id
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_fit_for_html_and_unlike_for_unlike_names() {
        assert_eq!(id("agent", "anna-1"), "agent-anna-1");
        assert_eq!(id("agent", "a b\"<"), "agent-a_20b_22_3c");
        assert_ne!(id("c", "a_20"), id("c", "a "));
    }
}
