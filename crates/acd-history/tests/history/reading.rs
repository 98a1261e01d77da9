//! What questions to the rows promise, in both stores: the answers are those that looking at every row gives.

use std::collections::BTreeSet;
use std::thread;
use std::time::Duration;

use acd_core::command::{
    AskedBy, Command, ContactAct, Score, ScoreReport, Supervise, SupervisorAct,
};
use acd_core::ids::ContactId;
use acd_core::personal::Personal;
use acd_history::{
    ActContactRow, ActQuestion, ActRow, AgentIntervalRow, AgentTimeRow, AttributeFilter, CohortRow,
    ContactAttributeRow, ContactFilter, ContactQuestion, ContactRow, HandlingRow, IntervalQuestion,
    OfferRow, Order, Patience, PresenceRow, QUARTER_MS, QueueIntervalRow, ReadError, Reader, Row,
    ScoreRow, SessionRow, SqliteStore, Store, StretchQuestion, Tenant, Token as _, VisitRow,
    Wanted,
};

use crate::centre::{Centre, arrival, on};
use crate::days::{TENANT, life, long_day, pieces};
use crate::postgres::Server;
use crate::rows::commit;
use crate::storing::sqlite;

/// The typed rows of a table.
fn all<R: Row>(store: &mut dyn Store) -> Vec<R> {
    let mut rows = Vec::new();
    let mut take = |row| rows.push(R::from_values(row).expect("a row"));
    store.rows(&life(), R::TABLE, &mut take).expect("rows");
    rows
}

