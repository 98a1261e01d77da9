//! A contact in hand: who it is, what may be done, what is known, what is to be said.

use std::collections::BTreeMap;

use acd_client::v1::{ConsultState, HandlingState, MaskedItem, RecordingState};
use maud::{Markup, html};

use super::{
    Desk,
    list::look,
    offers::pop,
    parts::{Act, channel_icon, outside, said},
};
use crate::{
    desk::{
        script::script,
        view::{Contact, Fact, Stage},
    },
    layout::icon,
    texts::{Arg, Locale},
};

impl Desk<'_> {
    /// The frame of a contact. `whole` for a page; told alone it is empty and the same for ever.
    pub(super) fn contact_frame(
        &self,
        contact: &Contact,
        whole: bool,
        chosen: Option<u64>,
    ) -> Markup {
        let id = contact.handling.handling_id;
        html! {
            section.contact id={ "contact-" (id) } data-in="contacts" data-contact=(id) hidden[chosen != Some(id)] {
                @if whole {
                    (self.head(contact)) (self.legs(contact)) (self.acts(contact))
                } @else {
                    div id={ "head-" (id) } {} div id={ "legs-" (id) } {} div id={ "acts-" (id) } {}
                }
                (self.give_panel(contact))
                (self.put_off_panel(contact))
                div.cols {
                    @if whole { (self.facts(contact)) (self.script(contact)) }
                    @else { div id={ "facts-" (id) } {} div id={ "script-" (id) } {} }
                }
            }
        }
    }

    /// Who it is, and for how long.
    pub(super) fn head(&self, contact: &Contact) -> Markup {
        let handling = &contact.handling;
        let (class, _) = look(contact);
        let queue = &handling.queue;
        html! {
            div.head.(class) id={ "head-" (handling.handling_id) }
                data-stage=(stage_name(contact.stage))
                data-pop=[self.embedded.then(|| pop(&handling.contact_id, queue, &handling.channel, &handling.attributes))] {
                div.row {
                    div.who {
                        h1 { (outside(&contact.who.heading)) }
                        p.meta {
                            span { (icon(channel_icon(&handling.channel))) span.hidden-word { (self.channel(&handling.channel)) }
                                @if let Some(reached) = &contact.who.reached { " " (outside(reached)) } }
                            span { (outside(&contact.queue.label)) }
                            @if handling.consult_of_handling_id != 0 {
                                span.tag { (self.locale.text_with("desk-you-help", &[("agent", (&handling.consult_of_agent).into())])) }
                            }
                            @if handling.waited_ms > 0 {
                                span { (self.text("desk-waited")) " " (self.locale.duration(handling.waited_ms)) }
                            }
                            (self.recording_word(contact))
                            @if handling.keeps_callback { span.tag { (self.text("desk-callback-kept")) } }
                        }
                    }
                    div.timer {
                        b role="timer" { (self.head_time(contact)) }
                        span { (self.stage_word(contact)) (self.held_for(contact)) }
                    }
                }
                (self.response_due(contact))
            }
        }
    }

    fn head_time(&self, contact: &Contact) -> Markup {
        match contact.stage {
            Stage::WrapUp if contact.handling.wrap_up_until_ms != 0 => {
                self.until(contact.handling.wrap_up_until_ms)
            }
            Stage::PutOff => html! { (self.locale.time_of_day(contact.handling.scheduled_at_ms)) },
            Stage::Ended => html! { (self.locale.duration(contact.handling.talk_ms)) },
            _ => self.since(contact.since_ms()),
        }
    }

    fn held_for(&self, contact: &Contact) -> Markup {
        let held = contact.handling.hold_ms;
        html! {
            @if held > 0 && contact.handling.state() == HandlingState::Connected {
                ", " (self.locale.text_with("desk-held-for", &[("time", Arg::Ours(&self.locale.duration(held)))]))
            }
        }
    }

    fn recording_word(&self, contact: &Contact) -> Markup {
        match contact.handling.recording() {
            RecordingState::On => {
                html! { span.recording { (icon("dot")) (self.text("desk-recorded")) } }
            }
            RecordingState::Paused => {
                html! { span.recording.is-paused { (icon("pause")) (self.text("desk-recording-paused")) } }
            }
            RecordingState::Off | RecordingState::Unspecified => html! {},
        }
    }

    fn response_due(&self, contact: &Contact) -> Markup {
        let due = contact.handling.respond_until_ms;
        html! {
            @if due != 0 && contact.handling.first_response_at_ms == 0 && contact.stage == Stage::Open {
                p.note { (icon("warn")) span { (self.locale.rich("desk-answer-within", &[], &[("time", self.until(due))])) } }
            }
        }
    }

    /// The other legs: who is asked, who takes part.
    pub(super) fn legs(&self, contact: &Contact) -> Markup {
        let handling = &contact.handling;
        let id = handling.handling_id;
        let asks = contact.stage == Stage::Consulting;
        let (back, join, over) = (
            self.text("desk-back"),
            self.text("desk-join"),
            self.text("desk-give-over"),
        );
        let number = id.to_string();
        let about = [("handling", number.as_str())];
        html! {
            div.legs id={ "legs-" (id) } {
                @if asks {
                    div.leg.is-hold { (icon("pause")) b { (outside(&contact.who.heading)) } span { (self.text("desk-on-hold")) } }
                    div.leg.is-talk { (icon("ask")) b { (self.asked(contact)) } span { (self.asked_word(contact)) } }
                }
                @for other in &handling.participants {
                    div.leg.is-talk { (icon("people")) b { (outside(&other.agent)) } span { (self.text("desk-takes-part")) } }
                }
                @if contact.acts.give_over {
                    (self.act(&Act { verb: "complete", text: &over, icon: Some("give"), class: "primary", ..Act::default() }, &about))
                }
                @if contact.acts.join {
                    (self.act(&Act { verb: "join", text: &join, icon: Some("people"), key: Some("J"), ..Act::default() }, &about))
                }
                @if contact.acts.back {
                    (self.act(&Act { verb: "back", text: &back, icon: Some("back"), key: Some("C"), ..Act::default() }, &about))
                }
            }
        }
    }

    fn asked(&self, contact: &Contact) -> Markup {
        match contact.handling.consulted_agent.as_str() {
            "" => outside(&contact.consulted_queue),
            agent => outside(agent),
        }
    }

    fn asked_word(&self, contact: &Contact) -> String {
        let handling = &contact.handling;
        self.text(match handling.consult_state() {
            ConsultState::Waiting | ConsultState::Unspecified => "desk-asked-waiting",
            ConsultState::Ringing if handling.consult_joins => "desk-asked-invited",
            ConsultState::Ringing => "desk-asked-ringing",
            ConsultState::Connected => "desk-talking",
        })
    }

    /// What may be done.
    pub(super) fn acts(&self, contact: &Contact) -> Markup {
        let id = contact.handling.handling_id.to_string();
        let about = [("handling", id.as_str())];
        let may = &contact.acts;
        let spoken = contact.is_spoken();
        let text = |name: &str| self.text(name);
        let button = |verb, text: &str, icon, key| {
            self.act(
                &Act {
                    verb,
                    text,
                    icon: Some(icon),
                    key,
                    ..Act::default()
                },
                &about,
            )
        };
        let confirmed = |verb, text: &str, icon, key| {
            self.act(
                &Act {
                    verb,
                    text,
                    icon: Some(icon),
                    key,
                    confirm: 1,
                    ..Act::default()
                },
                &about,
            )
        };
        let end = match (contact.stage, spoken) {
            (Stage::Helping, _) => text("desk-leave"),
            _ if contact.handling.takes_part_in_handling_id != 0 => text("desk-leave"),
            (_, true) => text("desk-end-call"),
            (_, false) => text("desk-end-contact"),
        };
        let end = Act {
            verb: "end",
            text: &end,
            icon: Some("hangup"),
            key: Some("E"),
            class: "end",
            confirm: 1,
            dead_until_ms: Some(contact.end_dead_until_ms()),
            ..Act::default()
        };
        let unpark = Act {
            verb: "unpark",
            text: &text("desk-unpark"),
            icon: Some("back"),
            key: Some("H"),
            class: "primary",
            ..Act::default()
        };
        let parked = [("contact", contact.handling.contact_id.as_str())];
        html! {
            div.acts id={ "acts-" (id) } role="toolbar" aria-label=(self.text("desk-acts")) {
                @if may.hold { (button("hold", &text("desk-hold"), "pause", Some("H"))) }
                @if may.resume { (button("resume", &text("desk-resume"), "play", Some("H"))) }
                @if may.give { (self.opener(&id, "transfer", &text("desk-transfer"), "give", "T")) }
                @if may.consult { (self.opener(&id, "consult", &text("desk-consult"), "ask", "C")) }
                @if may.give { (confirmed("park", &text("desk-park"), "aside", Some("P"))) }
                @if may.unpark { (self.act(&unpark, &parked)) }
                @if may.put_off { (self.opener(&id, "put-off", &text("desk-put-off"), "clock", "P")) }
                @if may.pause_recording { (button("pause-recording", &text("desk-pause-recording"), "pause", None)) }
                @if may.record && contact.handling.recording() == RecordingState::Paused {
                    (button("record", &text("desk-record-again"), "dot", None))
                }
                @if may.enter_wrap_up { (button("enter-wrap-up", &text("desk-enter-wrap-up"), "pen", None)) }
                @if may.finish {
                    (self.act(&Act { verb: "finish", text: &text("desk-finish"), icon: Some("check"), key: Some("E"), class: "primary", ..Act::default() }, &about))
                }
                @if may.longer { (button("longer", &text("desk-minute-more"), "clock", None)) }
                (self.more(contact))
                @if may.end { (self.act(&end, &about)) }
            }
        }
    }

    /// Opens a panel beside.
    fn opener(&self, id: &str, kind: &str, text: &str, picture: &str, key: &str) -> Markup {
        let panel = if kind == "put-off" { "put-off" } else { "give" };
        html! {
            button.btn id={ "open-" (kind) "-" (id) } type="button" data-opens={ (panel) "-" (id) } data-kind=(kind) data-key=(key)
                aria-keyshortcuts={ "F8 " (key) } aria-expanded="false" aria-controls={ (panel) "-" (id) } {
                (icon(picture)) span { (text) } " " kbd aria-hidden="true" { (key) }
            }
        }
    }

    /// What is done seldom.
    fn more(&self, contact: &Contact) -> Markup {
        let may = &contact.acts;
        let id = contact.handling.handling_id.to_string();
        let about = [("handling", id.as_str())];
        let begins_recording = may.record && contact.handling.recording() == RecordingState::Off;
        let any =
            may.give || may.escalate || may.ask_wrap_up || may.keep_callback || begins_recording;
        let act = |verb, text: &str, icon, key, confirm| {
            self.act(
                &Act {
                    verb,
                    text,
                    icon: Some(icon),
                    key,
                    class: "plain",
                    confirm,
                    ..Act::default()
                },
                &about,
            )
        };
        html! {
            @if any {
                button.btn id={ "more-button-" (id) } type="button" popovertarget={ "more-" (id) }
                    aria-label=(self.text("desk-more-acts")) { (icon("more")) }
                div.menu.more id={ "more-" (id) } popover role="group" aria-label=(self.text("desk-more-acts")) {
                    @if may.give {
                        (self.opener(&id, "conference", &self.text("desk-conference"), "people", "J"))
                        (act("requeue", &self.text("desk-requeue"), "back", Some("G"), 1))
                    }
                    @if may.escalate { (act("escalate", &self.text("desk-escalate"), "up", Some("U"), 1)) }
                    @if begins_recording { (act("record", &self.text("desk-record"), "dot", None, 0)) }
                    @if may.ask_wrap_up { (act("ask-wrap-up", &self.text("desk-ask-wrap-up"), "pen", None, 0)) }
                    @if may.keep_callback { (act("keep-callback", &self.text("desk-keep-callback"), "phone", None, 0)) }
                }
            }
        }
    }

    /// What is known of the customer.
    pub(super) fn facts(&self, contact: &Contact) -> Markup {
        let id = contact.handling.handling_id;
        html! {
            section.card.customer id={ "facts-" (id) } aria-labelledby={ "facts-title-" (id) } {
                h2 id={ "facts-title-" (id) } { (self.text("desk-customer")) }
                @if contact.facts.is_empty() { p.quiet { (self.text("desk-nothing-known")) } }
                dl.facts { @for (at, fact) in contact.facts.iter().enumerate() { (self.fact(id, at, fact)) } }
                @if !contact.handling.references.is_empty() {
                    h3 { (self.text("desk-references")) }
                    ul.references {
                        @for reference in &contact.handling.references {
                            li { (outside(&reference.kind)) " " span.quiet { (outside(place(reference))) } }
                        }
                    }
                }
            }
        }
    }

    fn fact(&self, handling: u64, at: usize, fact: &Fact) -> Markup {
        html! {
            div {
                dt {
                    @if fact.sensitive { (icon("lock")) }
                    @match fact.item {
                        MaskedItem::CustomerKey => (self.text("desk-customer-key")),
                        MaskedItem::Dial => (self.text("desk-number")),
                        _ => (outside(&fact.label)),
                    }
                    @if fact.sensitive { " " span.small { (self.text("desk-not-for-supervisors")) } }
                }
                dd id={ "fact-" (handling) "-" (at) } {
                    @if fact.masked { (self.masked(handling, at, fact)) } @else { (self.said(&fact.value)) }
                }
            }
        }
    }

    /// What is not shown in whole, and the way to see it.
    fn masked(&self, handling: u64, at: usize, fact: &Fact) -> Markup {
        let (handling, at, show) = (handling.to_string(), at.to_string(), self.text("desk-show"));
        html! {
            span.masked { "•••" (outside(fact.value.trim_start_matches('…'))) }
            @if fact.revealable {
                form.act method="post" action={ (self.path) "/reveal" } data-act {
                    (self.hidden(&[("handling", &handling), ("item", fact.item.as_str_name()), ("key", &fact.key)]))
                    button.btn.show id={ "show-" (handling) "-" (at) } { (show) }
                }
            }
        }
    }

    /// What is to be said.
    pub(super) fn script(&self, contact: &Contact) -> Markup {
        let id = contact.handling.handling_id;
        let attributes = contact.handling.attributes.iter();
        let mut facts: BTreeMap<&str, &str> = attributes
            .map(|attribute| (attribute.key.as_str(), attribute.value.as_str()))
            .collect();
        facts.entry("name").or_insert(&contact.who.heading);
        facts.insert(
            "customer",
            contact.who.reached.as_ref().unwrap_or(&contact.who.heading),
        );
        facts.insert("agent", &self.view.agent);
        html! {
            section.card.script id={ "script-" (id) } hidden[contact.script.is_empty()] aria-labelledby={ "script-title-" (id) } {
                h2 id={ "script-title-" (id) } { (self.locale.text_with("desk-script", &[("queue", (&contact.queue.label).into())])) }
                // It is written in a language of its own, which may run the other way.
                @if !contact.script.is_empty() { div dir="auto" { (script(&contact.script, &facts)) } }
            }
        }
    }
}

fn place(reference: &acd_client::v1::Reference) -> &str {
    reference
        .location
        .as_ref()
        .map_or("", |location| &location.value)
}

/// The stage, as the script and tests read it.
fn stage_name(stage: Stage) -> &'static str {
    match stage {
        Stage::Talking => "talking",
        Stage::Open => "open",
        Stage::Suspended => "suspended",
        Stage::Held => "held",
        Stage::Consulting => "consulting",
        Stage::Conference => "conference",
        Stage::Helping => "helping",
        Stage::WrapUp => "wrap-up",
        Stage::Parked => "parked",
        Stage::PutOff => "put-off",
        Stage::Ended => "ended",
    }
}

/// A value that was masked, as it is.
pub(crate) fn revealed(locale: &Locale, handling: u64, at: usize, value: &str) -> Markup {
    html! { dd id={ "fact-" (handling) "-" (at) } { (said(locale, value)) } }
}
