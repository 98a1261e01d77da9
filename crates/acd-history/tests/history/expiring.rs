//! What is personal is forgotten by age: in the rows of every store, however they come, as in the journal they are made of.

use std::fs;
use std::path::{Path, PathBuf};

use acd_core::command::{
    AgentAct, Arrival, AskedBy, Attribute, Availability, CivilTime, Command, ContactAct,
    Disposition, Reference, Score, ScoreReport,
};
use acd_core::config::{AgentConfig, QueueConfig};
use acd_core::event::{Event, Recorded};
use acd_core::ids::{Channel, HandlingId};
use acd_core::state::State;
use acd_history::{
    Changes, Commit, Follow, Gap, Life, MemoryStore, Pace, Position, Projection, SqliteStore,
    Store, Value, verify,
};
use acd_journal::codec::encode_input;
use acd_journal::{DataDir, EventLog as _, LogReader};

use crate::centre::{ADAPTER, Centre, SECOND, config, on};
use crate::days::{TENANT, life, pieces};
use crate::postgres::Server;
use crate::rows::{Rows, commit, difference, in_memory, rows};

const DAY: i64 = 86_400 * SECOND;
/// When the first day begins.
const FIRST: i64 = 20_000 * DAY;

/// What is personal of a contact, each with its name in it.
const PERSONAL: [&str; 6] = [
    "customer-",
    "+4930-",
    "street-",
    "notes-",
    "file-",
    "comment-",
];

/// A centre in which data is kept for two days, and how many events there were when each thing had been done.
struct Days(Centre, Vec<usize>);

impl Days {
    fn new() -> Self {
        let mut queue = QueueConfig::named("sales");
        queue.return_within_ms = Some(30 * DAY);
        let agent = AgentConfig::named("ann", ["sales"]);
        let nobodys = QueueConfig::named("nobodys");
        let mut config = config(vec![queue, nobodys], vec![agent]);
        config.settings.ended_contact_window_ms = 30 * DAY;
        config.settings.keep_personal_ms = Some(2 * DAY);
        let mut centre = Centre::of(config);
        centre.wait(FIRST);
        let civil = CivilTime {
            calendars: Vec::new(),
            days: (1..10).map(|day| FIRST + day * DAY).collect(),
        };
        centre
            .command(Command::ResolveCivilTime(civil.into()))
            .unwrap();
        Self(centre, Vec::new())
    }

    /// A customer arrives, of whom a number and an address are known.
    fn arrives(&mut self, name: &str, channel: Channel, queue: &str) {
        let arrival = Arrival {
            customer: Some(format!("customer-{name}").into()),
            dial: Some(format!("+4930-{name}").into()),
            attributes: [Attribute {
                key: "address".into(),
                value: format!("street-{name}").into(),
                sensitive: false,
            }]
            .into(),
            ..Arrival::of(name, ADAPTER, channel, queue)
        };
        self.0.command(Command::Arrive(arrival)).unwrap();
        self.done();
    }

    fn done(&mut self) {
        self.1.push(self.0.log.len());
    }

    fn notes(&mut self, handling: HandlingId, name: &str) {
        let said = Disposition {
            code: "".into(),
            notes: format!("notes-{name}").into(),
        };
        self.0
            .act("ann", AgentAct::SetDisposition(handling, said))
            .unwrap();
        self.done();
    }

    fn refers(&mut self, name: &str) {
        let recording = Reference {
            kind: "recording".into(),
            location: format!("file-{name}").into(),
        };
        self.0
            .command(on(name, ContactAct::Refer(recording)))
            .unwrap();
        self.done();
    }

    fn scores(&mut self, name: &str) {
        let report = ScoreReport {
            score: Score {
                points: 3,
                scale_max: 7,
                asked_by: AskedBy::Message,
                question: "".into(),
                comment: format!("comment-{name}").into(),
            },
            queue: Some("sales".into()),
            channel: Some(Channel::Voice),
            agent: None,
        };
        self.0
            .command(on(name, ContactAct::ReportScore(report)))
            .unwrap();
        self.done();
    }

    /// A customer talks to ann, about which something is said.
    fn talks(&mut self, name: &str) -> HandlingId {
        self.0.ready("ann");
        self.arrives(name, Channel::Voice, "sales");
        let handling = self.0.answer(name);
        self.notes(handling, name);
        self.refers(name);
        self.0.wait(30 * SECOND);
        self.0.hang_up(name).unwrap();
        self.0.wait(60 * SECOND);
        self.scores(name);
        self.0
            .act(
                "ann",
                AgentAct::SetPresence(Availability::NotReady("home".into())),
            )
            .unwrap();
        handling
    }

