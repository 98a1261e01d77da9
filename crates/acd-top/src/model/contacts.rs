//! Open contacts as rows: where they are, for how long, and whose turn it is.

use acd_client::{
    supervisor::{Place, TenantView},
    v1::{ContactState, awaited::Who},
};

use super::table::{Cell, Column, Key, Row, Tone};
use crate::text;

/// A contact, and where it is.
#[derive(Clone, Copy)]
pub(crate) struct ContactRow<'a> {
    pub(crate) contact: &'a ContactState,
    place: Place,
    now_ms: i64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum By {
    Mark,
    Id,
    Queue,
    Place,
    Waited,
    Priority,
    Position,
    With,
    Channel,
    Step,
    Offers,
    Needs,
    Deadline,
    Arrived,
    Remarks,
}

impl<'a> ContactRow<'a> {
    /// All open contacts of a tenant.
    pub(crate) fn all(view: &'a TenantView, now_ms: i64) -> impl Iterator<Item = Self> {
        let contacts = view.contacts.values();
        contacts.map(move |contact| Self::new(contact, now_ms))
    }

    /// Those of a queue, with agents too.
    pub(crate) fn of_queue(
        view: &'a TenantView,
        queue: &'a str,
        now_ms: i64,
    ) -> impl Iterator<Item = Self> {
        let contacts = view.contacts.values().filter(move |it| it.queue == queue);
        contacts.map(move |contact| Self::new(contact, now_ms))
    }

    fn new(contact: &'a ContactState, now_ms: i64) -> Self {
        Self {
            contact,
            place: Place::of(contact),
            now_ms,
        }
    }

    /// Since when it waits, if it does.
    fn waited_ms(self) -> Option<i64> {
        let waits = self.place.is_queue();
        waits.then(|| (self.now_ms - self.contact.enqueued_at_ms).max(0))
    }

    /// Whom it rings with, talks with or is parked with, or whom it waits for.
    fn with(self) -> String {
        let contact = self.contact;
        if !contact.agent.is_empty() {
            let others = contact.participants.iter().map(String::as_str);
            let all: Vec<_> = std::iter::once(contact.agent.as_str())
                .chain(others)
                .collect();
            return text::shown(&all.join(", "));
        }
        if !contact.offered_to.is_empty() {
            return text::shown(&contact.offered_to.join(", "));
        }
        let awaited = contact
            .awaited
            .as_ref()
            .and_then(|awaited| awaited.who.as_ref());
        match awaited {
            Some(Who::Agent(agent)) => format!("for {}", text::shown(agent)),
            Some(Who::Team(team)) => format!("for team {}", text::shown(team)),
            None => String::new(),
        }
    }

    /// How long it has until it is to be answered; less than nothing: that time is over.
    fn left_ms(self) -> Option<i64> {
        let at_ms = self.contact.answer_until_ms;
        (self.place.is_queue() && at_ms > 0).then(|| at_ms - self.now_ms)
    }

    fn needs(self) -> String {
        let Some(requirement) = &self.contact.requirement else {
            return String::new();
        };
        let groups = requirement.any_of.iter().map(|group| {
            let terms = group.all_of.iter();
            let terms = terms.map(|term| format!("{} {}", term.skill, term.min_level));
            terms.collect::<Vec<_>>().join(" + ")
        });
        text::shown(&groups.collect::<Vec<_>>().join(" or "))
    }

    fn is_late(self) -> bool {
        self.left_ms().is_some_and(|left| left < 0)
    }

    fn is_long(self) -> bool {
        self.contact.alerted && self.place.is_queue()
    }

    fn remarks(self) -> String {
        let contact = self.contact;
        let remarks = [
            self.is_late().then(|| "late".to_owned()),
            self.is_long().then(|| "too long".to_owned()),
            (contact.scheduled_at_ms > 0)
                .then(|| format!("at {} UTC", text::clock(contact.scheduled_at_ms))),
            (contact.callback_of_sequence > 0).then(|| "callback".to_owned()),
            (contact.consult_of_handling_id > 0).then(|| "consultation".to_owned()),
            contact.dedicated.then(|| "dedicated".to_owned()),
        ];
        remarks.into_iter().flatten().collect::<Vec<_>>().join(", ")
    }
}