/// Asks with all the time there is.
pub fn ask<T>(
    reader: &mut Reader,
    mut question: impl FnMut(&mut acd_history::Ask<'_>, &Tenant) -> Result<T, ReadError>,
) -> T {
    let asked = reader.ask(&Patience::endless(), |ask| {
        let tenant = ask.tenant(TENANT, &life().journal_id)?;
        question(ask, &tenant.expect("the tenant"))
    });
    asked.expect("an answer")
}

/// All contacts that pass a filter, piece by piece.
fn found(
    reader: &mut Reader,
    filter: &ContactFilter,
    order: Order,
    size: usize,
) -> Vec<ContactRow> {
    let mut question = ContactQuestion {
        filter: filter.clone(),
        order,
        size,
        after: None,
    };
    let mut rows = Vec::new();
    loop {
        let page = ask(reader, |ask, tenant| ask.contacts(tenant, &question));
        assert!(page.rows.len() <= size);
        rows.extend(page.rows);
        match page.next {
            None => return rows,
            next => question.after = next,
        }
    }
}

/// What a filter is, and whether a contact passes it.
type Case = (ContactFilter, Box<dyn Fn(&ContactRow) -> bool>);

fn text(text: &acd_history::Text) -> String {
    text.as_str().to_owned()
}

/// A filter of each kind, of what there is on the day.
fn cases(store: &mut dyn Store) -> Vec<Case> {
    let contacts: Vec<ContactRow> = all(store);
    let visits: Vec<VisitRow> = all(store);
    let handlings: Vec<HandlingRow> = all(store);
    let offers: Vec<OfferRow> = all(store);
    let attributes: Vec<ContactAttributeRow> = all(store);
    let none = ContactFilter::default;
    let middle = contacts[contacts.len() / 2].accepted_at;
    let last = contacts[contacts.len() - 1].accepted_at;
    let mut cases: Vec<Case> = vec![
        (none(), Box::new(|_| true)),
        (
            ContactFilter {
                from: Some(middle),
                ..none()
            },
            Box::new(move |row| row.accepted_at >= middle),
        ),
        (
            ContactFilter {
                from: Some(middle),
                to: Some(last),
                ..none()
            },
            Box::new(move |row| (middle..last).contains(&row.accepted_at)),
        ),
        (
            ContactFilter {
                to: Some(0),
                ..none()
            },
            Box::new(|_| false),
        ),
    ];
    let queue = visits[visits.len() / 3].queue.clone();
    let there: BTreeSet<i64> = visits
        .iter()
        .filter(|visit| visit.queue == queue)
        .map(|visit| visit.contact)
        .collect();
    let filter = ContactFilter {
        queues: vec![text(&queue)],
        ..none()
    };
    cases.push((filter, Box::new(move |row| there.contains(&row.contact))));
    let agent = handlings[handlings.len() / 2].agent.clone();
    let theirs: BTreeSet<i64> = handlings
        .iter()
        .filter(|handling| handling.agent == agent)
        .map(|handling| handling.contact)
        .collect();
    let filter = ContactFilter {
        agents: vec![text(&agent)],
        from: Some(middle),
        ..none()
    };
    cases.push((
        filter,
        Box::new(move |row| theirs.contains(&row.contact) && row.accepted_at >= middle),
    ));
    let missed = offers.iter().find(|offer| offer.missed == Some(true));
    let agent = missed.expect("a missed offer").agent.clone();
    let theirs: BTreeSet<i64> = offers
        .iter()
        .filter(|offer| offer.agent == agent)
        .map(|offer| offer.contact)
        .collect();
    let filter = ContactFilter {
        offered_to: vec![text(&agent)],
        ..none()
    };
    cases.push((filter, Box::new(move |row| theirs.contains(&row.contact))));
    for outcome in ["answered", "abandoned"] {
        let filter = ContactFilter {
            outcomes: vec![(outcome.to_owned(), None)],
            ..none()
        };
        let is = move |row: &ContactRow| {
            row.outcome
                .as_ref()
                .is_some_and(|it| it.as_str() == outcome)
        };
        cases.push((filter, Box::new(is)));
    }
    let filter = ContactFilter {
        outcomes: vec![
            ("abandoned".to_owned(), Some("customer".to_owned())),
            ("timed_out".to_owned(), None),
        ],
        ..none()
    };
    cases.push((
        filter,
        Box::new(|row| {
            let outcome = row.outcome.as_ref().map(text).unwrap_or_default();
            let why = row.outcome_reason.as_ref().map(text).unwrap_or_default();
            outcome == "timed_out" || (outcome == "abandoned" && why == "customer")
        }),
    ));
    cases.extend(cases_of_values(&contacts, &attributes));
    cases
}

/// The same of values and texts.
fn cases_of_values(contacts: &[ContactRow], attributes: &[ContactAttributeRow]) -> Vec<Case> {
    let none = ContactFilter::default;
    let mut cases: Vec<Case> = Vec::new();
    let customer = contacts.iter().find_map(|row| row.customer.clone());
    let customer = customer.expect("a customer");
    let filter = ContactFilter {
        customer: Some(customer.clone()),
        ..none()
    };
    cases.push((
        filter,
        Box::new(move |row| row.customer.as_ref() == Some(&customer)),
    ));
    let name = contacts[contacts.len() / 2].name.clone();
    let filter = ContactFilter {
        name: Some(text(&name)),
        ..none()
    };
    cases.push((filter, Box::new(move |row| row.name == name)));
    let channel = contacts[0].channel.clone();
    let filter = ContactFilter {
        channels: vec![text(&channel)],
        ..none()
    };
    cases.push((filter, Box::new(move |row| row.channel == channel)));
    for open_only in [false, true] {
        // One that is only for those who handle the contact, if there is one.
        let its = attributes.iter().max_by_key(|row| row.sensitive);
        let its = its.expect("an attribute").clone();
        let with: BTreeSet<i64> = attributes
            .iter()
            .filter(|row| row.attribute == its.attribute && row.value == its.value)
            .filter(|row| !(open_only && row.sensitive))
            .map(|row| row.contact)
            .collect();
        let filter = ContactFilter {
            attributes: vec![AttributeFilter {
                key: text(&its.attribute),
                value: its.value.clone(),
                open_only,
            }],
            ..none()
        };
        cases.push((filter, Box::new(move |row| with.contains(&row.contact))));
    }
    let decided = contacts.iter().filter(|row| row.disposition.is_some());
    let decided = decided.max_by_key(|row| row.notes.as_ref().map_or(0, |it| it.reveal().len()));
    let decided = decided.expect("a contact with a disposition");
    let code = decided.disposition.clone().expect("a code");
    let filter = ContactFilter {
        dispositions: vec![text(&code)],
        ..none()
    };
    cases.push((
        filter,
        Box::new(move |row| row.disposition.as_ref() == Some(&code)),
    ));
    let notes = decided.notes.as_ref().map_or("", Personal::reveal);
    let part: String = notes.chars().take(3).collect();
    let small = part.to_ascii_lowercase();
    let filter = ContactFilter {
        notes: Some(part.to_ascii_uppercase().into()),
        ..none()
    };
    cases.push((
        filter,
        Box::new(move |row| {
            let notes = row.notes.as_ref().map_or("", Personal::reveal);
            let has_notes = row.disposition.is_some() && row.notes.is_some();
            has_notes && notes.to_ascii_lowercase().contains(&small)
        }),
    ));
    cases
}

/// Whatever is asked for is found, in order, whole, whatever the size of the pieces.
fn finds_contacts(store: &mut dyn Store, reader: &mut Reader) {
    let contacts: Vec<ContactRow> = all(store);
    assert!(contacts.is_sorted_by_key(|row| row.contact));
    let by_time = contacts.is_sorted_by_key(|row| row.accepted_at);
    assert!(!by_time, "some were brought again after a loss");
    for (filter, passes) in cases(store) {
        let mut expected: Vec<ContactRow> = contacts.clone();
        expected.retain(|row| passes(row));
        for size in [3, 1_000] {
            let told = found(reader, &filter, Order::OldestFirst, size);
            assert_eq!(told, expected, "{filter:?}");
            let mut told = found(reader, &filter, Order::NewestFirst, size);
            told.reverse();
            assert_eq!(told, expected, "{filter:?}");
        }
    }
}

/// A life has all rows of its contact.
fn tells_lives(store: &mut dyn Store, reader: &mut Reader) {
    let contacts: Vec<ContactRow> = all(store);
    let offers: Vec<OfferRow> = all(store);
    let handlings: Vec<HandlingRow> = all(store);
    let acts: Vec<ActRow> = all(store);
    let (mut told_acts, mut told_scores) = (0, 0);
    for contact in &contacts {
        let wanted = Wanted::Number(contact.contact.unsigned_abs());
        let life = ask(reader, |ask, tenant| ask.life(tenant, &wanted)).expect("a life");
        assert_eq!(life.contact, *contact);
        let its = |row: &&OfferRow| row.contact == contact.contact;
        assert!(life.offers.iter().eq(offers.iter().filter(its)));
        let its = |row: &&HandlingRow| row.contact == contact.contact;
        assert!(life.handlings.iter().eq(handlings.iter().filter(its)));
        let of_handlings = life.segments.iter().all(|segment| {
            let mut its = life.handlings.iter();
            its.any(|handling| handling.handling == segment.handling)
        });
        assert!(of_handlings);
        told_acts += life.acts.len();
        told_scores += life.scores.len();
        let name = Wanted::Name(text(&contact.name));
        let newest = ask(reader, |ask, tenant| ask.life(tenant, &name)).expect("a life");
        let same = contacts.iter().filter(|other| other.name == contact.name);
        assert_eq!(
            Some(newest.contact.contact),
            same.map(|other| other.contact).max()
        );
    }
    let names: BTreeSet<String> = contacts.iter().map(|row| text(&row.name)).collect();
    let to_contacts = acts.iter().filter(|act| {
        let contact = act.contact.as_ref().map(text);
        contact.is_some_and(|name| names.contains(&name))
    });
    // Acts that name contacts by number are told with each of them.
    let numbered: Vec<ActContactRow> = all(store);
    let numbers: BTreeSet<i64> = contacts.iter().map(|row| row.contact).collect();
    let numbered = numbered.iter().filter(|row| numbers.contains(&row.contact));
    let (named, numbered) = (to_contacts.count(), numbered.count());
    assert!(named > 0 && numbered > 0);
    assert_eq!(
        told_acts,
        named + numbered,
        "each act is in the lives it is about"
    );
    let scores: Vec<ScoreRow> = all(store);
    let of_contacts = scores.iter().filter(|score| score.contact.is_some());
    assert_eq!(
        told_scores,
        of_contacts.count(),
        "each score is in one life"
    );
    assert!(told_scores > 0);
    let unknown = Wanted::Number(u64::MAX);
    assert!(ask(reader, |ask, tenant| ask.life(tenant, &unknown)).is_none());
}

/// All intervals of a table, piece by piece, in order.
fn tells_intervals<R: Row + PartialEq + std::fmt::Debug>(
    store: &mut dyn Store,
    reader: &mut Reader,
    until: i64,
) {
    let at = R::TABLE.column("began_at");
    let mut expected: Vec<Vec<acd_history::Value>> = Vec::new();
    let mut take = |row| expected.push(row);
    store.rows(&life(), R::TABLE, &mut take).expect("rows");
    expected.retain(|row| row[at].as_int().unwrap_or_default() <= until);
    let keys = R::TABLE.key_len();
    expected.sort_by_key(|row| {
        let names = (0..keys)
            .filter(|key| *key != at)
            .map(|key| row[key].clone());
        (row[at].clone(), names.collect::<Vec<_>>())
    });
    let mut question = IntervalQuestion {
        size: 7,
        ..IntervalQuestion::default()
    };
    let mut told = Vec::new();
    loop {
        let page = ask(reader, |ask, tenant| ask.intervals::<R>(tenant, &question));
        told.extend(page.rows.into_iter().map(Row::into_values));
        let Some(next) = page.next else { break };
        // Keys come back as texts.
        question.after = acd_history::IntervalKey::of_token(&next.token());
        assert!(question.after.is_some());
    }
    assert!(!told.is_empty(), "{}", R::TABLE.name);
    assert_eq!(told, expected, "{}", R::TABLE.name);
}

fn tells_days_and_acts(store: &mut dyn Store, reader: &mut Reader) {
    let sessions: Vec<SessionRow> = all(store);
    let presences: Vec<PresenceRow> = all(store);
    let mut question = StretchQuestion {
        size: 5,
        ..StretchQuestion::default()
    };
    let mut told = Vec::new();
    loop {
        let page = ask(reader, |ask, tenant| ask.stretches(tenant, &question));
        told.extend(page.rows);
        match page.next {
            None => break,
            next => question.after = next,
        }
    }
    assert_eq!(told.len(), sessions.len() + presences.len());
    assert!(
        told.is_sorted_by(|one, next| one.key < next.key),
        "each once"
    );
    let agent = told[0].key.agent.clone();
    let of_one = StretchQuestion {
        agent: Some(agent.clone()),
        size: 10_000,
        ..StretchQuestion::default()
    };
    let of_one = ask(reader, |ask, tenant| ask.stretches(tenant, &of_one)).rows;
    let expected: Vec<_> = told
        .into_iter()
        .filter(|it| it.key.agent == agent)
        .collect();
    assert_eq!(of_one, expected);

    let mut acts: Vec<ActRow> = all(store);
    acts.reverse();
    let mut question = ActQuestion {
        size: 2,
        ..ActQuestion::default()
    };
    let mut told = Vec::new();
    loop {
        let page = ask(reader, |ask, tenant| ask.acts(tenant, &question));
        told.extend(page.rows);
        match page.next {
            None => break,
            next => question.before = next,
        }
    }
    assert_eq!(told, acts);
    let author = acts[0].author.clone();
    let of_author = ActQuestion {
        author: Some(text(&author)),
        kinds: vec![text(&acts[0].act)],
        size: 1_000,
        ..ActQuestion::default()
    };
    let told = ask(reader, |ask, tenant| ask.acts(tenant, &of_author)).rows;
    acts.retain(|act| act.author == author && act.act == told[0].act);
    assert_eq!(told, acts);
}

/// Rows that come while somebody pages make no gap and no double.
fn pages_beside_the_writer(store: &mut dyn Store, reader: &mut Reader) {
    let life = life();
    let day = long_day();
    let pieces = pieces(&day.events, &day.cuts(&[600, 1_200]));
    store.clear(&life).expect("cleared");
    commit(store, &life, &pieces[..1]);
    let first: Vec<ContactRow> = all(store);
    let mut question = ContactQuestion {
        size: 4,
        ..ContactQuestion::default()
    };
    let mut told = Vec::new();
    for piece in 1..=usize::MAX {
        let page = ask(reader, |ask, tenant| ask.contacts(tenant, &question));
        told.extend(page.rows.into_iter().map(|row| row.contact));
        if piece < pieces.len() {
            let (changes, to) = &pieces[piece];
            let added = acd_history::Commit {
                life: &life,
                after_seq: pieces[piece - 1].1.seq,
                changes,
                to: *to,
                state: None,
            };
            store.commit(added).expect("committed");
        }
        match page.next {
            None => break,
            next => question.after = next,
        }
    }
    let mut expected: Vec<i64> = first.iter().map(|row| row.contact).collect();
    expected.reverse();
    assert!(all::<ContactRow>(store).len() > expected.len());
    assert_eq!(told, expected);
}

/// What agents said of some contacts: the day has nothing of it.
const NOTES: &str =
    "UPDATE contacts SET disposition = 'sold', notes = 'Two Blue bicycles' WHERE contact % 3 = 0";

fn answers_questions<S: Store>(
    store: &mut S,
    reader: &mut Reader,
    execute: impl FnOnce(&mut S, &str),
) {
    let day = long_day();
    let life = life();
    commit(store, &life, &pieces(&day.events, &[]));
    execute(store, NOTES);
    let position = store.position(&life).expect("a position");
    let complete = position.at_ms.div_euclid(QUARTER_MS) * QUARTER_MS - QUARTER_MS;
    let tenant = ask(reader, |_, tenant| Ok(tenant.clone()));
    assert_eq!((tenant.position, tenant.gaps), (position, 0));
    assert_eq!(tenant.life, life);
    finds_contacts(store, reader);
    tells_lives(store, reader);
    tells_intervals::<QueueIntervalRow>(store, reader, i64::MAX);
    tells_intervals::<CohortRow>(store, reader, i64::MAX);
    tells_intervals::<AgentIntervalRow>(store, reader, i64::MAX);
    tells_intervals::<AgentTimeRow>(store, reader, complete);
    tells_days_and_acts(store, reader);
    pages_beside_the_writer(store, reader);
    let nobody = Patience::new(|| None);
    let given_up = reader.ask(&nobody, |ask| ask.tenant(TENANT, &life.journal_id));
    assert!(matches!(given_up, Err(ReadError::GivenUp)), "{given_up:?}");
}

#[test]
fn sqlite_answers_questions() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("history.db");
    let mut reader = Reader::of_sqlite(&path);
    let early = reader.ask(&Patience::endless(), |_| Ok(()));
    let is_passing = matches!(&early, Err(ReadError::Store(error)) if error.is_passing());
    assert!(is_passing, "{early:?}");
    let mut store = sqlite(folder.path());
    answers_questions(&mut store, &mut reader, |store, sql| {
        store.connection().execute_batch(sql).expect("executed");
    });
}

