//! Figures of ranges of time are what the engine counted and what the rows say, from both stores alike.

use std::collections::BTreeMap;
use std::fmt::Debug;
use std::ops::Range;

use acd_core::command::{Arrival, Command};
use acd_core::config::{AgentConfig, QueueConfig};
use acd_core::event::{Event, Outcome};
use acd_core::figures::{Figures, WaitHistogram};
use acd_core::ids::{Channel, TimeMs};
use acd_core::state::State;
use acd_history::figures::{
    AgentTimeRow, AgentWorkRow, CallbackFigures, Charge, FiguresError, Only, QueueRow, Reading,
    Resolved, Scored, StretchKind, StretchRow, TalkRow,
};
use acd_history::{
    AgentBlockRow, AgentIntervalRow, AgentTimeBlockRow, AgentTimeRow as AgentTimeIntervalRow,
    AttemptRow, CallbackRow, ContactRow, HandlingRow, Patience, QUARTER_MS, ReadError, Reader,
    Row as _, ScoreRow, Store, Table, Value,
};

use crate::centre::{ADAPTER, Centre, config};
use crate::days::{Happened, life, long_day, pieces};
use crate::dice::RESOLVED_AFTER_MS;
use crate::postgres::Server;
use crate::rows::{Rows, commit, in_memory};
use crate::storing::sqlite;

pub const MANY: usize = 1_000_000;

/// Everything that can be asked.
#[derive(Debug)]
struct All {
    queues: Vec<QueueRow>,
    cohorts: Vec<QueueRow>,
    waits: Vec<QueueRow>,
    talks: Vec<TalkRow>,
    charged: BTreeMap<(String, String, TimeMs), u64>,
    time: Vec<AgentTimeRow>,
    work: Vec<AgentWorkRow>,
    work_together: Vec<AgentWorkRow>,
    callbacks: Vec<CallbackFigures>,
    resolved: Vec<Resolved>,
    scores: Vec<Scored>,
    stretches: Vec<StretchRow>,
}

fn all(reader: &mut Reader, spans: &[Range<TimeMs>], only: &Only) -> All {
    let range = spans[0].start..spans[spans.len() - 1].end;
    let charge = |queue: &str| {
        let charge = Charge {
            least_ms: 30_000,
            step_ms: 6_000,
        };
        (queue != "q1").then_some(charge)
    };
    asked(reader, MANY, only, |reading| {
        Ok(All {
            queues: reading.queues(spans)?,
            cohorts: reading.cohorts(spans)?,
            waits: reading.waits(range.clone())?,
            talks: reading.talks(range.clone())?,
            charged: reading.charged(spans, &charge)?,
            time: reading.agent_time(spans)?,
            work: reading.agent_work(spans)?,
            work_together: reading.agent_work_together(spans)?,
            callbacks: reading.callbacks(range.clone())?,
            resolved: reading.resolved(spans, RESOLVED_AFTER_MS, None)?,
            scores: reading.scores(spans)?,
            stretches: reading.stretches(range.clone(), 1_000)?,
        })
    })
    .expect("figures")
}

pub fn asked<T>(
    reader: &mut Reader,
    rows_max: usize,
    only: &Only,
    mut ask: impl FnMut(&mut Reading<'_, '_>) -> Result<T, FiguresError>,
) -> Result<T, FiguresError> {
    let answer = reader.ask(&Patience::endless(), |rows| {
        let life = life();
        let tenant = rows.tenant(&life.name, &life.journal_id)?;
        let tenant = tenant.expect("rows of the tenant");
        Ok(ask(&mut Reading::of(rows, &tenant, rows_max, only.clone())))
    });
    answer.expect("an answer")
}

/// From the quarter in which a day begins to the one in which it ends.
fn whole(day: &Happened) -> Range<TimeMs> {
    let at = |recorded: Option<&acd_core::event::Recorded>| recorded.map_or(0, |it| it.at_ms);
    // The centre was set up at the epoch.
    let (first, last) = (0, at(day.events.last()));
    first..(last / QUARTER_MS + 1) * QUARTER_MS
}

