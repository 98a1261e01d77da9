//! What the server promises its clients, tried by clients made from `proto/` over real connections.

mod adapter_stream;
mod asking;
mod bad_input;
mod call_path;
mod configuration;
mod credentials;
mod desk;
mod doors;
mod guide;
mod handling;
mod harness;
mod history;
mod in_memory;
mod live_list;
mod log;
mod scheduling;
mod scraping;
mod security;
mod stepping_in;
mod streams;
mod supervision;
mod unreadable;
mod web;
