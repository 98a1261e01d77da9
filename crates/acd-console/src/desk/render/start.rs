//! What fills the middle when there is no contact: the start of a shift, a desk that is open elsewhere.

use maud::{Markup, html};

use super::{Desk, parts::Act};
use crate::{desk::hub::Seat, layout::icon, session::CSRF_FIELD, texts::Arg};

impl Desk<'_> {
    /// What fills the middle when there is no contact.
    pub(super) fn rest(&self) -> Markup {
        html! {
            div #rest data-seat=(self.seat_data()) {
                @match self.view.seat {
                    Seat::Elsewhere(since) => { (self.elsewhere(since)) }
                    Seat::LoggedOut => { (self.start(None)) }
                    Seat::Slept(from, to) => { (self.start(Some((from, to)))) }
                    Seat::Here | Seat::Returning => {
                        @if !self.is_in() { (self.start(None)) }
                        @else if self.view.contacts.is_empty() { h1.quiet.nobody { (self.text("desk-no-contact-in-hand")) } }
                    }
                }
            }
        }
    }

    fn seat_data(&self) -> &'static str {
        match self.view.seat {
            Seat::Here => "here",
            Seat::Returning => "returning",
            Seat::Elsewhere(_) => "elsewhere",
            Seat::LoggedOut | Seat::Slept(..) => "out",
        }
    }

    fn elsewhere(&self, since_ms: i64) -> Markup {
        let since = self.locale.time_of_day(since_ms);
        html! {
            section.card.start {
                h1 { (self.locale.text_with("desk-elsewhere", &[("time", Arg::Ours(&since))])) }
                p { (self.text("desk-elsewhere-means")) }
                // No act of this page: the answer is a new page, which is the newest.
                form method="post" action={ (self.path) "/take" } {
                    input type="hidden" name=(CSRF_FIELD) value=(self.csrf);
                    button.btn.primary { (self.text("desk-take-it-here")) }
                }
            }
        }
    }

    fn start(&self, slept: Option<(i64, i64)>) -> Markup {
        let text = match slept {
            Some(_) => self.text("desk-log-in"),
            None => self.text("desk-start-shift"),
        };
        let act = Act {
            verb: "login",
            text: &text,
            class: "primary start-shift",
            ..Act::default()
        };
        html! {
            section.card.start {
                h1 { (self.text("desk-you-are-logged-out")) }
                @if let Some((from, to)) = slept {
                    @let (from, to) = (self.locale.time_of_day(from), self.locale.time_of_day(to));
                    p { (self.locale.text_with("desk-slept", &[("from", Arg::Ours(&from)), ("to", Arg::Ours(&to))])) }
                }
                p { (self.text("desk-start-means")) }
                (self.act(&act, &[]))
                noscript { p.note.warns { (icon("warn")) span { (self.text("desk-needs-script")) } } }
            }
        }
    }

    /// In what the browser asks and says by itself.
    pub(super) fn bars(&self) -> Markup {
        html! {
            section.asks #sound-check role="group" aria-label=(self.text("desk-sound")) hidden {
                p data-step="asks" { (icon("sound")) (self.text("desk-heard-it")) }
                p data-step="help" hidden { (icon("warn")) (self.text("desk-not-heard")) }
                button.btn type="button" data-sound="yes" { (self.text("desk-yes")) }
                button.btn type="button" data-sound="no" { (self.text("desk-no")) }
                button.btn type="button" data-sound="again" hidden { (self.text("desk-play-again")) }
            }
            section.asks #sound-off hidden { p { (icon("warn")) (self.text("desk-sound-is-off")) } }
            section.asks #notifications-denied hidden {
                p { (icon("bell")) (self.text("desk-notifications-denied")) }
                button.btn type="button" data-close { (self.text("common-close")) }
            }
        }
    }
}
