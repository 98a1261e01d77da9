//! What pages have in common: the frame, navigation, the connection strip, icons, forms, what is not there.

mod form;
mod icons;
mod page;

pub(crate) use form::{Confirm, act, empty, field, hidden};
pub(crate) use icons::{icon, sprite};
pub(crate) use page::{Area, Connection, Frame, Page, bare, connection, me, outside, page};
