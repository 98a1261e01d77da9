//! What pages have in common: the frame, navigation, the connection strip, icons, forms, what is not there.

mod form;
mod icons;
mod page;

pub(crate) use form::{empty, hidden};
pub(crate) use icons::icon;
pub(crate) use page::{Area, Connection, Frame, Page, bare, connection, me, outside, page};