#[test]
fn postgres_answers_questions() {
    let server = Server::start();
    let mut store = server.store("answers");
    let mut reader = Reader::of_postgres(&server.url("acd", "answers"), None).expect("a reader");
    answers_questions(&mut store, &mut reader, |store, sql| {
        let client = store.client().expect("a client");
        client.batch_execute(sql).expect("executed");
    });
    gives_up_in_time(&server, &mut reader);
    ends_what_nobody_waits_for(&server, reader);
}

/// Holds up whoever reads contacts, until it is dropped.
fn hold_up(server: &Server) -> ::postgres::Client {
    let url = server.url("acd", "answers");
    let client = ::postgres::Client::connect(&url, ::postgres::NoTls);
    let mut client = client.expect("connected");
    let locked = client.batch_execute("BEGIN; LOCK TABLE contacts IN ACCESS EXCLUSIVE MODE");
    locked.expect("locked");
    client
}

/// A question that the server does not answer in time is over.
fn gives_up_in_time(server: &Server, reader: &mut Reader) {
    let _held = hold_up(server);
    let soon = Patience::new(|| Some(Duration::from_millis(20)));
    let given_up = reader.ask(&soon, |ask| {
        let tenant = ask.tenant(TENANT, &life().journal_id)?;
        ask.contacts(&tenant.expect("the tenant"), &ContactQuestion::default())
    });
    assert!(matches!(given_up, Err(ReadError::GivenUp)), "{given_up:?}");
}

