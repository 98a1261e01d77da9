//! What pages have in common: the frame, navigation, the connection strip, icons, forms, what is not there.

mod form;
mod icons;
mod page;

pub(crate) use form::{empty, hidden};
pub(crate) use icons::icon;
pub(crate) use page::{Area, Connection, Frame, Page, bare, connection, me, outside, page};

/// A page without what its larger fields hold, which is text as somebody wrote it.
#[cfg(test)]
pub(crate) fn outside_fields(html: &str) -> String {
    let mut shown = String::new();
    let mut rest = html;
    while let Some((before, field)) = rest.split_once("<textarea") {
        let (tag, text) = field.split_once('>').expect("the end of its tag");
        let (_, after) = text.split_once("</textarea>").expect("the field's end");
        shown += &format!("{before}<textarea{tag}></textarea>");
        rest = after;
    }
    shown + rest
}
