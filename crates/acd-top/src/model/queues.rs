//! Queues as rows: what is wrong first.

use acd_client::{
    supervisor::{Standing, Stands, TenantView},
    v1::{ChannelPrediction, QueueOpening, QueuePerformance, QueueState},
};

use super::table::{Cell, Column, Key, Row, Tone};
use crate::text;

/// A queue, and how it stands.
#[derive(Clone, Copy)]
pub(crate) struct QueueRow<'a> {
    pub(crate) queue: &'a QueueState,
    performance: Option<&'a QueuePerformance>,
    stands: Stands,
    now_ms: i64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum By {
    Mark,
    Name,
    Waiting,
    Ringing,
    Longest,
    Expected,
    Talking,
    Free,
    Recent,
    Today,
    WrapUp,
    Offered,
    Answered,
    Abandoned,
    LoggedIn,
    Paused,
    Scheduled,
    Remarks,
}

impl<'a> QueueRow<'a> {
    /// All queues of a tenant.
    pub(crate) fn all(view: &'a TenantView, now_ms: i64) -> impl Iterator<Item = Self> {
        view.queues.values().filter_map(move |queue| {
            Some(Self {
                queue,
                performance: view.performance.get(&queue.queue),
                stands: view.stands(&queue.queue)?,
                now_ms,
            })
        })
    }

    fn longest_ms(self) -> Option<i64> {
        let at_ms = self.queue.oldest_enqueued_at_ms;
        (at_ms > 0).then(|| (self.now_ms - at_ms).max(0))
    }

    /// The median wait of who joins now, on the channel where it is longest.
    fn expected(self) -> Expected {
        let p50 = |wait: &ChannelPrediction| wait.wait.map(|wait| wait.p50_ms);
        let predicted = &self.queue.predicted;
        if predicted.iter().any(|wait| p50(wait).is_none()) {
            return Expected::Never;
        }
        let longest = predicted.iter().filter_map(p50).max();
        longest.map_or(Expected::Unknown, Expected::After)
    }

    /// The share of today that was answered in time, in hundredths of a percent.
    fn today(self) -> Option<u64> {
        let today = self.performance?;
        let ended = today.answered_today + today.abandoned_today;
        (ended > 0).then(|| today.in_time_today * 10_000 / ended)
    }

    /// What is wrong with it, and what else is out of the ordinary.
    pub(crate) fn remarks(self) -> String {
        let queue = self.queue;
        let mut remarks = Vec::new();
        let mut remark = |applies: bool, text: &str| {
            if applies {
                remarks.push(text.to_owned());
            }
        };
        remark(self.stands.reasons.nobody, "no staff");
        remark(self.stands.reasons.waited, "too long");
        match queue.opening() {
            QueueOpening::Hours => remark(true, "closed"),
            QueueOpening::Holiday => remark(true, "holiday"),
            QueueOpening::Emergency => remark(true, "EMERGENCY"),
            QueueOpening::Open | QueueOpening::Unspecified => {}
        }
        remark(
            self.stands.reasons.level,
            &format!("< {} %", queue.service_level_goal),
        );
        remark(queue.draining, "draining");
        remark(queue.reserve_joined, "reserve in");
        let counted = [
            (queue.agents_paused, "paused"),
            (queue.callbacks, "callbacks"),
            (queue.scheduled, "scheduled"),
        ];
        for (count, what) in counted {
            remark(count > 0, &format!("{count} {what}"));
        }
        remarks.join(", ")
    }

    fn of_today(self, of: fn(&QueuePerformance) -> u64) -> Option<u64> {
        self.performance.map(of)
    }

    fn count(self, column: By) -> Option<u64> {
        let queue = self.queue;
        let now = |count: u32| Some(u64::from(count));
        match column {
            By::Waiting => now(queue.waiting),
            By::Ringing => now(queue.offered),
            By::Talking => now(queue.connected),
            By::WrapUp => now(queue.in_wrap_up),
            By::Free => now(queue.agents_idle),
            By::LoggedIn => now(queue.agents_logged_in),
            By::Paused => now(queue.agents_paused),
            By::Scheduled => now(queue.scheduled),
            By::Offered => self.of_today(|it| it.offered_today),
            By::Answered => self.of_today(|it| it.answered_today),
            By::Abandoned => self.of_today(|it| it.abandoned_today),
            _ => None,
        }
    }
}

enum Expected {
    After(i64),
    /// Nobody who could serve is logged in.
    Never,
    Unknown,
}

