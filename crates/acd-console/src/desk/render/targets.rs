//! To whom a contact may be given, or whom to ask.

use acd_client::v1::{AgentTarget, FindTargetsResponse, Occupation, QueueTarget, RefusedReason};
use maud::{Markup, html};

use super::{Desk, parts::outside};
use crate::{
    desk::view::Contact,
    layout::icon,
    session::CSRF_FIELD,
    texts::{Arg, Locale},
};

/// What is to become of whoever is found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// The contact is given to them.
    Transfer,
    /// They are asked first.
    Consult,
    /// They are brought in.
    Conference,
}

impl Kind {
    /// The last part of the address to which the choice is posted.
    pub(crate) fn verb(self) -> &'static str {
        match self {
            Self::Transfer => "transfer",
            Self::Consult => "consult",
            Self::Conference => "conference",
        }
    }

    /// The kind of this name.
    pub(crate) fn named(name: &str) -> Option<Self> {
        [Self::Transfer, Self::Consult, Self::Conference]
            .into_iter()
            .find(|kind| kind.verb() == name)
    }
}

impl Desk<'_> {
    /// The panel beside: one search over queues and agents.
    pub(super) fn give_panel(&self, contact: &Contact) -> Markup {
        let id = contact.handling.handling_id;
        html! {
            section.beside id={ "give-" (id) } hidden data-panel aria-labelledby={ "give-title-" (id) } {
                h2 id={ "give-title-" (id) } {
                    span data-for="transfer" { (self.text("desk-transfer-to")) }
                    span data-for="consult" { (self.text("desk-ask-whom")) }
                    span data-for="conference" { (self.text("desk-bring-in-whom")) }
                }
                form.search method="get" action={ (self.path) "/targets" } data-targets={ "targets-" (id) } {
                    input type="hidden" name="handling" value=(id);
                    input type="hidden" name="kind" value="transfer";
                    input type="search" name="q" autocomplete="off" spellcheck="false" maxlength="64" dir="auto"
                        aria-label=(self.text("desk-search-targets")) placeholder=(self.text("desk-search-targets"));
                    button.btn type="button" data-close-panel { (self.text("common-close")) }
                }
                p.small.quiet { (self.text("desk-enter-takes-first")) }
                div id={ "targets-" (id) } {}
            }
        }
    }

    /// The panel in which a parked contact is given a date.
    pub(super) fn put_off_panel(&self, contact: &Contact) -> Markup {
        let id = contact.handling.handling_id;
        html! {
            section.beside id={ "put-off-" (id) } hidden data-panel aria-labelledby={ "put-off-title-" (id) } {
                h2 id={ "put-off-title-" (id) } { (self.text("desk-put-off-until")) }
                form method="post" action={ (self.path) "/put-off" } data-act {
                    (self.hidden(&[("contact", &contact.handling.contact_id)]))
                    input type="datetime-local" name="until" required aria-label=(self.text("desk-put-off-until"));
                    button.btn.primary { (self.text("desk-put-off")) }
                    button.btn type="button" data-close-panel { (self.text("common-close")) }
                }
            }
        }
    }
}

