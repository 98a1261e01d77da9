//! What became of a contact, and the notes on it.

use acd_client::v1::WrapUpMode;
use maud::{Markup, html};

use super::{Desk, parts::outside};
use crate::{
    desk::view::{Contact, Stage},
    layout::icon,
    texts::{Arg, Locale},
};

impl Desk<'_> {
    /// The frame of a contact's outcome. `whole` for a page; told alone it is empty and the same for ever.
    pub(super) fn outcome_frame(
        &self,
        contact: &Contact,
        whole: bool,
        chosen: Option<u64>,
    ) -> Markup {
        let id = contact.handling.handling_id;
        html! {
            aside.outcome-frame id={ "outcome-frame-" (id) } data-in="outcomes" data-contact=(id) hidden[chosen != Some(id)]
                aria-labelledby={ "outcome-title-" (id) } {
                h2 id={ "outcome-title-" (id) } { (self.text("desk-outcome-and-notes")) }
                @if whole { (self.outcome(contact)) } @else { form id={ "outcome-" (id) } {} }
                p.saved {
                    span id={ "saved-" (id) } {}
                    span data-count-of={ "notes-" (id) } { span.count {} " "
                        (self.locale.text_with("desk-of", &[("all", Arg::Number(self.view.note_bytes.into()))])) }
                }
                @if whole { (self.next(contact)) } @else { div id={ "next-" (id) } {} }
            }
        }
    }

    /// The outcome and the notes. What is typed is a draft of this contact until the engine has it.
    pub(super) fn outcome(&self, contact: &Contact) -> Markup {
        let id = contact.handling.handling_id;
        let number = id.to_string();
        let choices = &contact.queue.dispositions;
        let said = contact.outcome();
        let other = !said.is_empty() && choices.iter().all(|choice| choice.code != said);
        html! {
            form.outcome id={ "outcome-" (id) } method="post" action={ (self.path) "/note" } data-draft=(id) {
                (self.hidden(&[("handling", &number)]))
                @if !choices.is_empty() || other {
                    fieldset id={ "choices-" (id) } data-key="O" tabindex="-1" {
                        legend { (self.text("desk-what-became")) " " kbd aria-hidden="true" { "O" } }
                        @for choice in choices {
                            label.opt {
                                input type="radio" name="code" value=(choice.code) checked[choice.code == said];
                                span { (outside(&choice.label)) }
                            }
                        }
                        @if other {
                            label.opt { input type="radio" name="code" value=(said) checked; span { (outside(said)) } }
                        }
                    }
                }
                div.field {
                    label for={ "notes-" (id) } { (self.text("desk-notes")) " " kbd aria-hidden="true" { "N" } }
                    textarea id={ "notes-" (id) } name="notes" dir="auto" data-key="N" data-bytes=(self.view.note_bytes) {
                        // A line feed that begins a textarea is dropped by the browser.
                        "\n" (contact.notes())
                    }
                }
                noscript { button.btn { (self.text("desk-save")) } }
            }
        }
    }

    /// What follows the talk.
    pub(super) fn next(&self, contact: &Contact) -> Markup {
        html! { div.next id={ "next-" (contact.handling.handling_id) } { (self.what_follows(contact)) } }
    }

    fn what_follows(&self, contact: &Contact) -> Markup {
        let handling = &contact.handling;
        match contact.stage {
            Stage::WrapUp => self.wrap_up(contact),
            Stage::Ended if contact.lacks_outcome() => {
                html! { b { (self.text("desk-outcome-lacks")) } }
            }
            Stage::Ended | Stage::Parked | Stage::PutOff => html! {},
            _ => {
                let time = self.locale.duration(contact.queue.wrap_up_ms);
                let id = match handling.wrap_up_mode() {
                    WrapUpMode::None | WrapUpMode::Unspecified => return html! {},
                    WrapUpMode::Requested if handling.wrap_up_requested => "desk-after-timed",
                    WrapUpMode::Requested => "desk-after-on-request",
                    WrapUpMode::Optional => "desk-after-optional",
                    WrapUpMode::Manual => "desk-after-manual",
                    WrapUpMode::Forced => "desk-after-forced",
                    WrapUpMode::Timed => "desk-after-timed",
                };
                html! {
                    b { (self.locale.text_with(id, &[("time", Arg::Ours(&time))])) }
                    (self.bounds(contact))
                }
            }
        }
    }

    fn bounds(&self, contact: &Contact) -> Markup {
        let ceiling = contact.queue.wrap_up_ceiling_ms;
        let timed = matches!(
            contact.handling.wrap_up_mode(),
            WrapUpMode::Timed | WrapUpMode::Requested
        );
        let longest = self.locale.duration(ceiling);
        html! {
            @if timed && ceiling > contact.queue.wrap_up_ms {
                (self.locale.text_with("desk-wrap-up-up-to", &[("time", Arg::Ours(&longest))]))
            } @else if timed { (self.text("desk-wrap-up-earlier")) }
        }
    }

    fn wrap_up(&self, contact: &Contact) -> Markup {
        let handling = &contact.handling;
        let until = handling.wrap_up_until_ms;
        let at = self.locale.time_to_the_second(until);
        html! {
            @if until == 0 { b { (self.text("desk-wrap-up-yours")) } }
            @else if handling.wrap_up_mode() == WrapUpMode::Forced {
                b { (self.locale.text_with("desk-wrap-up-forced", &[("time", Arg::Ours(&at))])) }
            } @else {
                b { (self.locale.rich("desk-wrap-up-left", &[], &[("time", self.until(until))])) }
                (self.bounds(contact))
            }
            @if contact.lacks_outcome() { p.small { (self.text("desk-outcome-lacks")) } }
        }
    }
}

/// That the engine has what was typed.
pub(crate) fn saved(locale: &Locale, handling_id: u64, at_ms: i64) -> Markup {
    let time = locale.time_to_the_second(at_ms);
    html! {
        span id={ "saved-" (handling_id) } {
            (icon("check")) (locale.text_with("desk-saved", &[("time", Arg::Ours(&time))]))
        }
    }
}