/// The same in pieces, the first of them long.
fn cut(range: &Range<TimeMs>, length: i64) -> Vec<Range<TimeMs>> {
    let last = (range.end - 96 * length).max(0) / QUARTER_MS * QUARTER_MS;
    let (mut spans, mut begin) = (Vec::new(), last);
    spans.push(range.start..last);
    while begin < range.end {
        let end = (begin + length).min(range.end);
        spans.push(begin..end);
        begin = end;
    }
    spans
}

fn state(day: &Happened) -> State {
    let mut state = State::default();
    day.events.iter().for_each(|it| state.replay(it));
    state
}

fn only_sum(waits: &WaitHistogram) -> WaitHistogram {
    WaitHistogram {
        sum_ms: waits.sum_ms,
        ..WaitHistogram::default()
    }
}

/// What was counted, by queue and channel.
fn counted(state: &State) -> BTreeMap<(String, String), Figures> {
    let queues = state.facts().queues.iter();
    let all = queues.flat_map(|queue| {
        let name = queue.config.name.as_str();
        let figures = queue.figures.iter();
        figures.map(move |(channel, figures)| {
            let key = (name.to_owned(), channel.as_str().to_owned());
            (key, figures.clone())
        })
    });
    all.collect()
}

fn by_queue(rows: &[QueueRow]) -> BTreeMap<(String, String), &Figures> {
    let key = |row: &QueueRow| (row.queue.clone(), row.channel.clone());
    rows.iter().map(|row| (key(row), &row.figures)).collect()
}

fn are_what_was_counted(found: &All, state: &State) {
    let counted = counted(state);
    let queues = by_queue(&found.queues);
    let mut compared = 0;
    for (key, expected) in &counted {
        let expected = Figures {
            scheduled: 0,
            answered_wait: only_sum(&expected.answered_wait),
            abandoned_wait: only_sum(&expected.abandoned_wait),
            ..expected.clone()
        };
        let nothing = Figures::default();
        let found = queues.get(key).copied().unwrap_or(&nothing);
        assert_eq!(found, &expected, "{key:?}");
        compared += usize::from(expected.offered > 0);
    }
    assert!(compared > 2, "the day has nothing to compare");
    for (key, figures) in by_queue(&found.waits) {
        let both = [
            (&figures.answered_wait, &counted[&key].answered_wait),
            (&figures.abandoned_wait, &counted[&key].abandoned_wait),
        ];
        for (found, expected) in both {
            let mut edges = found.edges_ms.iter();
            assert!(edges.all(|edge| found.within(*edge) <= expected.within(*edge)));
            assert_eq!(found.count(), expected.count(), "{key:?}");
        }
    }
    // Whenever a visit joined, and however it ended.
    for (key, figures) in by_queue(&found.cohorts) {
        let expected = &counted[&key];
        let numbers = |it: &Figures| {
            (
                (it.offered, it.answered, it.answered_within),
                (
                    it.abandoned_customer,
                    it.abandoned_system,
                    it.short_abandons,
                ),
                (it.flow_out(), it.callbacks_within),
                (it.answered_wait.sum_ms, it.abandoned_wait.sum_ms),
            )
        };
        assert_eq!(numbers(figures), numbers(expected), "{key:?}");
    }
}

fn column(table: &'static Table, row: &[Value], name: &str) -> Value {
    row[table.column(name)].clone()
}

fn number(table: &'static Table, row: &[Value], name: &str) -> Option<i64> {
    column(table, row, name).as_int()
}

