//! Who is in each queue now: *waiting*, *ringing*, *in queue* and *longest wait* are computed here and nowhere else.
//!
//! `docs/metrics.md` defines them. Limits, predictions, metrics, views, figures and explanations read them.
//!
//! It is counted as visits come, ring and go, so that reading it costs the same however many wait.

use std::collections::{BTreeMap, BTreeSet};

use super::State;
use super::facts::{Facts, Visit};
use super::ranking::LineKey;
use crate::ids::{Channel, QueueNo, TimeMs, VisitId};
use crate::ranked::Ranked;
use crate::table::Table;

/// Where an open visit stands in its queue.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// It has no offer.
    Waiting,
    /// It has none, and none is made yet: it is between two attempts to reach its customer.
    BetweenAttempts,
    /// It has an offer, pending or connecting.
    Ringing,
}

impl Visit {
    /// Where the visit stands.
    pub fn standing(&self) -> Standing {
        match (self.offers.is_empty(), self.next_attempt_at) {
            (false, _) => Standing::Ringing,
            (true, Some(_)) => Standing::BetweenAttempts,
            (true, None) => Standing::Waiting,
        }
    }
}

/// The open visits of a queue, counted: of one channel, or of all.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Line {
    /// Without an offer.
    pub waiting: u32,
    /// Of them, those between two attempts to reach their customer.
    pub between_attempts: u32,
    /// With an offer that is pending or connecting.
    pub ringing: u32,
    /// Of all in queue, the callbacks that are still owed.
    pub callbacks: u32,
    /// Of all in queue, those whose long wait was reported.
    pub alerted: u32,
}

impl Line {
    /// Those that wait or ring.
    pub fn in_queue(&self) -> u32 {
        self.waiting + self.ringing
    }

    /// Those who wait for an agent now.
    pub fn for_an_agent(&self) -> u32 {
        self.waiting - self.between_attempts
    }

    /// Of those in queue, all but the callbacks that are still owed.
    pub fn callers(&self) -> u32 {
        self.in_queue() - self.callbacks
    }

    fn add(&mut self, place: &Counted, add: fn(u32, u32) -> u32) {
        match place.standing {
            Standing::Ringing => self.ringing = add(self.ringing, 1),
            Standing::Waiting | Standing::BetweenAttempts => self.waiting = add(self.waiting, 1),
        }
        let between = u32::from(place.standing == Standing::BetweenAttempts);
        self.between_attempts = add(self.between_attempts, between);
        self.callbacks = add(self.callbacks, u32::from(place.is_callback));
        self.alerted = add(self.alerted, u32::from(place.alerted));
    }

    fn plus(self, other: &Line) -> Line {
        Line {
            waiting: self.waiting + other.waiting,
            between_attempts: self.between_attempts + other.between_attempts,
            ringing: self.ringing + other.ringing,
            callbacks: self.callbacks + other.callbacks,
            alerted: self.alerted + other.alerted,
        }
    }
}

/// What one visit counts for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Counted {
    queue: QueueNo,
    channel: Channel,
    standing: Standing,
    step: u16,
    is_callback: bool,
    alerted: bool,
    /// When its contact arrived, if that was before it joined.
    arrived_at: Option<TimeMs>,
    /// By when its contact is to be answered.
    answer_until: Option<TimeMs>,
    key: LineKey,
}

impl Counted {
    fn of(facts: &Facts, visit: &Visit) -> Self {
        let contact = &facts.contacts[&visit.contact];
        Self {
            queue: visit.queue,
            channel: contact.channel,
            standing: visit.standing(),
            step: visit.step,
            is_callback: contact.is_callback(),
            alerted: visit.alerted,
            arrived_at: Some(contact.waits_since).filter(|at| *at < visit.enqueued_at),
            answer_until: contact.answer_until(),
            key: LineKey::of(facts, contact, visit),
        }
    }

    /// Whether it counts for the longest wait.
    fn is_timed(&self) -> bool {
        !self.is_callback && self.standing != Standing::BetweenAttempts
    }
}

/// Where a visit has begun to wait, and where it waits no longer.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Moved {
    pub(super) left: Option<QueueNo>,
    pub(super) joined: Option<QueueNo>,
}

