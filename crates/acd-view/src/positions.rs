//! The true places in line.

use std::cell::RefCell;
use std::collections::HashMap;

use acd_core::ids::{QueueNo, VisitId};
use acd_core::state::{State, Visit};

/// The places of the open visits of a tenant in one state of it. A queue is put in order when it is first asked about,
/// once however many of its visits are shown.
#[derive(Debug, Default)]
pub struct Positions(RefCell<HashMap<QueueNo, Line>>);

#[derive(Debug)]
struct Line {
    order: Vec<VisitId>,
    places: HashMap<VisitId, u32>,
}

impl Positions {
    /// The place of an open visit in the declared order, from 1, ringing ones included.
    pub fn of(&self, state: &State, visit: &Visit) -> u32 {
        self.with_line(state, visit.queue, |line| line.places[&visit.id])
    }

    /// The first visits of a queue in that order.
    pub fn first(&self, state: &State, queue: QueueNo, most: usize) -> Vec<VisitId> {
        self.with_line(state, queue, |line| {
            line.order.iter().copied().take(most).collect()
        })
    }

    fn with_line<T>(&self, state: &State, queue: QueueNo, look: impl FnOnce(&Line) -> T) -> T {
        let mut lines = self.0.borrow_mut();
        look(lines.entry(queue).or_insert_with(|| Line::of(state, queue)))
    }
}

impl Line {
    fn of(state: &State, queue: QueueNo) -> Self {
        let open = state.open_visits(queue).iter().map(|(_, visit)| *visit);
        let mut order: Vec<VisitId> = open.collect();
        order.sort_by_cached_key(|visit| state.queue_key(&state.facts().visits[visit]));
        let places = order.iter().copied().zip(1..).collect();
        Self { order, places }
    }
}
