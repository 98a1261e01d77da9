//! Queues, agents, contacts, acts: where to help, and stepping in.

mod acting;
mod acts;
mod agent;
mod agents;
mod contact;
mod contacts;
mod drawings;
mod live;
mod pages;
mod parts;
mod queues;
mod table;
mod words;

#[cfg(test)]
mod tests;

pub(crate) use pages::routes;
