//! Who is signed in: the sealed cookie, what they may, and how they like the pages.

mod cookies;
mod forgery;
mod settings;
mod visitor;

pub(crate) use cookies::{Session, Tenant, cleared, forgotten, keep, kept, key, seal, unseal};
pub(crate) use forgery::{CSRF_FIELD, CSRF_HEADER, authority, check};
pub(crate) use settings::{Settings, Theme};
pub(crate) use visitor::{AskedTenant, Visitor, before};

pub(crate) use crate::rights::{Role, Roles};