impl Moved {
    fn of(before: Option<Counted>, now: Option<Counted>) -> Self {
        let waits = |it: Counted| (it.standing != Standing::Ringing).then_some(it.queue);
        let (before, now) = (before.and_then(waits), now.and_then(waits));
        match before == now {
            true => Self::default(),
            false => Self {
                left: before,
                joined: now,
            },
        }
    }
}

/// The visits of one queue on one channel.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct ChannelLine {
    line: Line,
    /// Those that count for the longest wait. Who joined first has the smallest number.
    by_enqueue: BTreeSet<VisitId>,
    /// Of them, those whose contacts arrived before they joined, by that.
    by_arrival: BTreeSet<(TimeMs, VisitId)>,
}

/// The visits of one queue.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct QueueLine {
    channels: [ChannelLine; Channel::ALL.len()],
    /// Those in queue, in the matching order.
    order: Ranked<LineKey>,
    /// Of them, those who do not wait for an agent now.
    aside: Ranked<LineKey>,
    /// How many are in queue at each step of their plan; a step without any is not kept.
    steps: BTreeMap<u16, u32>,
    /// Those in queue whose contacts are to be answered by an instant, by that.
    deadlines: BTreeSet<(TimeMs, VisitId)>,
}

/// The visits of all queues.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Lines {
    queues: Vec<QueueLine>,
    counted: Table<VisitId, Counted>,
}

impl Lines {
    pub(super) fn of(facts: &Facts) -> Self {
        let mut lines = Self {
            queues: vec![QueueLine::default(); facts.queues.len()],
            counted: Table::default(),
        };
        for id in facts.visits.keys() {
            lines.count(*id, facts);
        }
        lines
    }

    /// Counts a visit anew; one that is open no longer is not counted. Says where it has begun or ended to wait.
    pub(super) fn count(&mut self, id: VisitId, facts: &Facts) -> Moved {
        let now = facts.visits.get(&id).map(|open| Counted::of(facts, open));
        let before = match now {
            Some(now) => self.counted.insert(id, now),
            None => self.counted.remove(&id),
        };
        if now == before {
            return Moved::default();
        }
        let stays = before.zip(now).is_some_and(|(before, now)| {
            before.is_timed() == now.is_timed()
                && (before.channel, before.step) == (now.channel, now.step)
        });
        if let Some(before) = before {
            self.queues[before.queue.index()].remove(id, &before, stays);
        }
        if let Some(now) = now {
            self.queues[now.queue.index()].insert(id, &now, stays);
        }
        self.order(before, now);
        Moved::of(before, now)
    }

    /// Puts a visit at its place in the order of its queue, if that is another than before.
    fn order(&mut self, before: Option<Counted>, now: Option<Counted>) {
        let place = |counted: Counted| (counted.queue, counted.key);
        let is_aside = |counted: &Counted| counted.standing != Standing::Waiting;
        let mut put = |order: fn(&mut QueueLine) -> &mut Ranked<LineKey>,
                       before: Option<(QueueNo, LineKey)>,
                       now: Option<(QueueNo, LineKey)>| {
            if before == now {
                return;
            }
            if let Some((queue, key)) = before {
                order(&mut self.queues[queue.index()]).remove(&key);
            }
            if let Some((queue, key)) = now {
                order(&mut self.queues[queue.index()]).insert(key);
            }
        };
        put(|line| &mut line.order, before.map(place), now.map(place));
        let (before, now) = (before.filter(is_aside), now.filter(is_aside));
        put(|line| &mut line.aside, before.map(place), now.map(place));
    }
}

impl QueueLine {
    /// Counts a visit; its times and its step are in place already if it `stays`.
    fn insert(&mut self, id: VisitId, counted: &Counted, stays: bool) {
        let channel = &mut self.channels[counted.channel.index()];
        channel.line.add(counted, |so_far, one| so_far + one);
        if stays {
            return;
        }
        if counted.is_timed() {
            channel.by_enqueue.insert(id);
            channel
                .by_arrival
                .extend(counted.arrived_at.map(|at| (at, id)));
        }
        *self.steps.entry(counted.step).or_default() += 1;
        self.deadlines
            .extend(counted.answer_until.map(|until| (until, id)));
    }

