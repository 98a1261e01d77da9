//! A customer is erased: from the journal, its snapshots, the rows and a back-up made before. What was decided stays, and so
//! do the figures.

use std::fs;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use acd_core::command::{
    AgentAct, Arrival, Attribute, Availability, Command, ContactAct, ContactChange, Disposition,
    Reference, Supervise, SupervisorAct,
};
use acd_core::config::{AgentConfig, QueueConfig};
use acd_core::event::{Event, Recorded};
use acd_core::ids::{Channel, ContactId};
use acd_core::refusal::Reason;
use acd_core::state::State;
use acd_history::{Follow, Life, MemoryStore, Pace, SqliteStore};
use acd_journal::codec::{decode_events, decode_snapshot, encode_input, encode_snapshot};
use acd_journal::{DataDir, EventLog as _, LogKeeper, LogReader, SqliteLog, back_up};
use tempfile::TempDir;

use crate::centre::{ADAPTER, Centre, SECOND, config, on, reason};
use crate::days::TENANT;
use crate::rows::{difference, rows};

const CUSTOMER: &str = "customer-4711";
const NUMBER: &str = "+493022714711";
const ADDRESS: &str = "Lindenallee 17";
const NOTES: &str = "wants his money back";
const RECORDING: &str = "file:rec-4711.wav";
/// All that is personal of the customer.
const PERSONAL: [&str; 5] = [CUSTOMER, NUMBER, ADDRESS, NOTES, RECORDING];

/// A centre, its journal in a data directory, and its rows.
struct Place {
    dir: TempDir,
    centre: Centre,
    log: SqliteLog,
    keeper: Box<dyn LogKeeper>,
    follow: Follow,
    written: usize,
}

impl Place {
    fn new() -> Self {
        let dir = TempDir::new().unwrap();
        let mut queue = QueueConfig::named("sales");
        queue.return_within_ms = Some(600 * SECOND);
        let agent = AgentConfig::named("ann", ["sales"]);
        let mut centre = Centre::of(config(vec![queue], vec![agent]));
        centre.wait(1_790_000_000_000);
        centre.ready("ann");
        let data = DataDir::open(&dir.path().join("data"), 1).unwrap();
        let (log, _) = data.open_shard(0).unwrap();
        let store = SqliteStore::open(&dir.path().join("history.db")).unwrap();
        let keeper = log.keeper().unwrap();
        let reader: Box<dyn LogReader> = log.keeper().unwrap();
        let pace = Pace {
            state_every: 10,
            ..Pace::default()
        };
        let follow = Follow::new(log.journal_id(), reader, Box::new(store), None, pace);
        let mut place = Self {
            dir,
            centre,
            log,
            keeper,
            follow,
            written: 0,
        };
        place.write();
        place
    }

    fn data(&self) -> PathBuf {
        self.dir.path().join("data")
    }

    /// Brings to the journal, and into rows, what has happened.
    fn write(&mut self) {
        let events = &self.centre.log[self.written..];
        let entries = encode_input(&TENANT.into(), None, events);
        self.log.append(&entries).unwrap();
        self.written = self.centre.log.len();
        self.follow.catch_up(|_| ()).unwrap();
    }

    fn life(&self) -> Life {
        let life = self.log.standing(TENANT).unwrap().life;
        Life::of(TENANT, self.log.journal_id(), life)
    }

    fn save(&mut self) {
        let facts = self.centre.state().facts().clone();
        let (seq, now) = (facts.seq, facts.now);
        let snapshot = encode_snapshot(&TENANT.into(), seq, now, facts, 0).unwrap();
        self.keeper.save_snapshot(&snapshot).unwrap();
    }