impl<'a> Row<'a> for ContactRow<'a> {
    type Column = By;
    const COLUMNS: &'static [Column<By>] = &[
        Column::text(By::Mark, "", 1, 0).said("what is wrong"),
        Column::text(By::Id, "contact", 14, 0).growing(20),
        Column::text(By::Queue, "queue", 12, 2).growing(18),
        Column::text(By::Place, "where", 9, 1),
        Column::number(By::Waited, "waited", 8, 0),
        Column::number(By::Priority, "prio", 4, 2).said("priority"),
        Column {
            right: true,
            ..Column::text(By::Position, "place", 5, 3)
        },
        Column::text(By::With, "with", 12, 1).growing(20),
        Column::text(By::Channel, "channel", 8, 6),
        Column::number(By::Step, "step", 4, 6),
        Column::number(By::Offers, "offers", 6, 6),
        Column::text(By::Needs, "needs", 10, 5).growing(30),
        Column::text(By::Deadline, "answer in", 9, 5),
        Column::text(By::Arrived, "arrived", 8, 7),
        Column::text(By::Remarks, "remarks", 10, 4).growing(20),
    ];

    fn name(self) -> &'a str {
        &self.contact.contact_id
    }

    fn tone(self) -> Tone {
        if self.is_late() || self.is_long() {
            Tone::Wrong
        } else if matches!(self.place, Place::Scheduled | Place::Leaving) {
            Tone::Faint
        } else {
            Tone::Plain
        }
    }

    fn key(self, column: By) -> Key<'a> {
        let contact = self.contact;
        let text = |text: &'a str| {
            if text.is_empty() {
                Key::Missing
            } else {
                Key::Text(text)
            }
        };
        match column {
            By::Mark => self.tone().key(),
            By::Id => Key::Text(&contact.contact_id),
            By::Queue => text(&contact.queue),
            By::Place => Key::Number(self.place as i64),
            By::Waited => self.waited_ms().map_or(Key::Missing, Key::Number),
            By::Priority => Key::Number(contact.priority.into()),
            By::Position if contact.position == 0 => Key::Missing,
            By::Position => Key::Number(contact.position.into()),
            By::With => {
                let first = contact.offered_to.first().unwrap_or(&contact.agent);
                text(first)
            }
            By::Channel => text(&contact.channel),
            By::Step => Key::Number(contact.step.into()),
            By::Offers => Key::Number(contact.offers_made.into()),
            By::Needs => {
                let groups = contact.requirement.iter().flat_map(|it| &it.any_of);
                let term = groups.flat_map(|group| &group.all_of).next();
                term.map_or(Key::Missing, |term| text(&term.skill))
            }
            By::Deadline => self.left_ms().map_or(Key::Missing, Key::Number),
            By::Arrived => Key::Number(contact.arrived_at_ms),
            // Which has any first.
            By::Remarks => Key::Number(i64::from(self.remarks().is_empty())),
        }
    }

    /// Who waits longest first, then who came first.
    fn tie(self) -> Key<'a> {
        self.waited_ms()
            .map_or(Key::Missing, |waited| Key::Number(-waited))
    }

    fn cell(self, column: By) -> Cell {
        let contact = self.contact;
        match column {
            By::Mark => Cell::new(self.tone().mark(), self.tone()),
            By::Id => Cell::new(text::shown(&contact.contact_id), self.tone()),
            By::Queue => text::shown(&contact.queue).into(),
            By::Place => self.place.name().into(),
            By::Waited => {
                let waited = self.waited_ms().map_or("-".to_owned(), text::lasted);
                Cell::new(
                    waited,
                    if self.is_long() {
                        Tone::Wrong
                    } else {
                        Tone::Plain
                    },
                )
            }
            By::Priority => contact.priority.to_string().into(),
            By::Position if contact.position == 0 => "-".into(),
            By::Position => contact.position.into(),
            By::With => self.with().into(),
            By::Channel => text::shown(&contact.channel).into(),
            // People count from 1.
            By::Step => (contact.step + 1).into(),
            By::Offers => contact.offers_made.into(),
            By::Needs => self.needs().into(),
            By::Deadline => match self.left_ms() {
                None => "-".into(),
                Some(left) if left < 0 => {
                    Cell::new(format!("-{}", text::lasted(-left)), Tone::Wrong)
                }
                Some(left) => text::lasted(left).into(),
            },
            By::Arrived => text::clock(contact.arrived_at_ms).into(),
            By::Remarks => Cell::new(self.remarks(), self.tone()),
        }
    }

    fn texts(self) -> impl Iterator<Item = &'a str> {
        let contact = self.contact;
        [
            contact.contact_id.as_str(),
            contact.queue.as_str(),
            self.place.name(),
            contact.channel.as_str(),
            contact.agent.as_str(),
        ]
        .into_iter()
        .chain(contact.offered_to.iter().map(String::as_str))
    }
}
