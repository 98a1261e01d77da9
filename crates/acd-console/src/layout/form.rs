//! Forms and buttons that act.

use maud::{Markup, html};

use crate::session::{CSRF_FIELD, Visitor};

/// The hidden fields of every form: the mark of the session, and a request id that the browser makes once per intent.
pub(crate) fn hidden(visitor: &Visitor) -> Markup {
    html! {
        input type="hidden" name=(CSRF_FIELD) value=(visitor.csrf);
        input type="hidden" name="request_id" value="";
    }
}

/// What is said where there is nothing, and why.
pub(crate) fn empty(what: &str, way_out: Option<Markup>) -> Markup {
    html! {
        p.empty { (what) @if let Some(way_out) = way_out { " " (way_out) } }
    }
}