    fn leaves(&mut self, name: &str, channel: Channel) {
        self.arrives(name, channel, "sales");
        self.0.hang_up(name).unwrap();
        self.done();
    }

    fn day_begins(&mut self, day: i64) {
        self.done();
        self.0.wait(FIRST + day * DAY - self.0.now);
        self.done();
    }
}

/// What happened in five days: of the last two all is known, of what was before it nothing.
fn five_days() -> (Vec<Recorded>, Vec<usize>, [usize; 2]) {
    let mut days = Days::new();
    let handling = days.talks("a1");
    days.leaves("a2", Channel::Callback);
    days.arrives("open", Channel::Email, "nobodys");
    days.leaves("a3", Channel::Voice);
    days.day_begins(1);
    days.talks("b1");
    days.arrives("always", Channel::Callback, "nobodys");
    days.scores("long ago");
    days.day_begins(2);
    days.talks("c1");
    let late = days.0.log.len();
    days.notes(handling, "a1 again");
    days.refers("a1");
    days.day_begins(3);
    let cuts = [late, days.0.log.len()];
    // What is said of those who are forgotten is no more known than they are.
    days.notes(handling, "a1 late");
    days.refers("a2");
    days.scores("a3");
    days.0.hang_up("open").unwrap();
    days.day_begins(4);
    days.talks("d1");
    (days.0.log, days.1, cuts)
}

/// The texts of persons in these rows, and how many rows there are.
fn told(rows: &Rows) -> Vec<String> {
    let values = rows.values().flatten().flatten();
    let texts = values.filter_map(|value| match value {
        Value::Personal(text) => Some(text.reveal().to_owned()),
        _ => None,
    });
    let mut texts: Vec<String> = texts.filter(|text| text != "[erased]").collect();
    texts.sort();
    texts.dedup();
    texts
}

/// What is left of these contacts.
fn left(names: &[&str]) -> Vec<String> {
    let all = names
        .iter()
        .flat_map(|name| PERSONAL.map(|what| format!("{what}{name}")));
    let mut all: Vec<String> = all.collect();
    all.extend(["customer-", "+4930-", "street-"].map(|what| format!("{what}always")));
    all.sort();
    all
}

/// However the events are cut, the rows are the same, and tell of nobody whose time is over.
fn forgets_what_is_old(store: &mut dyn Store) {
    let (events, every, cuts) = five_days();
    let life = life();
    let at_once = in_memory(&life, &pieces(&events, &[]));
    assert_eq!(told(&at_once), left(&["c1", "d1"]));
    let contacts = &at_once["contacts"];
    assert_eq!(contacts.len(), 8, "that they were there is known");
    let some: Vec<usize> = every.iter().copied().step_by(7).collect();
    for cuts in [Vec::new(), cuts.into(), some, every] {
        commit(store, &life, &pieces(&events, &cuts));
        let differs = difference(&at_once, &rows(store, &life));
        assert!(differs.is_empty(), "{differs:#?}");
        store.clear(&life).unwrap();
    }
}

/// Rows that have been written are changed in the order of the days, and no others.
fn forgets_day_by_day(store: &mut dyn Store) {
    let (events, ends, _) = five_days();
    let life = life();
    let is_expiry = |recorded: &Recorded| matches!(recorded.event, Event::PersonalExpired(_));
    let days = events.iter().enumerate().filter(|(_, it)| is_expiry(it));
    // The day begins, and what is old is forgotten, in one piece.
    let cuts = days.flat_map(|(at, _)| {
        let after = ends.partition_point(|end| *end <= at);
        [ends[after - 1], ends[after]]
    });
    let cuts: Vec<usize> = cuts.collect();
    assert_eq!(cuts.len(), 4);
    let pieces: Vec<(Changes, Position)> = pieces(&events, &cuts);
    let mut known = Vec::new();
    let mut after_seq = 0;
    for (changes, to) in &pieces {
        let piece = Commit {
            life: &life,
            after_seq,
            changes,
            to: *to,
            state: None,
        };
        store.commit(piece).unwrap();
        after_seq = to.seq;
        let texts = told(&rows(store, &life)).into_iter();
        let customers = texts.filter_map(|text| text.strip_prefix("customer-").map(str::to_owned));
        known.push(customers.collect::<Vec<_>>());
    }
    let all = ["a1", "a2", "a3", "always", "b1", "c1", "open"];
    let second = ["always", "b1", "c1", "open"];
    let third = ["always", "c1"];
    let last = ["always", "c1", "d1"];
    // What begins a day is not forgotten with what it ends.
    known.dedup();
    assert_eq!(known, [&all[..], &second, &third, &last]);
}