    /// A contact of a customer is there, and over in the end; returns its number.
    fn contact(&mut self, name: &str, customer: &str, number: &str) -> ContactId {
        let attribute = |value: &str| Attribute {
            key: "address".into(),
            value: value.into(),
            sensitive: false,
        };
        let arrival = Arrival {
            customer: Some(customer.into()),
            dial: Some(number.into()),
            attributes: [attribute("unknown")].into(),
            ..Arrival::of(name, ADAPTER, Channel::Voice, "sales")
        };
        let centre = &mut self.centre;
        centre.command(Command::Arrive(arrival)).unwrap();
        let change = ContactChange {
            attributes: vec![attribute(ADDRESS)],
            ..ContactChange::default()
        };
        centre.change(name, change).unwrap();
        let id = centre.contact(name).unwrap().id;
        let handling = centre.answer(name);
        let disposition = Disposition {
            code: "".into(),
            notes: NOTES.into(),
        };
        centre
            .act("ann", AgentAct::SetDisposition(handling, disposition))
            .unwrap();
        let recording = Reference {
            kind: "recording".into(),
            location: RECORDING.into(),
        };
        centre
            .command(on(name, ContactAct::Refer(recording)))
            .unwrap();
        centre.wait(30 * SECOND);
        centre.hang_up(name).unwrap();
        centre.wait(60 * SECOND);
        self.write();
        id
    }

    fn ann_is_away(&mut self) {
        let away = AgentAct::SetPresence(Availability::NotReady("break".into()));
        self.centre.act("ann", away).unwrap();
    }

    /// Who waits, and leaves unanswered.
    fn gives_up(&mut self, name: &str) -> ContactId {
        let arrival = Arrival {
            customer: Some(CUSTOMER.into()),
            ..Arrival::of(name, ADAPTER, Channel::Voice, "sales")
        };
        self.centre.command(Command::Arrive(arrival)).unwrap();
        let id = self.centre.contact(name).unwrap().id;
        self.centre.wait(SECOND);
        self.centre.hang_up(name).unwrap();
        self.write();
        id
    }

    fn erase(&mut self, contacts: &[ContactId]) -> acd_core::command::Answer {
        let act = SupervisorAct::ErasePersonal {
            contacts: contacts.into(),
            customer: contacts.first().copied(),
        };
        let answer = self.centre.command(Command::Supervise(Supervise {
            author: "officer".into(),
            reason: "asked by the customer".into(),
            act,
        }));
        self.write();
        answer
    }

    fn events(&self) -> Vec<Recorded> {
        let mut events = Vec::new();
        let mut visit = |entry| {
            events.extend(decode_events(&entry).unwrap());
            ControlFlow::Continue(())
        };
        self.keeper.read(TENANT, 0, &mut visit).unwrap();
        events
    }
}

/// The files below a folder in which a text stands.
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

fn replayed(events: &[Recorded]) -> State {
    let mut state = State::default();
    events.iter().for_each(|recorded| state.replay(recorded));
    state
}

/// What was decided: who was offered what, and why.
fn decisions(events: &[Recorded]) -> Vec<&Event> {
    let made = events.iter().map(|recorded| &recorded.event);
    made.filter(|event| matches!(event, Event::OfferMade(_)))
        .collect()
}