fn are_what_rows_say(found: &All, rows: &Rows) {
    let table = HandlingRow::TABLE;
    let of = |row: &[Value], name: &str| number(table, row, name);
    let handlings = rows[table.name].iter();
    let ended = handlings.filter(|row| {
        let is_handled = of(row, "handled_at").is_some();
        // A wrap-up may have been entered again.
        let counted = column(table, row, "counted") == Value::Bool(true);
        assert!(!is_handled || counted && of(row, "talk_ended_at").is_some());
        is_handled
    });
    let lengths = ended.map(|row| {
        let length = of(row, "talk_ms").zip(of(row, "hold_ms"));
        let (talk, hold) = length.expect("lengths");
        (column(table, row, "queue"), (talk + hold).unsigned_abs())
    });
    let lengths: Vec<_> = lengths.collect();
    assert!(!lengths.is_empty(), "the day has no conversation");
    let talks: u64 = found.talks.iter().flat_map(|it| it.lengths.values()).sum();
    assert_eq!(talks, lengths.len() as u64);
    let charged = lengths
        .iter()
        .filter(|(queue, _)| *queue != Value::Text("q1".into()));
    let charged = charged.map(|(_, length)| match length.div_ceil(1_000) * 1_000 {
        0 => 0,
        length => 30_000 + length.saturating_sub(30_000).div_ceil(6_000) * 6_000,
    });
    assert_eq!(found.charged.values().sum::<u64>(), charged.sum::<u64>());

    let table = ScoreRow::TABLE;
    let scored: u64 = found.scores.iter().map(|it| it.scores).sum();
    assert_eq!(scored, rows[table.name].len() as u64);
    let of = |row: &[Value], name: &str| number(table, row, name).unwrap_or_default();
    let shares = rows[table.name].iter();
    let shares = shares.map(|row| of(row, "points") as f64 / of(row, "scale_max") as f64);
    let sum: u64 = found.scores.iter().map(|it| it.score_sum).sum();
    assert!(
        (shares.sum::<f64>() - sum as f64 / 1e6).abs() < 1e-3,
        "{sum}"
    );
    assert!(found.scores.iter().any(|it| !it.agent.is_empty()));

    let table = CallbackRow::TABLE;
    assert_eq!(found.callbacks.len(), rows[table.name].len());
    assert!(!found.callbacks.is_empty());
    let owed: Vec<Value> = rows[table.name]
        .iter()
        .map(|row| column(table, row, "contact"))
        .collect();
    // Other contacts are dialled, too.
    let table = AttemptRow::TABLE;
    let dials = rows[table.name]
        .iter()
        .filter(|row| owed.contains(&column(table, row, "contact")));
    let attempts: usize = found.callbacks.iter().map(|it| it.attempts.len()).sum();
    assert_eq!(attempts, dials.count());
    let table = AgentIntervalRow::TABLE;
    let made = rows[table.name]
        .iter()
        .filter_map(|row| number(table, row, "offers_made"));
    let made = made.sum::<i64>().unsigned_abs();
    assert!(made > 0);
    assert_eq!(
        found.work.iter().map(|row| row.offers.made).sum::<u64>(),
        made
    );
    for row in &found.time {
        let not_ready: u64 = row.not_ready_ms.values().sum();
        assert_eq!(row.logged_in_ms, row.ready_ms + not_ready, "{row:?}");
        assert!(row.idle_ms <= row.ready_ms, "{row:?}");
    }
    assert!(!found.time.is_empty());
}

/// Sums of six hours are those of their quarters.
fn blocks_are_sums(rows: &Rows) {
    const BLOCK_MS: i64 = 24 * QUARTER_MS;
    for (quarters, blocks) in [
        (AgentIntervalRow::TABLE, AgentBlockRow::TABLE),
        (AgentTimeIntervalRow::TABLE, AgentTimeBlockRow::TABLE),
    ] {
        let key_len = quarters.key_len();
        let began_at = quarters.column("began_at");
        let mut sums: BTreeMap<Vec<Value>, Vec<i64>> = BTreeMap::new();
        for row in &rows[quarters.name] {
            let mut key = row[..key_len].to_vec();
            let at = key[began_at].as_int().unwrap_or_default();
            key[began_at] = Value::Int(at.div_euclid(BLOCK_MS) * BLOCK_MS);
            let numbers = row[key_len..]
                .iter()
                .map(|it| it.as_int().unwrap_or_default());
            let sum = sums
                .entry(key)
                .or_insert_with(|| vec![0; row.len() - key_len]);
            sum.iter_mut().zip(numbers).for_each(|(sum, it)| *sum += it);
        }
        let found = rows[blocks.name].iter().map(|row| {
            let numbers = row[key_len..]
                .iter()
                .map(|it| it.as_int().unwrap_or_default());
            (row[..key_len].to_vec(), numbers.collect())
        });
        assert_eq!(
            found.collect::<BTreeMap<_, Vec<i64>>>(),
            sums,
            "{}",
            blocks.name
        );
    }
}

