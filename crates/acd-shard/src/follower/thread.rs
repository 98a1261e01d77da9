//! The follower's thread: it takes the steps and waits in between.

use std::thread;

use acd_core::ids::TimeMs;
use crossbeam_channel::Select;

use super::showing::Showing;
use crate::pace::Pace;

/// Shows until nothing more comes.
pub(crate) fn show(mut showing: Showing) {
    loop {
        match showing.step() {
            // Where there are few processors, those who decide have their turn.
            Pace::Again => thread::yield_now(),
            Pace::Until(until) => wait(&showing, until),
            Pace::Stopped(()) => return,
        }
    }
}

/// Waits until there is something to do, at this instant at the latest.
fn wait(showing: &Showing, until: Option<TimeMs>) {
    let (inbox, time) = (showing.inbox(), showing.alarm(until));
    let mut select = Select::new();
    select.recv(&inbox.handovers);
    select.recv(&time);
    if showing.follower().is_some() {
        select.recv(&inbox.gone);
        select.recv(&inbox.begins);
        select.recv(&inbox.looks);
    }
    select.ready();
}
