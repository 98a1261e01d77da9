//! The desk as HTML: pure, of a [`View`] and a language.
//!
//! Each part that changes by itself is an element with its own id, and is told as a whole. A contact has a frame, which
//! is placed once and taken away with it; what is in it changes apart, so that nothing that is typed is touched.

mod contact;
mod list;
mod offers;
mod outcome;
mod parts;
mod presence;
mod start;
mod targets;

#[cfg(test)]
mod tests;

use maud::{Markup, html};

use super::{
    hub::{Notice, Seat},
    view::{Contact, View},
};
use crate::{
    live::Fragments,
    texts::{Arg, Locale},
};

pub(crate) use contact::revealed;
pub(crate) use outcome::saved;
pub(crate) use targets::{Kind, targets};

/// How a desk is shown.
#[derive(Clone, Copy)]
pub(crate) struct Desk<'d> {
    /// The language.
    pub(crate) locale: &'d Locale,
    /// The address of the desk: acts are posted below it.
    pub(crate) path: &'d str,
    /// What its forms carry.
    pub(crate) csrf: &'d str,
    /// What is shown.
    pub(crate) view: &'d View,
    /// Whether it is in a frame of somebody's page, who is told of the contacts.
    pub(crate) embedded: bool,
}

impl Desk<'_> {
    /// The whole desk, for the page; the contact in hand is the one that was asked for, else the oldest.
    /// `connection` and `me` are those of every page.
    pub(crate) fn body(&self, asked: Option<u64>, connection: Markup, me: Markup) -> Markup {
        let chosen = self.chosen(asked);
        html! {
            div.desk #desk data-chosen=[chosen] data-embedded[self.embedded] data-agent=(self.view.agent) {
                (self.presence())
                (self.presence_menu())
                (self.top(connection, me))
                nav.side aria-label=(self.locale.text("desk-contacts")) {
                    (self.offers())
                    (self.list())
                    p.hint { kbd { "F8" } " " (self.locale.text("desk-hint-keys")) }
                }
                main.main #content tabindex="-1" {
                    (self.notice())
                    div #contacts {
                        @for contact in self.shown() { (self.contact_frame(contact, true, chosen)) }
                    }
                    (self.rest())
                }
                div.aside #outcomes {
                    @for contact in self.shown() { (self.outcome_frame(contact, true, chosen)) }
                }
                (self.bars())
            }
        }
    }

    /// All parts that change by themselves. A page that was there before the console is keeps what it shows until the
    /// engine has said how the desk stands: contacts that are not known yet are not gone, and somebody may type in them.
    pub(crate) fn fragments(&self) -> Fragments {
        if !self.view.is_known {
            return Fragments::new();
        }
        let mut parts = vec![
            ("presence".to_owned(), self.presence()),
            ("presence-menu".to_owned(), self.presence_menu()),
            ("day".to_owned(), self.day()),
            ("offers".to_owned(), self.offers()),
            ("notice".to_owned(), self.notice()),
            ("rest".to_owned(), self.rest()),
        ];
        for contact in self.shown() {
            let id = contact.handling.handling_id;
            parts.extend([
                (
                    format!("contact-{id}"),
                    self.contact_frame(contact, false, None),
                ),
                (format!("head-{id}"), self.head(contact)),
                (format!("legs-{id}"), self.legs(contact)),
                (format!("acts-{id}"), self.acts(contact)),
                (format!("facts-{id}"), self.facts(contact)),
                (format!("script-{id}"), self.script(contact)),
                (
                    format!("outcome-frame-{id}"),
                    self.outcome_frame(contact, false, None),
                ),
                (format!("outcome-{id}"), self.outcome(contact)),
                (format!("next-{id}"), self.next(contact)),
            ]);
        }
        // The list comes last: it says which contacts are there, and what is not in it is taken away.
        parts.push(("list".to_owned(), self.list()));
        parts
    }

    /// The contacts, unless the desk is not here.
    fn shown(&self) -> impl Iterator<Item = &Contact> {
        let here = matches!(self.view.seat, Seat::Here | Seat::Returning);
        self.view.contacts.iter().filter(move |_| here)
    }

    fn chosen(&self, asked: Option<u64>) -> Option<u64> {
        let ids = || self.shown().map(|contact| contact.handling.handling_id);
        asked
            .filter(|asked| ids().any(|id| id == *asked))
            .or_else(|| ids().next())
    }

    /// What the desk's script says by itself.
    pub(crate) fn texts_for_script(&self, origins: &[String]) -> Vec<(&'static str, String)> {
        let ids = [
            ("sound-on", "desk-sound-on"),
            ("sound-off", "desk-sound-is-off"),
            ("not-saved", "desk-not-saved"),
            ("saving", "desk-saving"),
            ("notification", "desk-press-accept"),
            ("new-contact", "desk-new-contact"),
        ];
        let mut texts: Vec<_> = ids.map(|(name, id)| (name, self.text(id))).into();
        if self.embedded {
            texts.push(("origins", origins.join(" ")));
        }
        texts
    }

    fn text(&self, id: &str) -> String {
        self.locale.text(id)
    }
}

/// What the agent is told once.
pub(crate) fn notice(locale: &Locale, notice: Notice) -> String {
    match notice {
        Notice::ConnectedAgain(ended) => {
            locale.text_with("desk-connected-again", &[("ended", ended.into())])
        }
        Notice::Slept(from, to) => {
            let (from, to) = (locale.time_of_day(from), locale.time_of_day(to));
            locale.text_with(
                "desk-this-tab-slept",
                &[("from", Arg::Ours(&from)), ("to", Arg::Ours(&to))],
            )
        }
    }
}