    fn remove(&mut self, id: VisitId, counted: &Counted, stays: bool) {
        let channel = &mut self.channels[counted.channel.index()];
        channel.line.add(counted, |so_far, one| so_far - one);
        if stays {
            return;
        }
        if counted.is_timed() {
            channel.by_enqueue.remove(&id);
            if let Some(arrived_at) = counted.arrived_at {
                channel.by_arrival.remove(&(arrived_at, id));
            }
        }
        if let Some(visits) = self.steps.get_mut(&counted.step) {
            *visits -= 1;
            if *visits == 0 {
                self.steps.remove(&counted.step);
            }
        }
        if let Some(until) = counted.answer_until {
            self.deadlines.remove(&(until, id));
        }
    }
}

impl State {
    fn queue_line(&self, queue: QueueNo) -> &QueueLine {
        &self.derived.index.lines.queues[queue.index()]
    }

    /// The open visits of the queue, counted.
    pub fn line(&self, queue: QueueNo) -> Line {
        let channels = self.queue_line(queue).channels.iter();
        channels.fold(Line::default(), |sum, channel| sum.plus(&channel.line))
    }

    /// The same of one channel.
    pub fn line_on(&self, queue: QueueNo, channel: Channel) -> Line {
        self.queue_line(queue).channels[channel.index()].line
    }

    /// From 1: how many of the queue's open visits stand before this one in the matching order, and itself.
    pub fn position(&self, visit: &Visit) -> u32 {
        let place = self.order_of(visit);
        as_count(self.queue_line(visit.queue).order.rank(&place) + 1)
    }

    /// How many who wait for an agent of the queue now stand before this visit.
    pub(super) fn waiting_before(&self, visit: &Visit) -> u32 {
        let place = self.order_of(visit);
        let line = self.queue_line(visit.queue);
        as_count(line.order.rank(&place) - line.aside.rank(&place))
    }

    /// The open visits of the queue in the matching order, waiting or ringing.
    pub fn in_order(&self, queue: QueueNo) -> impl Iterator<Item = &Visit> {
        let order = self.queue_line(queue).order.iter();
        order.map(|key| &self.facts.visits[&key.visit()])
    }

    /// How many visits of the queue are in it at each step of their plan that has any, from 0.
    pub fn steps_of(&self, queue: QueueNo) -> &BTreeMap<u16, u32> {
        &self.queue_line(queue).steps
    }

    /// The visits in the queue whose contacts are to be answered by an instant, the nearest first.
    pub fn deadlines(&self, queue: QueueNo) -> &BTreeSet<(TimeMs, VisitId)> {
        &self.queue_line(queue).deadlines
    }

    /// The visit in the queue with the longest wait, callbacks that are still owed excepted, and what is between two
    /// attempts to reach its customer.
    pub fn longest_waiting(&self, queue: QueueNo) -> Option<&Visit> {
        self.longest_among(&self.queue_line(queue).channels)
    }

    /// The same of one channel.
    pub fn longest_waiting_on(&self, queue: QueueNo, channel: Channel) -> Option<&Visit> {
        self.longest_among([&self.queue_line(queue).channels[channel.index()]])
    }

    fn longest_among<'s>(
        &'s self,
        channels: impl IntoIterator<Item = &'s ChannelLine>,
    ) -> Option<&'s Visit> {
        let firsts = channels
            .into_iter()
            .filter_map(|channel| channel.by_enqueue.first());
        firsts.min().map(|id| &self.facts.visits[id])
    }

    /// When the contact arrived that has been there the longest of those in the queue, callbacks that are still owed
    /// excepted.
    pub fn first_arrival(&self, queue: QueueNo) -> Option<TimeMs> {
        let channels = self.queue_line(queue).channels.iter();
        let firsts = channels.filter_map(|channel| channel.by_arrival.first());
        let joined = self.longest_waiting(queue).map(|visit| visit.enqueued_at);
        firsts
            .map(|(arrived_at, _)| *arrived_at)
            .chain(joined)
            .min()
    }
}

fn as_count(count: usize) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}
