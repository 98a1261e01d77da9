//! Forms and buttons that act.

use maud::{Markup, html};

use crate::session::{CSRF_FIELD, Visitor};

/// What it takes to act (the confirm levels of the console).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Confirm {
    /// One press.
    None,
    /// A second press in place, within four seconds.
    Again,
    /// A panel with what follows and the reason.
    Panel,
    /// A panel, and the name of what it is about to be typed.
    Name,
}

impl Confirm {
    /// As `data-confirm` says it.
    pub(crate) fn level(self) -> Option<&'static str> {
        match self {
            Self::None => None,
            Self::Again => Some("1"),
            Self::Panel => Some("2"),
            Self::Name => Some("3"),
        }
    }
}

/// The hidden fields of every form: the mark of the session, and a request id that the browser makes once per intent.
pub(crate) fn hidden(visitor: &Visitor) -> Markup {
    html! {
        input type="hidden" name=(CSRF_FIELD) value=(visitor.csrf);
        input type="hidden" name="request_id" value="";
    }
}

/// A form of one button that acts: `POST` to this address with these fields. `key` is the key after F8, as `event.code`
/// has it without its prefix (`H`).
pub(crate) fn act(
    visitor: &Visitor,
    address: &str,
    fields: &[(&str, &str)],
    confirm: Confirm,
    key: Option<&str>,
    classes: &str,
    label: Markup,
) -> Markup {
    html! {
        form.act method="post" action=(address) data-act {
            (hidden(visitor))
            @for (name, value) in fields { input type="hidden" name=(name) value=(value); }
            button class={ "btn " (classes) } type="submit" data-confirm=[confirm.level()] data-key=[key] {
                (label)
                @if let Some(key) = key { kbd { (key) } }
            }
        }
    }
}

/// A labelled text field.
pub(crate) fn field(id: &str, name: &str, label: &str, value: &str, hint: Option<&str>) -> Markup {
    let hint_id = format!("{id}-hint");
    html! {
        div.field {
            label for=(id) { (label) }
            input id=(id) name=(name) value=(value) autocomplete="off" spellcheck="false"
                aria-describedby=[hint.map(|_| &hint_id)];
            @if let Some(hint) = hint { p.hint id=(hint_id) { (hint) } }
        }
    }
}

/// What is said where there is nothing, and why.
pub(crate) fn empty(what: &str, way_out: Option<Markup>) -> Markup {
    html! {
        p.empty { (what) @if let Some(way_out) = way_out { " " (way_out) } }
    }
}
