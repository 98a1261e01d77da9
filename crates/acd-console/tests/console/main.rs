//! The console over HTTP, in this process, with a real engine behind it.

mod connections;
mod desk;
mod forms;
mod harness;
mod issuer;
mod pages;
mod sign_in;
mod streams;