impl<'a> Row<'a> for QueueRow<'a> {
    type Column = By;
    const COLUMNS: &'static [Column<By>] = &[
        Column::text(By::Mark, "", 1, 0).said("what is wrong"),
        Column::text(By::Name, "queue", 12, 0).growing(24),
        Column::number(By::Waiting, "wait", 6, 0).said("waiting"),
        Column::number(By::Ringing, "ring", 4, 1).said("ringing"),
        Column::number(By::Longest, "longest", 8, 0).said("longest wait"),
        Column::number(By::Expected, "expect", 7, 2).said("expected wait"),
        Column::number(By::Talking, "talk", 5, 2).said("talking"),
        Column::number(By::Free, "idle/rdy", 9, 1).said("idle agents"),
        Column::number(By::Recent, "30m", 5, 3).said("in time of late"),
        Column::number(By::Today, "today", 5, 3).said("in time today"),
        Column::number(By::WrapUp, "wrap", 5, 5).said("wrap-up"),
        Column::number(By::LoggedIn, "in", 6, 7).said("logged in"),
        Column::number(By::Offered, "offered", 8, 6).said("offered today"),
        Column::number(By::Answered, "answered", 8, 6).said("answered today"),
        Column::number(By::Abandoned, "abandoned", 9, 6).said("abandoned today"),
        Column::number(By::Paused, "paused", 6, 8),
        Column::number(By::Scheduled, "sched", 6, 8).said("scheduled"),
        Column::text(By::Remarks, "remarks", 8, 2).growing(60),
    ];

    fn name(self) -> &'a str {
        &self.queue.queue
    }

    fn tone(self) -> Tone {
        match self.stands.standing {
            Standing::Late => Tone::Wrong,
            Standing::AtRisk => Tone::Risk,
            Standing::Fine => Tone::Plain,
            Standing::Closed | Standing::Draining => Tone::Faint,
        }
    }

    fn key(self, column: By) -> Key<'a> {
        let number = |value: Option<i64>| value.map_or(Key::Missing, Key::Number);
        match column {
            By::Mark => self.tone().key(),
            By::Name => Key::Text(&self.queue.queue),
            By::Longest => number(self.longest_ms()),
            By::Expected => match self.expected() {
                Expected::Never => Key::Number(i64::MAX),
                Expected::After(wait) => Key::Number(wait),
                Expected::Unknown => Key::Missing,
            },
            By::Recent => number(self.stands.level.map(|level| level.fine().into())),
            By::Today => number(self.today().and_then(|share| i64::try_from(share).ok())),
            // Who has any first.
            By::Remarks => Key::Number(i64::from(self.remarks().is_empty())),
            counted => number(
                self.count(counted)
                    .and_then(|count| i64::try_from(count).ok()),
            ),
        }
    }

    /// Of those that need a hand, where somebody waits longest; others stay where their name puts them.
    fn tie(self) -> Key<'a> {
        let longest = self.longest_ms().filter(|_| self.tone() == Tone::Wrong);
        longest.map_or(Key::Missing, |wait| Key::Number(-wait))
    }

    fn cell(self, column: By) -> Cell {
        let reasons = self.stands.reasons;
        let wrong = |is_wrong: bool| if is_wrong { self.tone() } else { Tone::Plain };
        let percent = |share: u64| format!("{share} %");
        match column {
            By::Mark => Cell::new(self.tone().mark(), self.tone()),
            By::Name => Cell::new(text::shown(&self.queue.queue), self.tone()),
            By::Waiting => Cell::new(
                text::number(self.queue.waiting.into()),
                wrong(reasons.nobody || reasons.waited),
            ),
            By::Longest => {
                let longest = self.longest_ms().map_or("-".to_owned(), text::lasted);
                Cell::new(longest, wrong(reasons.waited))
            }
            By::Expected => match self.expected() {
                Expected::Never => Cell::new("never", wrong(reasons.nobody)),
                Expected::After(wait) => text::lasted(wait).into(),
                Expected::Unknown => "-".into(),
            },
            By::Free => {
                let (idle, ready) = (self.queue.agents_idle, self.queue.agents_ready);
                format!("{idle}/{ready}").into()
            }
            By::Recent => {
                let level = self
                    .stands
                    .level
                    .map(|level| percent(level.percent().into()));
                Cell::new(level.unwrap_or("-".to_owned()), wrong(reasons.level))
            }
            By::Today => {
                let today = self.today().map(|share| percent(share / 100));
                today.unwrap_or("-".to_owned()).into()
            }
            By::Remarks => Cell::new(self.remarks(), self.tone()),
            counted => self
                .count(counted)
                .map_or("-".to_owned(), text::number)
                .into(),
        }
    }

    fn texts(self) -> impl Iterator<Item = &'a str> {
        let opening = match self.queue.opening() {
            QueueOpening::Open | QueueOpening::Unspecified => "open",
            _ => "closed",
        };
        [self.queue.queue.as_str(), opening].into_iter()
    }
}
