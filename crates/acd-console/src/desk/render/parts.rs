//! What many parts of the desk have in common.

use maud::{Markup, html};

use super::Desk;
use crate::{
    layout::{self, icon},
    session::CSRF_FIELD,
    texts::{Arg, Locale},
};

/// A button that does something, in a form of its own.
#[derive(Clone, Copy, Default)]
pub(super) struct Act<'a> {
    /// Where it is posted, below the desk's address.
    pub(super) verb: &'a str,
    /// What it is called.
    pub(super) text: &'a str,
    /// Its icon.
    pub(super) icon: Option<&'a str>,
    /// The key after F8, or `F2`.
    pub(super) key: Option<&'a str>,
    /// How it looks.
    pub(super) class: &'a str,
    /// How it is confirmed: 0 to 2.
    pub(super) confirm: u8,
    /// What follows from it, where it is asked.
    pub(super) consequence: Option<&'a str>,
    /// Where else it stands, if it stands in two places.
    pub(super) at: &'a str,
    /// Before when it does nothing.
    pub(super) dead_until_ms: Option<i64>,
}

impl Desk<'_> {
    /// The button, with what the act is about.
    pub(super) fn act(&self, act: &Act<'_>, about: &[(&str, &str)]) -> Markup {
        let subject: String = about.iter().map(|(_, value)| format!("-{value}")).collect();
        let confirm = (act.confirm > 0).then_some(act.confirm);
        html! {
            form.act method="post" action={ (self.path) "/" (act.verb) } data-act {
                (self.hidden(about))
                button.btn.(act.class) id={ (act.verb) (subject) (act.at) } data-key=[act.key]
                    data-confirm=[confirm] data-consequence=[act.consequence]
                    aria-keyshortcuts=[act.key.map(shortcut)] data-dead-until=[act.dead_until_ms] {
                    @if let Some(name) = act.icon { (icon(name)) }
                    span { (act.text) }
                    @if let Some(key) = act.key { " " kbd aria-hidden="true" { (key) } }
                }
            }
        }
    }

    /// What every form of the desk carries, and what it is about.
    pub(super) fn hidden(&self, about: &[(&str, &str)]) -> Markup {
        html! {
            input type="hidden" name=(CSRF_FIELD) value=(self.csrf);
            input type="hidden" name="request_id" value="";
            @for (name, value) in about { input type="hidden" name=(name) value=(value); }
        }
    }

    /// How long something has lasted; the browser goes on counting. The figure is not written here, so that the part is
    /// told again only when something else in it changes.
    pub(super) fn since(&self, at_ms: i64) -> Markup {
        html! { time data-since=(at_ms) {} }
    }

    /// How long something will last.
    pub(super) fn until(&self, at_ms: i64) -> Markup {
        html! { time data-until=(at_ms) {} }
    }

    /// What comes from outside and may be long: clipped until somebody wants more.
    pub(super) fn said(&self, text: &str) -> Markup {
        said(self.locale, text)
    }

    /// What a channel is called.
    pub(super) fn channel(&self, channel: &str) -> String {
        match channel_text(channel) {
            Some(id) => self.text(id),
            None => channel.to_owned(),
        }
    }

    /// "Call, Card loss".
    pub(super) fn place(&self, channel: &str, queue: &str) -> String {
        let channel = self.channel(channel);
        let args = [
            ("channel", Arg::Ours(&channel)),
            ("queue", Arg::Outside(queue)),
        ];
        self.locale.text_with("desk-place", &args)
    }
}

/// `F8 H`, as ARIA writes it.
fn shortcut(key: &str) -> String {
    match key {
        "F2" => "F2".to_owned(),
        key => format!("F8 {key}"),
    }
}

fn channel_text(channel: &str) -> Option<&'static str> {
    Some(match channel {
        "voice" => "desk-channel-voice",
        "chat" => "desk-channel-chat",
        "email" => "desk-channel-email",
        "sms" => "desk-channel-sms",
        "social" => "desk-channel-social",
        "video" => "desk-channel-video",
        "fax" => "desk-channel-fax",
        "callback" => "desk-channel-callback",
        "task" => "desk-channel-task",
        _ => return None,
    })
}

/// The icon of a channel.
pub(super) fn channel_icon(channel: &str) -> &'static str {
    match channel {
        "voice" | "callback" | "video" | "fax" => "phone",
        "email" => "mail",
        _ => "chat",
    }
}

/// What comes from outside. A number or another name of a line keeps its direction and its digits; everything else stands
/// in its own direction.
pub(super) fn outside(text: &str) -> Markup {
    match is_number(text) {
        true => html! { bdi.num dir="ltr" { (text) } },
        false => crate::texts::outside(text),
    }
}

fn is_number(text: &str) -> bool {
    let digits = text.chars().filter(char::is_ascii_digit).count();
    digits > 0
        && text.len() < 40
        && text
            .chars()
            .all(|letter| letter.is_ascii_digit() || "+-() .*#/".contains(letter))
}

/// What comes from outside and may be long: clipped until somebody wants more.
pub(super) fn said(locale: &Locale, text: &str) -> Markup {
    match is_number(text) {
        true => outside(text),
        false => layout::outside(locale, text),
    }
}
