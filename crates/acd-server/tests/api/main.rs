//! What the server promises its clients, tried by clients made from `proto/` over real connections.

mod adapter_stream;
mod bad_input;
mod call_path;
mod configuration;
mod harness;
mod scraping;
mod security;
mod streams;
mod supervision;