/// Somebody else ends a question, and the connection answers the next one.
fn ends_what_nobody_waits_for(server: &Server, mut reader: Reader) {
    let mut held = hold_up(server);
    let stopper = reader.stopper().expect("it is connected");
    let asking = thread::spawn(move || {
        let asked = reader.ask(&Patience::endless(), |ask| {
            let tenant = ask.tenant(TENANT, &life().journal_id)?;
            ask.contacts(&tenant.expect("the tenant"), &ContactQuestion::default())
        });
        (reader, asked)
    });
    let waits = "SELECT count(*) FROM pg_locks WHERE NOT granted";
    while held.query_one(waits, &[]).expect("asked").get::<_, i64>(0) == 0 {}
    stopper.stop().expect("stopped");
    let (mut reader, given_up) = asking.join().expect("no panic");
    assert!(matches!(given_up, Err(ReadError::GivenUp)), "{given_up:?}");
    held.batch_execute("ROLLBACK").expect("let go");
    assert!(
        !found(
            &mut reader,
            &ContactFilter::default(),
            Order::NewestFirst,
            100
        )
        .is_empty()
    );
}

/// A name is used again and again; a score that comes when its contact is forgotten is of the last one before it.
#[test]
fn a_late_score_is_of_the_last_contact_of_its_name() {
    let mut centre = Centre::of(crate::dice::tenant(&[]));
    centre.ready("a0");
    for points in [1, 2] {
        let mut arrival = arrival("c1", "q0");
        arrival.customer = Some(format!("customer-{points}").into());
        centre.command(Command::Arrive(arrival)).expect("joined");
        centre.answer("c1");
        centre.hang_up("c1").expect("ended");
        centre.wait(3 * 24 * 3_600_000);
        let report = ContactAct::ReportScore(ScoreReport {
            score: Score {
                points,
                scale_max: 5,
                asked_by: AskedBy::Link,
                question: "".into(),
                comment: "too slow".into(),
            },
            queue: None,
            channel: None,
            agent: None,
        });
        centre.command(on("c1", report)).expect("told");
        centre.ready("a0");
    }
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("history.db");
    let mut store = SqliteStore::open(&path).expect("a store");
    commit(&mut store, &life(), &pieces(&centre.log, &[]));
    let mut reader = Reader::of_sqlite(&path);
    let contacts: Vec<ContactRow> = all(&mut store);
    let told = contacts.iter().map(|contact| {
        let wanted = Wanted::Number(contact.contact.unsigned_abs());
        let life = ask(&mut reader, |ask, tenant| ask.life(tenant, &wanted));
        let scores = life.expect("a life").scores;
        assert!(scores.iter().all(|score| score.contact.is_none()));
        scores.iter().map(|score| score.points).collect::<Vec<_>>()
    });
    assert_eq!(told.collect::<Vec<_>>(), [[1], [2]]);

    // What the customer of the first one said goes with them.
    let theirs = ask(&mut reader, |ask, tenant| {
        ask.scores_of_customer(tenant, &"customer-1".into(), 100)
    });
    let scores: Vec<ScoreRow> = all(&mut store);
    assert_eq!(theirs, [scores[0].seq.unsigned_abs()]);
    let act = SupervisorAct::ErasePersonal {
        contacts: theirs.into_iter().map(ContactId).collect(),
        customer: None,
    };
    let before = centre.log.len();
    let erase = Supervise {
        author: "officer".into(),
        reason: "asked by the customer".into(),
        act,
    };
    centre.command(Command::Supervise(erase)).expect("erased");
    let path = folder.path().join("after.db");
    let mut store = SqliteStore::open(&path).expect("a store");
    commit(&mut store, &life(), &pieces(&centre.log, &[before]));
    let scores: Vec<ScoreRow> = all(&mut store);
    let comments = scores.iter().map(|score| score.comment.is_some());
    assert_eq!(comments.collect::<Vec<_>>(), [false, true]);
}