/// Who came back is looked up one by one.
fn resolutions_are_true(found: &All, rows: &Rows, applied_at: TimeMs) {
    let table = ContactRow::TABLE;
    let of = |row: &[Value], name: &str| number(table, row, name);
    let contacts = &rows[table.name];
    let until = (applied_at - RESOLVED_AFTER_MS).div_euclid(QUARTER_MS) * QUARTER_MS;
    let (mut judged, mut resolved, mut came_back) = (0, 0, 0);
    for row in contacts {
        let customer = column(table, row, "customer");
        let origin = column(table, row, "origin");
        let is_asked = origin == Value::Text("consult_of".into());
        let Some(answered_at) = of(row, "answered_at").filter(|_| !is_asked) else {
            continue;
        };
        let came = contacts.iter().filter(|other| {
            let accepted_at = of(other, "accepted_at").unwrap_or_default();
            customer != Value::Null
                && column(table, other, "customer") == customer
                && column(table, other, "origin") == Value::Text("arrived".into())
                && accepted_at > answered_at
                && of(other, "resolved_after_ms") >= Some(accepted_at - answered_at)
        });
        let came_at = came.filter_map(|other| of(other, "accepted_at")).min();
        assert_eq!(of(row, "returned_at"), came_at, "{row:?}");
        came_back += u64::from(came_at.is_some());
        if customer != Value::Null && answered_at < until {
            judged += 1;
            resolved += u64::from(came_at.is_none());
        }
    }
    let sum = |of: fn(&Resolved) -> u64| found.resolved.iter().map(of).sum::<u64>();
    assert_eq!(
        (sum(|it| it.judged), sum(|it| it.resolved)),
        (judged, resolved)
    );
    assert!(judged > 0 && came_back > 0, "{judged}, {came_back}");
}

/// In smaller pieces it is the same.
fn pieces_add_up(whole: &All, cut: &All) {
    let offered = |rows: &[QueueRow]| rows.iter().map(|it| it.figures.offered).sum::<u64>();
    let waited = |rows: &[QueueRow]| {
        let sums = rows.iter().map(|it| it.figures.answered_wait.sum_ms);
        sums.sum::<u64>()
    };
    assert_eq!(offered(&cut.queues), offered(&whole.queues));
    assert_eq!(waited(&cut.queues), waited(&whole.queues));
    assert_eq!(offered(&cut.cohorts), offered(&whole.cohorts));
    let sum = |charged: &BTreeMap<_, u64>| charged.values().sum::<u64>();
    assert_eq!(sum(&cut.charged), sum(&whole.charged));
    let ready = |rows: &[AgentTimeRow]| rows.iter().map(|it| it.ready_ms).sum::<u64>();
    assert_eq!(ready(&cut.time), ready(&whole.time));
    let handled = |rows: &[AgentWorkRow]| rows.iter().map(|it| it.handled).sum::<u64>();
    assert_eq!(handled(&cut.work), handled(&whole.work));
    let scored = |rows: &[Scored]| {
        let sums = rows.iter().map(|it| (it.scores, it.score_sum));
        sums.fold((0, 0), |sum, it| (sum.0 + it.0, sum.1 + it.1))
    };
    assert_eq!(scored(&cut.scores), scored(&whole.scores));
    assert!(cut.queues.len() > whole.queues.len(), "it was not cut");
}

/// What an agent did is the sum of what they did by queue, in each range.
fn work_adds_up(found: &All) {
    let sums = |rows: &[AgentWorkRow]| {
        let mut sums: BTreeMap<(String, TimeMs), [u64; 7]> = BTreeMap::new();
        for it in rows {
            let sum = sums.entry((it.agent.clone(), it.began_at)).or_default();
            let numbers = [
                it.offers.made,
                it.offers.connected,
                it.offers.rejected + it.offers.timed_out,
                it.handled,
                it.talk_ms,
                it.hold_ms,
                it.wrap_up_ms,
            ];
            sum.iter_mut().zip(numbers).for_each(|(sum, it)| *sum += it);
        }
        sums
    };
    let together = sums(&found.work_together);
    assert_eq!(together, sums(&found.work));
    assert_eq!(
        together.len(),
        found.work_together.len(),
        "one row for each"
    );
}

