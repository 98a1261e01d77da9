//! Configuration from the files of others: agents and skills from CSV tables, a whole centre from Asterisk's queues.

pub mod asterisk;
pub mod csv;