#[test]
fn a_customer_who_is_erased_is_nowhere_and_what_was_decided_stays() {
    let mut place = Place::new();
    let first = place.contact("call-1", CUSTOMER, NUMBER);
    let other = place.contact("call-2", "somebody else", "+1555");
    place.save();
    let second = place.contact("call-3", CUSTOMER, NUMBER);
    place.ann_is_away();
    let third = place.gives_up("call-4");
    place.save();
    let copy = place.dir.path().join("copy");
    back_up(&place.data(), &copy).unwrap();
    let before = place.events();
    // The rows alone hold it as it is.
    for text in PERSONAL {
        let files = holding(place.dir.path(), text);
        let is_row = |path: &PathBuf| path.to_string_lossy().contains("history.db");
        assert!(
            !files.is_empty() && files.iter().all(is_row),
            "{text}: {files:?}"
        );
    }

    place.erase(&[first, second, third]).unwrap();
    let erased = [first, second, third].map(|contact| contact.0);
    place.keeper.erase(TENANT, &erased).unwrap();
    place.write();
    for text in PERSONAL {
        // Notes and address of the other contact are left.
        if [CUSTOMER, NUMBER].contains(&text) {
            let files = holding(place.dir.path(), text);
            assert_eq!(files, [""; 0].map(PathBuf::from), "{text}");
        }
    }
    place.erase(&[other]).unwrap();
    place.keeper.erase(TENANT, &[other.0]).unwrap();
    place.write();
    for text in PERSONAL {
        let files = holding(place.dir.path(), text);
        assert_eq!(files, [""; 0].map(PathBuf::from), "{text}");
    }

    // Replayed from the first event and from each snapshot, it is what it was, and so are the decisions.
    let after = place.events();
    let digest = place.centre.state().digest();
    assert_eq!(replayed(&after).digest(), digest);
    assert_eq!(decisions(&after[..before.len()]), decisions(&before));
    assert!(!decisions(&before).is_empty());
    for snapshot in place.keeper.snapshots(TENANT).unwrap() {
        let at = snapshot.seq as usize;
        let restored = State::from_facts(decode_snapshot(&snapshot).unwrap());
        assert_eq!(restored.digest(), replayed(&after[..at]).digest());
        let mut state = restored;
        after[at..]
            .iter()
            .for_each(|recorded| state.replay(recorded));
        assert_eq!(state.digest(), digest);
    }

    // The rows are what a journal without the values makes of it, and who came back is still one customer.
    let life = place.life();
    let reader: Box<dyn LogReader> = place.log.keeper().unwrap();
    let memory = Box::<MemoryStore>::default();
    let journal = place.log.journal_id();
    let mut anew = Follow::new(journal, reader, memory, None, Pace::default());
    anew.catch_up(|_| ()).unwrap();
    let kept = rows(place.follow.store(), &life);
    let differs = difference(&kept, &rows(anew.store(), &life));
    assert!(differs.is_empty(), "{differs:#?}");
    let table = acd_history::TABLES
        .iter()
        .find(|table| table.name == "contacts")
        .unwrap();
    let column = table.column("customer");
    let customers: Vec<String> = kept["contacts"]
        .iter()
        .map(|row| format!("{:?}", row[column]))
        .collect();
    assert_eq!(customers.len(), 4);
    let returned = table.column("returned_at");
    let came_back = kept["contacts"].iter().map(|row| row[returned].as_int());
    let came_back: Vec<bool> = came_back.map(|at| at.is_some()).collect();
    assert_eq!(
        came_back,
        [true, false, true, false],
        "nobody answered call-4"
    );

    // The copy goes on with the keys that are left.
    let keys = "shard-000.db-keys";
    fs::copy(place.data().join(keys), copy.join(keys)).unwrap();
    let (old, _) = DataDir::open(&copy, 1).unwrap().open_shard(0).unwrap();
    let old = old.keeper().unwrap();
    let state = decode_snapshot(&old.snapshots(TENANT).unwrap()[0]).unwrap();
    let then = replayed(&after[..before.len()]);
    assert_eq!(State::from_facts(state).digest(), then.digest());
}

/// Whoever is being served is not erased, and what is erased matches nobody who comes back.
#[test]
fn an_open_contact_is_not_erased_and_an_erased_customer_is_a_new_one() {
    let mut place = Place::new();
    let first = place.contact("call-1", CUSTOMER, NUMBER);
    place.ann_is_away();
    let left = place.gives_up("call-2");
    let arrival = Arrival {
        customer: Some("somebody else".into()),
        ..Arrival::of("call-3", ADAPTER, Channel::Voice, "sales")
    };
    place.centre.command(Command::Arrive(arrival)).unwrap();
    let open = place.centre.contact("call-3").unwrap().id;
    let refused = place.erase(&[first, open]);
    let refusal = refused.clone().unwrap_err();
    assert!(refusal.detail.contains("call-3"), "{}", refusal.detail);
    assert_eq!(reason(refused), Reason::ContactOpen);
    assert_eq!(reason(place.erase(&[])), Reason::InvalidArgument);
    assert_eq!(
        reason(place.erase(&[ContactId(u64::MAX)])),
        Reason::InvalidArgument
    );

    let facts = place.centre.state().facts();
    assert_eq!(facts.returns.len(), 1);
    place.erase(&[first, left]).unwrap();
    let facts = place.centre.state().facts();
    assert!(facts.returns.is_empty() && facts.last_agents.is_empty());
    // They come back within the time, and their place is not kept any more.
    place.gives_up("call-4");
    let returned = place.centre.events(|event| match event {
        Event::VisitOpened(opened) => Some(opened.returned),
        _ => None,
    });
    assert_eq!(returned.last(), Some(&None));
}