/// Presences follow each other, and lie within what was asked.
fn stretches_are_in_order(found: &All, range: &Range<TimeMs>) {
    let mut until: BTreeMap<&str, TimeMs> = BTreeMap::new();
    let mut kinds = [false; 6];
    for it in &found.stretches {
        assert!(range.start <= it.from && it.from < it.to && it.to <= range.end);
        kinds[it.kind as usize] = true;
        if matches!(it.kind, StretchKind::Ready | StretchKind::NotReady) {
            let before = until.insert(&it.agent, it.to).unwrap_or_default();
            assert!(before <= it.from, "{it:?}");
        }
    }
    for kind in [StretchKind::Ready, StretchKind::Ringing, StretchKind::Talk] {
        assert!(kinds[kind as usize], "the day has nothing of {kind:?}");
    }
}

fn are_alike(one: &impl Debug, other: &impl Debug) {
    assert_eq!(format!("{one:#?}"), format!("{other:#?}"));
}

#[test]
fn figures_are_what_was_counted_in_both_stores_and_in_pieces_of_any_length() {
    let (day, life) = (long_day(), life());
    let made = pieces(&day.events, &[]);
    let rows = in_memory(&life, &made);
    let folder = tempfile::tempdir().expect("a folder");
    commit(&mut sqlite(folder.path()), &life, &made);
    let mut file = Reader::of_sqlite(&folder.path().join("history.db"));
    let server = Server::start();
    let mut store = server.store("figures");
    commit(&mut store, &life, &made);
    drop(store);
    let url = server.url("acd", "figures");
    let mut served = Reader::of_postgres(&url, None).expect("a reader");

    let range = whole(&day);
    let at_once = all(&mut file, std::slice::from_ref(&range), &Only::default());
    are_what_was_counted(&at_once, &state(&day));
    are_what_rows_say(&at_once, &rows);
    blocks_are_sums(&rows);
    let applied_at = day.events.last().map_or(0, |it| it.at_ms);
    resolutions_are_true(&at_once, &rows, applied_at);
    stretches_are_in_order(&at_once, &range);
    work_adds_up(&at_once);
    let (work, together) = (&at_once.work, &at_once.work_together);
    assert!(together.len() < work.len(), "nobody served two queues");
    for length in [QUARTER_MS, 4 * QUARTER_MS] {
        let spans = cut(&range, length);
        let in_pieces = all(&mut file, &spans, &Only::default());
        pieces_add_up(&at_once, &in_pieces);
        work_adds_up(&in_pieces);
        are_alike(&in_pieces, &all(&mut served, &spans, &Only::default()));
    }
}

#[test]
fn only_those_are_told_of_who_are_asked_for() {
    let (day, life) = (long_day(), life());
    let folder = tempfile::tempdir().expect("a folder");
    commit(&mut sqlite(folder.path()), &life, &pieces(&day.events, &[]));
    let mut file = Reader::of_sqlite(&folder.path().join("history.db"));
    let spans = cut(&whole(&day), QUARTER_MS);
    let everybody = all(&mut file, &spans, &Only::default());
    let (queue, agent) = (&everybody.work[0].queue, &everybody.work[0].agent);
    let only = Only {
        queues: [queue.clone()].into(),
        agents: [agent.clone()].into(),
    };
    let some = all(&mut file, &spans, &only);
    let of_queue = everybody.queues.iter().filter(|row| row.queue == *queue);
    are_alike(&some.queues, &of_queue.collect::<Vec<_>>());
    let of_agent = everybody.time.iter().filter(|row| row.agent == *agent);
    are_alike(&some.time, &of_agent.collect::<Vec<_>>());
    let of_both = everybody
        .work
        .iter()
        .filter(|row| row.agent == *agent && row.queue == *queue);
    are_alike(&some.work, &of_both.collect::<Vec<_>>());
    work_adds_up(&some);
    assert!(!some.work_together.is_empty());
    let of_queue = everybody.scores.iter().filter(|row| row.queue == *queue);
    are_alike(&some.scores, &of_queue.collect::<Vec<_>>());

    // All of them together have no names, and the same numbers.
    let together = asked(&mut file, MANY, &Only::default(), |reading| {
        reading.queues_together(&spans)
    });
    let together = together.expect("figures");
    assert!(together.len() <= spans.len() && together.iter().all(|row| row.queue.is_empty()));
    let offered = |rows: &[QueueRow]| rows.iter().map(|row| row.figures.offered).sum::<u64>();
    assert_eq!(offered(&together), offered(&everybody.queues));
}