/// Who was found. The first that takes a contact is the one whom Enter takes.
pub(crate) fn targets(
    locale: &Locale,
    path: &str,
    csrf: &str,
    (handling, kind): (u64, Kind),
    query: &str,
    found: &FindTargetsResponse,
) -> Markup {
    let target = |field: &str, name: &str, takes: bool, body: Markup| {
        html! {
            li {
                form method="post" action={ (path) "/" (kind.verb()) } data-act {
                    input type="hidden" name=(CSRF_FIELD) value=(csrf);
                    input type="hidden" name="request_id" value="";
                    input type="hidden" name="handling" value=(handling);
                    input type="hidden" name=(field) value=(name);
                    button.target disabled[!takes] data-takes[takes] { (body) }
                }
            }
        }
    };
    let none = found.queues.is_empty() && found.agents.is_empty();
    let outside_number = is_number(query).then(|| query.trim());
    html! {
        div.targets id={ "targets-" (handling) } {
            @if none && outside_number.is_none() {
                p.quiet { (locale.text_with("desk-nobody-matches", &[("query", query.into())])) }
            }
            @if !found.queues.is_empty() {
                h3 { (locale.text("desk-queues")) }
                ul { @for queue in &found.queues { (target("queue", &queue.queue, takes(queue), self::queue(locale, queue))) } }
            }
            @if !found.agents.is_empty() {
                h3 { (locale.text("desk-agents")) }
                ul { @for agent in &found.agents { (target("agent", &agent.agent, is_there(agent), self::agent(locale, agent, found.at_ms))) } }
            }
            @if let Some(number) = outside_number {
                h3 { (locale.text("desk-outside")) }
                ul { (target("external", number, true, html! { (icon("phone")) span.name { (outside(number)) } })) }
            }
            @let more = (found.queues_found + found.agents_found)
                .saturating_sub(u32::try_from(found.queues.len() + found.agents.len()).unwrap_or(u32::MAX));
            @if more > 0 { p.small.quiet { (locale.text_with("desk-more-match", &[("n", more.into())])) } }
        }
    }
}

fn takes(queue: &QueueTarget) -> bool {
    queue.refused() == RefusedReason::Unspecified
}

fn is_there(agent: &AgentTarget) -> bool {
    agent.occupation() != Occupation::LoggedOut
}

fn is_number(query: &str) -> bool {
    query.chars().filter(char::is_ascii_digit).count() >= 3
        && query
            .chars()
            .all(|letter| letter.is_ascii_digit() || "+-() ./*#".contains(letter))
}

fn queue(locale: &Locale, queue: &QueueTarget) -> Markup {
    let refused = match queue.refused() {
        RefusedReason::Unspecified => None,
        RefusedReason::Closed => Some("desk-refused-closed"),
        RefusedReason::NoStaff => Some("desk-refused-no-staff"),
        RefusedReason::Full => Some("desk-refused-full"),
        RefusedReason::Diverted => Some("desk-refused-diverted"),
        RefusedReason::PredictedWait => Some("desk-refused-predicted-wait"),
    };
    let waiting = locale.text_with("desk-waiting", &[("n", queue.waiting.into())]);
    let free = locale.text_with("desk-free-agents", &[("n", queue.agents_free.into())]);
    let wait = queue
        .predicted
        .as_ref()
        .map(|wait| locale.duration(wait.p50_ms));
    html! {
        (icon("people")) span.name { (outside(&queue.label)) }
        @match refused {
            Some(id) => { span.word.is-bad { (locale.text(id)) } }
            None if queue.agents_free > 0 => { span.word.is-ready { (free) } }
            None => {
                span.word { (waiting) @if let Some(wait) = &wait {
                    ", " (locale.text_with("desk-about", &[("time", Arg::Ours(wait))])) } }
            }
        }
    }
}

fn agent(locale: &Locale, agent: &AgentTarget, now_ms: i64) -> Markup {
    let (class, id) = match agent.occupation() {
        Occupation::Free => ("is-ready", "desk-agent-free"),
        Occupation::Busy => ("is-talk", "desk-agent-busy"),
        Occupation::NotReady => ("is-away", "desk-agent-not-ready"),
        Occupation::LoggedOut | Occupation::Unspecified => ("is-off", "desk-agent-logged-out"),
    };
    let since = locale.duration(now_ms - agent.since_at_ms);
    html! {
        (icon("person"))
        span.name { (outside(&agent.agent)) @if let Some(team) = agent.teams.first() { " " span.quiet { (outside(team)) } } }
        span.word.(class) { (locale.text(id)) @if is_there(agent) && agent.since_at_ms != 0 { " " (since) } }
    }
}
