//! Rows of contacts that wait and want no offer, and of what becomes of all who wait at once.

use std::collections::BTreeSet;
use std::sync::Arc;

use acd_core::command::{
    Arrival, CalendarTimes, CallbackRequest, CivilTime, Command, ContactAct, Opening,
};
use acd_core::config::{AbsentFactor, CalendarConfig, QueueConfig, Weekday, WeeklyHours};
use acd_core::ids::Channel;
use acd_core::matching::{IndexedMatcher, Matcher};

use super::{NEVER_MS, Row, Scene, agents, call, config, queue, rare_call};
use crate::centre::Centre;

pub(super) const ROWS: &[Row] = &[
    Row {
        key: "broadcast",
        what: "4 agents ring for each contact, all of them ring; others wait",
        build: broadcast,
    },
    Row {
        key: "leave_empty",
        what: "only the last agent is there; as many wait for a skill",
        build: leave_empty,
    },
    Row {
        key: "lost_adapter",
        what: "the contacts of a lost adapter at the head; all agents idle",
        build: lost_adapter,
    },
    Row {
        key: "deferred",
        what: "contacts that wait for their time; all agents idle",
        build: deferred,
    },
    Row {
        key: "callbacks",
        what: "callbacks outside their hours at the head; all agents idle",
        build: callbacks,
    },
    Row {
        key: "closing",
        what: "a queue closes and all leave, then ordinary hours elsewhere",
        build: closing,
    },
];

const QUEUE: &str = "support";

fn broadcast(count: usize) -> Scene {
    let queue = QueueConfig {
        broadcast: 4,
        ..queue(QUEUE)
    };
    let config = config(vec![queue], agents(count, &[QUEUE]));
    let mut centre: Centre = Centre::open(config);
    centre.arrive_many(count, |_| call(QUEUE));
    centre.all_ready(0..count);
    Scene {
        centre: centre.with_matcher(),
        kinds: vec![call(QUEUE)],
        begin: |_| (),
    }
}

fn leave_empty(count: usize) -> Scene {
    let queue = QueueConfig {
        leave_empty: BTreeSet::from([AbsentFactor::NotReady]),
        ..queue(QUEUE)
    };
    let mut centre = Centre::open(config(vec![queue], agents(count, &[QUEUE])));
    centre.set_ready(count - 1, true);
    centre.arrive_many(count, |_| rare_call(QUEUE));
    Scene::of(centre, vec![rare_call(QUEUE)])
}

fn lost_adapter(count: usize) -> Scene {
    let mut config = config(vec![queue(QUEUE)], agents(count, &[QUEUE]));
    config.adapters.push("gone".into());
    let mut centre = Centre::open(config);
    centre.arrive_many(count, |_| Arrival::of("", "gone", Channel::Voice, QUEUE));
    centre.lose_adapter("gone");
    centre.all_ready(0..count);
    Scene::of(centre, vec![call(QUEUE)])
}

fn deferred(count: usize) -> Scene {
    let mut centre = Centre::open(config(vec![queue(QUEUE)], agents(count, &[QUEUE])));
    let later = |centre: &Centre<_>| Arrival {
        not_before: Some(centre.now() + 10 * NEVER_MS),
        ..call(QUEUE)
    };
    let later = later(&centre);
    centre.arrive_many(count, |_| later.clone());
    centre.all_ready(0..count);
    Scene::of(centre, vec![call(QUEUE), later])
}

/// A calendar of which the rows say themselves when it is open.
fn calendar() -> CalendarConfig {
    CalendarConfig {
        name: "hours".into(),
        zone: "UTC".into(),
        hours: vec![WeeklyHours {
            days: vec![Weekday::Mon],
            from: 0,
            to: 60,
        }],
        holidays: Vec::new(),
    }
}

/// The calendar is now open, or closed, and stays so.
fn set_opening<M: Matcher>(centre: &mut Centre<M>, now: Opening) {
    let times = CalendarTimes {
        calendar: "hours".into(),
        now,
        changes: Vec::new(),
    };
    let civil = CivilTime {
        calendars: vec![times],
        days: Vec::new(),
    };
    centre.ask("hours", Command::ResolveCivilTime(Arc::new(civil)));
}

fn callbacks(count: usize) -> Scene {
    let mut called_back = queue(QUEUE);
    called_back.callback.calendar = Some("hours".into());
    let mut config = config(vec![called_back], agents(count, &[QUEUE]));
    config.calendars = vec![calendar()];
    let mut centre = Centre::open(config);
    set_opening(&mut centre, Opening::Hours);
    for no in 0..count {
        let contact = centre.arrive(&call(QUEUE));
        let request = CallbackRequest {
            number: format!("+49 30 {no:07}").into(),
            not_before: None,
        };
        centre.about("call_back", &contact, ContactAct::RequestCallback(request));
    }
    centre.all_ready(0..count);
    Scene::of(centre, vec![call(QUEUE)])
}

fn closing(count: usize) -> Scene {
    let closes = QueueConfig {
        calendar: Some("hours".into()),
        leave_at_close: true,
        ..queue(QUEUE)
    };
    let mut config = config(
        vec![closes, queue("other")],
        agents(count, &[QUEUE, "other"]),
    );
    config.calendars = vec![calendar()];
    let mut centre = Centre::open(config);
    set_opening(&mut centre, Opening::Open);
    centre.arrive_many(count, |_| rare_call(QUEUE));
    centre.all_ready(0..count);
    Scene {
        begin: |centre: &mut Centre<IndexedMatcher>| set_opening(centre, Opening::Hours),
        ..Scene::of(centre, vec![call("other")])
    }
}