/// What was forgotten by events that are given up is forgotten all the same.
fn forgets_what_became_old_in_a_gap(store: &mut dyn Store) {
    let (events, _, cuts) = five_days();
    let life = life();
    let (before, after) = events.split_at(cuts[0]);
    commit(store, &life, &pieces(before, &[]));
    let mut state = State::default();
    events.iter().for_each(|recorded| state.replay(recorded));
    let last = before.last().unwrap();
    let gap = Gap {
        from_seq: after[0].seq,
        to_seq: Some(state.facts().seq),
        from_at: last.at_ms,
        to_at: Some(state.facts().now),
    };
    let mut projection = Projection::after_gap(state, gap);
    let (changes, to) = (projection.take(), projection.position());
    let rest = Commit {
        life: &life,
        after_seq: last.seq,
        changes: &changes,
        to,
        state: None,
    };
    store.commit(rest).unwrap();
    assert_eq!(told(&rows(store, &life)), left(&["c1"]));
}

#[test]
fn memory_forgets_what_is_old() {
    forgets_what_is_old(&mut MemoryStore::default());
    forgets_day_by_day(&mut MemoryStore::default());
    forgets_what_became_old_in_a_gap(&mut MemoryStore::default());
}

#[test]
fn sqlite_forgets_what_is_old() {
    for promise in [
        forgets_what_is_old,
        forgets_day_by_day,
        forgets_what_became_old_in_a_gap,
    ] {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("history.db");
        promise(&mut SqliteStore::open(&file).unwrap());
    }
}

#[test]
fn postgres_forgets_what_is_old() {
    let server = Server::start();
    forgets_what_is_old(&mut server.store("old"));
    forgets_day_by_day(&mut server.store("days"));
    forgets_what_became_old_in_a_gap(&mut server.store("gap"));
}

/// Files in which a text stands.
fn holding(folder: &Path, text: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(holding(&path, text));
        } else {
            let bytes = fs::read(&path).unwrap();
            let is_in = bytes.windows(text.len()).any(|it| it == text.as_bytes());
            found.extend(is_in.then_some(path));
        }
    }
    found
}

/// The rows follow a journal whose keys are destroyed meanwhile: they are what it makes of them afterwards, and no file holds
/// what is old.
#[test]
fn the_rows_are_what_the_journal_without_its_keys_makes_of_them() {
    let (events, _, _) = five_days();
    let dir = tempfile::tempdir().unwrap();
    let data = DataDir::open(&dir.path().join("data"), 1).unwrap();
    let (mut log, _) = data.open_shard(0).unwrap();
    let mut keeper = log.keeper().unwrap();
    let store = SqliteStore::open(&dir.path().join("history.db")).unwrap();
    let reader: Box<dyn LogReader> = log.keeper().unwrap();
    let pace = Pace {
        state_every: 10,
        erased: 2,
        ..Pace::default()
    };
    let mut follow = Follow::new(log.journal_id(), reader, Box::new(store), None, pace);
    for recorded in &events {
        let entries = encode_input(&TENANT.into(), None, std::slice::from_ref(recorded));
        log.append(&entries).unwrap();
        if let Event::PersonalExpired(event) = &recorded.event {
            follow.catch_up(|_| ()).unwrap();
            let kept: Vec<u64> = event.kept.iter().map(|contact| contact.0).collect();
            keeper
                .erase_through(TENANT, event.through.0, &kept)
                .unwrap();
        }
    }
    follow.catch_up(|_| ()).unwrap();
    let found = verify(log.journal_id(), &*keeper, follow.store(), TENANT, 9).unwrap();
    assert!(found.agrees(), "{:#?}", found.differences);
    let life = Life::of(TENANT, log.journal_id(), log.standing(TENANT).unwrap().life);
    let kept = rows(follow.store(), &life);
    assert_eq!(told(&kept), left(&["c1", "d1"]));

    let reader: Box<dyn LogReader> = log.keeper().unwrap();
    let memory = Box::<MemoryStore>::default();
    let mut anew = Follow::new(log.journal_id(), reader, memory, None, Pace::default());
    anew.catch_up(|_| ()).unwrap();
    let differs = difference(&kept, &rows(anew.store(), &life));
    assert!(differs.is_empty(), "{differs:#?}");
    drop((follow, anew, keeper, log));

    for what in PERSONAL {
        for name in ["a1", "a2", "a3", "b1", "open", "long ago"] {
            let text = format!("{what}{name}");
            assert_eq!(
                holding(dir.path(), &text),
                [""; 0].map(PathBuf::from),
                "{text}"
            );
        }
    }
    assert!(!holding(dir.path(), "customer-d1").is_empty());
}
