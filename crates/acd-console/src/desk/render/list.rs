//! The agent's contacts, one key away each.

use maud::{Markup, html};

use super::{
    Desk,
    parts::{channel_icon, outside},
};
use crate::{
    desk::view::{Contact, Stage},
    layout::icon,
    texts::Arg,
};

impl Desk<'_> {
    /// Open, parked and just ended contacts. It says which contacts are there: the browser takes away what is not.
    pub(super) fn list(&self) -> Markup {
        let ids: Vec<String> = self
            .shown()
            .map(|contact| contact.handling.handling_id.to_string())
            .collect();
        let of = |stages: fn(&Contact) -> bool| {
            self.shown()
                .filter(move |contact| stages(contact))
                .collect::<Vec<_>>()
        };
        let parked: fn(&Contact) -> bool =
            |contact| matches!(contact.stage, Stage::Parked | Stage::PutOff);
        let ended: fn(&Contact) -> bool = |contact| contact.stage == Stage::Ended;
        let slots = [
            ("taken", Arg::from(self.view.slots_taken)),
            ("all", Arg::from(self.view.slots)),
        ];
        html! {
            div.list #list data-contacts=(ids.join(" ")) {
                @if self.is_in() || !ids.is_empty() {
                    (self.group("desk-open", &self.locale.text_with("desk-slots", &slots), &of(Contact::is_open)))
                    @if self.shown().any(parked) {
                        (self.group("desk-parked", &self.text("desk-holds-no-slot"), &of(parked)))
                    }
                    @if self.shown().any(ended) {
                        (self.group("desk-just-ended", "", &of(ended)))
                    }
                }
            }
        }
    }

    fn group(&self, title: &str, aside: &str, contacts: &[&Contact]) -> Markup {
        html! {
            h3 { (self.text(title)) " " span { (aside) } }
            @if contacts.is_empty() { p.quiet.small.none { (self.text("desk-no-contacts")) } }
            ul { @for contact in contacts { li { (self.item(contact)) } } }
        }
    }

    fn item(&self, contact: &Contact) -> Markup {
        let id = contact.handling.handling_id;
        let (class, picture) = look(contact);
        let key = (contact.number > 0).then(|| contact.number.to_string());
        html! {
            a.item.(class) id={ "item-" (id) } href={ (self.path) "?contact=" (id) } data-show=(id) data-key=[key.as_deref()]
                aria-keyshortcuts=[key.as_ref().map(|key| format!("F8 {key}"))] {
                span.ch { (icon(picture)) @if let Some(key) = &key { kbd aria-hidden="true" { (key) } } }
                span.who {
                    b { (outside(&contact.who.heading)) }
                    span.sub { (self.item_place(contact)) }
                }
                span.st { (self.item_time(contact)) span.word { (self.stage_word(contact)) } }
            }
        }
    }

    fn item_place(&self, contact: &Contact) -> String {
        let place = self.place(&contact.handling.channel, &contact.queue.label);
        let answer_by = contact.handling.answer_until_ms;
        if answer_by == 0
            || contact.stage != Stage::Open
            || contact.handling.first_response_at_ms != 0
        {
            return place;
        }
        let channel = self.channel(&contact.handling.channel);
        let by = self.locale.time_of_day(answer_by);
        let args = [("channel", Arg::Ours(&channel)), ("time", Arg::Ours(&by))];
        self.locale.text_with("desk-place-answer-by", &args)
    }

    fn item_time(&self, contact: &Contact) -> Markup {
        let handling = &contact.handling;
        html! {
            span.t {
                @match contact.stage {
                    Stage::WrapUp if handling.wrap_up_until_ms != 0 => {
                        (self.locale.rich("desk-left", &[], &[("time", self.until(handling.wrap_up_until_ms))]))
                    }
                    Stage::PutOff => (self.put_off_until(handling.scheduled_at_ms)),
                    Stage::Ended => (self.locale.time_of_day(handling.ended_at_ms)),
                    _ => (self.since(contact.since_ms())),
                }
            }
        }
    }

    /// When a callback is due: a time of today, or the day as well.
    fn put_off_until(&self, at_ms: i64) -> String {
        let today = self.locale.date(self.view.at_ms) == self.locale.date(at_ms);
        match today {
            true => self.locale.time_of_day(at_ms),
            false => self.locale.moment(at_ms),
        }
    }

    /// Where a contact stands, in a word.
    pub(super) fn stage_word(&self, contact: &Contact) -> String {
        self.text(match contact.stage {
            Stage::Talking => "desk-talking",
            Stage::Open => "desk-open-word",
            Stage::Suspended => "desk-suspended",
            Stage::Held => "desk-held",
            Stage::Consulting => "desk-consulting",
            Stage::Conference => "desk-conference-word",
            Stage::Helping => "desk-helping",
            Stage::WrapUp if contact.handling.attempt => "desk-attempt",
            Stage::WrapUp => "desk-wrap-up",
            Stage::Parked => "desk-parked-word",
            Stage::PutOff => "desk-put-off-word",
            Stage::Ended if contact.lacks_outcome() => "desk-no-outcome",
            Stage::Ended => "desk-ended",
        })
    }
}

/// The class that colours a contact, and its icon: its channel, or what is special about it.
pub(super) fn look(contact: &Contact) -> (&'static str, &'static str) {
    let channel = channel_icon(&contact.handling.channel);
    match contact.stage {
        Stage::Talking | Stage::Open | Stage::Conference | Stage::Helping => ("is-talk", channel),
        Stage::Held | Stage::Consulting => ("is-hold", "pause"),
        Stage::Suspended => ("is-off", channel),
        Stage::WrapUp => ("is-wrap", "pen"),
        Stage::Parked | Stage::PutOff => ("is-hold", "aside"),
        Stage::Ended if contact.lacks_outcome() => ("is-bad", "warn"),
        Stage::Ended => ("is-off", "check"),
    }
}
