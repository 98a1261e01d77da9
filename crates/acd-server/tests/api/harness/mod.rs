//! A server in this process and the clients that try it.

pub(crate) mod server;

pub(crate) use acd_testkit::{
    Clients, Desk, PATIENCE, Pbx, call, in_time, metadata, reason, refused, request_id,
};
pub(crate) use server::{OTHER_TENANT, TENANT, TestServer};