#[test]
fn what_is_too_much_is_refused_and_who_is_gone_is_not_answered() {
    let (day, life) = (long_day(), life());
    let folder = tempfile::tempdir().expect("a folder");
    let mut store = sqlite(folder.path());
    commit(&mut store, &life, &pieces(&day.events, &[]));
    assert!(store.position(&life).expect("a position").seq > 0);
    let mut file = Reader::of_sqlite(&folder.path().join("history.db"));
    let spans = cut(&whole(&day), QUARTER_MS);
    let refused = asked(&mut file, 2, &Only::default(), |reading| {
        reading.queues(&spans)
    });
    assert!(
        matches!(refused, Err(FiguresError::TooMany { rows: 2 })),
        "{refused:?}"
    );
    let gone = Patience::new(|| None);
    let refused = file.ask(&gone, |_| Ok(()));
    assert!(matches!(refused, Err(ReadError::GivenUp)), "{refused:?}");
}

/// A contact is resolved if its customer stays away for as long as it takes; that is known when that time is over.
#[test]
fn who_comes_back_in_time_was_not_served_by_the_first() {
    const DAY_MS: i64 = 86_400_000;
    let mut settings = config(
        vec![QueueConfig::named("q0")],
        vec![AgentConfig::named("ann", ["q0"])],
    );
    settings.settings.resolved_after_ms = DAY_MS;
    let mut centre = Centre::of(settings);
    centre.wait(1_790_000_000_000);
    centre.ready("ann");
    let (mut count, mut ends) = (0, Vec::new());
    let mut served = |centre: &mut Centre, customer: &str| {
        count += 1;
        let name = format!("c{count}");
        let arrival = Arrival {
            customer: Some(customer.into()),
            ..Arrival::of(&*name, ADAPTER, Channel::Voice, "q0")
        };
        centre.command(Command::Arrive(arrival)).expect("joined");
        centre.answer(&name);
        centre.wait(10_000);
        centre.hang_up(&name).expect("over");
        centre.wait(10_000);
        ends.push(centre.log.len());
    };
    // One comes back at the last moment, twice; one comes back a moment later.
    served(&mut centre, "one");
    centre.wait(60_000);
    served(&mut centre, "two");
    let answered_at = |centre: &Centre, nth: usize| {
        let answers = centre.log.iter().filter(
            |it| matches!(&it.event, Event::VisitEnded(end) if end.outcome == Outcome::Answered),
        );
        answers.map(|it| it.at_ms).nth(nth).expect("answered")
    };
    let now = |centre: &Centre| centre.now;
    let until = answered_at(&centre, 0) + DAY_MS;
    centre.wait(until - now(&centre));
    served(&mut centre, "one");
    let until = answered_at(&centre, 1) + DAY_MS + 1;
    centre.wait(until - now(&centre));
    served(&mut centre, "two");
    served(&mut centre, "one");
    let at_once = pieces(&centre.log, &[]);
    let one_by_one = pieces(&centre.log, &ends);
    let rows = in_memory(&life(), &at_once);
    let table = ContactRow::TABLE;
    let came_back = rows[table.name].iter();
    let came_back = came_back.map(|row| number(table, row, "returned_at").is_some());
    assert_eq!(
        came_back.collect::<Vec<_>>(),
        [true, false, true, false, false]
    );
    centre.wait(DAY_MS + QUARTER_MS);
    let folder = tempfile::tempdir().expect("a folder");
    commit(&mut sqlite(folder.path()), &life(), &one_by_one);
    let mut file = Reader::of_sqlite(&folder.path().join("history.db"));
    let range = 0..now(&centre);
    let mut resolved = |within_ms, known_for_ms| {
        let spans = std::slice::from_ref(&range);
        let found = asked(&mut file, MANY, &Only::default(), |reading| {
            reading.resolved(spans, within_ms, known_for_ms)
        });
        let found = found.expect("figures");
        found
            .iter()
            .map(|it| (it.judged, it.resolved))
            .collect::<Vec<_>>()
    };
    // The rows know of no more than what happened: the last three are too young.
    assert_eq!(resolved(DAY_MS / 2, None), [(2, 1)]);
    assert_eq!(resolved(0, None), [(4, 2)]);
    assert_eq!(resolved(2 * DAY_MS, None), []);
    assert_eq!(resolved(0, Some(DAY_MS / 2)), [(2, 1)]);
}
