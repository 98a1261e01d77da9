//! What is personal is forgotten by age: day by day, of whoever is over, and the same after every restart.

use acd_core::Engine;
use acd_core::command::*;
use acd_core::config::*;
use acd_core::event::*;
use acd_core::ids::*;
use acd_core::personal::Personal;
use acd_core::state::Contact;

use crate::centre::*;

const HOUR: i64 = 3_600 * SECOND;
const DAY: i64 = 24 * HOUR;
/// How long data is kept here.
const KEPT: i64 = 3 * DAY;

fn config_keeping(keep_ms: Option<i64>) -> TenantConfig {
    let queue = QueueConfig {
        wrap_up_ms: 10 * SECOND,
        last_agent: Some(LastAgent {
            within_ms: 60 * DAY,
            for_ms: SECOND,
        }),
        return_within_ms: Some(60 * DAY),
        ..QueueConfig::named("support")
    };
    let mut config = config(vec![queue], vec![AgentConfig::named("anna", ["support"])]);
    config.settings.ended_contact_window_ms = 60 * DAY;
    config.settings.keep_personal_ms = keep_ms;
    config
}

/// A centre of which the next days are known.
fn centre_of(config: TenantConfig) -> Centre {
    let mut centre = Centre::of(config);
    begin_days(&mut centre, (1..60).map(|day| day * DAY));
    centre
}

fn centre() -> Centre {
    centre_of(config_keeping(Some(KEPT)))
}

fn begin_days(centre: &mut Centre, days: impl Iterator<Item = i64>) {
    let days = CivilTime {
        calendars: Vec::new(),
        days: days.collect(),
    };
    let resolve = Command::ResolveCivilTime(days.into());
    centre.command(resolve).expect("known");
}

/// A customer arrives.
fn arrives(centre: &mut Centre, name: &str) -> ContactId {
    let attribute = Attribute {
        key: "address".into(),
        value: "Lindenallee 17".into(),
        sensitive: true,
    };
    let arrival = Arrival {
        customer: Some(format!("customer of {name}").into()),
        attributes: [attribute].into(),
        ..arrival(name, "support")
    };
    centre.command(Command::Arrive(arrival)).expect("joined");
    centre.contact(name).expect("open").id
}

/// A customer arrives and leaves.
fn comes_and_goes(centre: &mut Centre, name: &str) -> ContactId {
    let id = arrives(centre, name);
    centre.hang_up(name).expect("ended");
    id
}

/// What is known of a contact, open or over.
fn known(centre: &Centre, id: ContactId) -> &Contact {
    centre.state().contact_of(id).expect("its record is kept")
}

/// Whether a customer is known; nothing else of them is if they are not.
fn is_known(centre: &Centre, id: ContactId) -> bool {
    let contact = known(centre, id);
    let values = contact.attributes.iter().map(|it| &it.value);
    let references = contact.references.iter().map(|it| &it.location);
    let all: Vec<&Personal> = contact
        .customer
        .iter()
        .chain(values)
        .chain(references)
        .collect();
    let erased = all.iter().filter(|it| it.is_erased()).count();
    assert!(
        erased == 0 || erased == all.len(),
        "{erased} of {}",
        all.len()
    );
    erased == 0
}

/// What was forgotten, and when: up to which contact, and whose was not.
fn forgotten(centre: &Centre) -> Vec<(i64, ContactId, Vec<ContactId>)> {
    let events = centre.log.iter();
    let forgotten = events.filter_map(|recorded| match &recorded.event {
        Event::PersonalExpired(event) => Some((recorded.at_ms, event.through, event.kept.to_vec())),
        _ => None,
    });
    forgotten.collect()
}

/// The last contact for which a day, by its number, was the first one to begin after it.
fn before_day(centre: &Centre, day: i64) -> ContactId {
    let began = centre
        .log
        .iter()
        .find(|recorded| recorded.at_ms == day * DAY && recorded.event == Event::DayBegan);
    ContactId(began.expect("it began").seq)
}

#[test]
fn what_is_old_enough_when_a_day_begins_is_forgotten_and_nothing_else() {
    let mut centre = centre();
    centre.ready("anna");
    let first = arrives(&mut centre, "c1");
    let handling = centre.answer("c1");
    let said = Disposition {
        code: "".into(),
        notes: "wants his money back".into(),
    };
    centre
        .act("anna", AgentAct::SetDisposition(handling, said))
        .expect("noted");
    let recording = Reference {
        kind: "recording".into(),
        location: "file:1.wav".into(),
    };
    centre
        .command(on("c1", ContactAct::Refer(recording)))
        .expect("noted");
    centre.hang_up("c1").expect("ended");
    centre.wait(HOUR);
    centre.act("anna", AgentAct::Logout).expect("gone");
    let left = comes_and_goes(&mut centre, "c2");
    centre.wait(DAY);
    let second_day = comes_and_goes(&mut centre, "c3");

    centre.wait(3 * DAY - HOUR - 1);
    assert_eq!(forgotten(&centre), []);
    assert!(
        [first, left, second_day]
            .iter()
            .all(|id| is_known(&centre, *id))
    );
    let notes = |centre: &Centre| {
        let over = &centre.state().agent(AgentNo(0)).recent_handlings[0];
        over.disposition.as_ref().expect("said").notes.clone()
    };
    assert_eq!(notes(&centre), "wants his money back".into());
    let facts = centre.state().facts();
    assert_eq!((facts.last_agents.len(), facts.returns.len()), (1, 2));

    centre.wait(1);
    assert_eq!(
        forgotten(&centre),
        [(4 * DAY, before_day(&centre, 1), vec![])]
    );
    assert!(!is_known(&centre, first) && !is_known(&centre, left));
    assert!(notes(&centre).is_erased());
    assert!(is_known(&centre, second_day));
    let facts = centre.state().facts();
    assert_eq!((facts.last_agents.len(), facts.returns.len()), (0, 1));

    centre.wait(DAY);
    assert!(!is_known(&centre, second_day));
    assert!(centre.state().facts().returns.is_empty());
    // Who comes now is a new customer, and known.
    let again = comes_and_goes(&mut centre, "c4");
    assert!(is_known(&centre, again));
}

#[test]
fn nothing_is_forgotten_by_age_where_nobody_said_so() {
    let mut centre = centre_of(config_keeping(None));
    let contact = comes_and_goes(&mut centre, "c1");
    centre.wait(50 * DAY);
    assert!(is_known(&centre, contact));
    assert_eq!(forgotten(&centre), []);
    assert!(centre.state().facts().expiry.marks.is_empty());
}

#[test]
fn who_is_open_is_left_and_reached_when_the_day_after_their_end_begins() {
    let mut centre = centre();
    let open = arrives(&mut centre, "c1");
    let over = comes_and_goes(&mut centre, "c2");
    centre.wait(6 * DAY + HOUR);
    assert!(is_known(&centre, open) && !is_known(&centre, over));
    centre.hang_up("c1").expect("ended");
    assert!(is_known(&centre, open));
    centre.wait(DAY);
    assert!(!is_known(&centre, open));
    let told = [
        (4, vec![open]),
        (5, vec![open]),
        (6, vec![open]),
        (7, vec![]),
    ];
    let told = told.map(|(day, kept)| (day * DAY, before_day(&centre, day - 3), kept));
    assert_eq!(forgotten(&centre), told);
}

#[test]
fn a_contact_that_is_over_and_still_wrapped_up_is_left() {
    let mut config = config_keeping(Some(KEPT));
    config.queues[0].wrap_up_mode = WrapUpMode::Manual;
    let mut centre = centre_of(config);
    centre.ready("anna");
    let contact = arrives(&mut centre, "c1");
    let handling = centre.answer("c1");
    centre.hang_up("c1").expect("ended");
    centre.wait(4 * DAY);
    assert!(centre.contact("c1").is_none() && is_known(&centre, contact));
    centre
        .act("anna", AgentAct::EndWrapUp(handling, None))
        .expect("finished");
    centre.wait(DAY);
    assert!(!is_known(&centre, contact));
}

/// A contact whose adapter is away too long is given up, and may yet come back: with all that is known of it.
#[test]
fn who_may_turn_out_to_be_alive_is_left_for_as_long() {
    let mut config = config_keeping(Some(KEPT));
    config.settings.ended_contact_window_ms = 5 * DAY;
    let mut centre = centre_of(config);
    let contact = arrives(&mut centre, "c1");
    centre.disconnect_adapter();
    centre.wait(4 * DAY);
    assert!(centre.contact("c1").is_none() && is_known(&centre, contact));
    centre.wait(2 * DAY);
    let kept: Vec<_> = forgotten(&centre)
        .into_iter()
        .map(|(_, _, kept)| kept.len())
        .collect();
    assert_eq!(kept, [1, 1, 0]);
}

#[test]
fn a_shorter_time_counts_from_the_next_day_on_and_a_longer_one_brings_nothing_back() {
    let mut centre = centre_of(config_keeping(Some(10 * DAY)));
    let first = comes_and_goes(&mut centre, "c1");
    centre.wait(5 * DAY + HOUR);
    let last = comes_and_goes(&mut centre, "c2");
    centre
        .apply_config(config_keeping(Some(KEPT)))
        .expect("applied");
    assert!(is_known(&centre, first));
    let open = arrives(&mut centre, "c3");
    centre.wait(DAY);
    assert!(!is_known(&centre, first) && is_known(&centre, last));
    assert_eq!(
        forgotten(&centre),
        [(6 * DAY, before_day(&centre, 3), vec![])]
    );
    // On the ninth day it is the turn of the second and the third, who is open.
    centre.wait(3 * DAY);
    assert!(!is_known(&centre, last) && is_known(&centre, open));
    let reached = before_day(&centre, 6);
    assert_eq!(
        forgotten(&centre).pop(),
        Some((9 * DAY, reached, vec![open]))
    );

    centre
        .apply_config(config_keeping(Some(10 * DAY)))
        .expect("applied");
    centre.hang_up("c3").expect("ended");
    centre.wait(6 * DAY);
    assert_eq!(forgotten(&centre).len(), 4, "nothing is old enough");
    assert!(is_known(&centre, open));
    centre.wait(DAY);
    assert!(!is_known(&centre, open));
    assert_eq!(forgotten(&centre).pop(), Some((16 * DAY, reached, vec![])));
}

#[test]
fn where_the_setting_is_taken_away_and_comes_again_days_count_from_then_on() {
    let mut centre = centre();
    let contact = comes_and_goes(&mut centre, "c1");
    centre.wait(3 * DAY);
    centre.apply_config(config_keeping(None)).expect("applied");
    centre.wait(5 * DAY);
    assert!(is_known(&centre, contact));
    centre
        .apply_config(config_keeping(Some(KEPT)))
        .expect("applied");
    centre.wait(3 * DAY);
    assert_eq!(forgotten(&centre), []);
    centre.wait(DAY);
    assert_eq!(
        forgotten(&centre),
        [(12 * DAY, before_day(&centre, 9), vec![])]
    );
    assert!(!is_known(&centre, contact));
}

#[test]
fn what_comes_of_a_contact_that_is_forgotten_is_not_taken_in() {
    let mut centre = centre();
    centre.ready("anna");
    let contact = arrives(&mut centre, "c1");
    let handling = centre.answer("c1");
    centre.hang_up("c1").expect("ended");
    let open = arrives(&mut centre, "c2");
    let say = |centre: &mut Centre, name: &str| {
        let recording = Reference {
            kind: "recording".into(),
            location: "file:1.wav".into(),
        };
        centre
            .command(on(name, ContactAct::Refer(recording)))
            .expect("noted");
        let score = ContactAct::ReportScore(ScoreReport {
            score: Score {
                points: 1,
                scale_max: 5,
                asked_by: AskedBy::Keypad,
                question: "".into(),
                comment: "never again".into(),
            },
            queue: None,
            channel: None,
            agent: None,
        });
        centre.command(on(name, score)).expect("noted");
    };
    centre.wait(4 * DAY);
    let mark = centre.log.len();
    say(&mut centre, "c1");
    let said = Disposition {
        code: "".into(),
        notes: "called from home".into(),
    };
    centre
        .act("anna", AgentAct::SetDisposition(handling, said))
        .expect("noted");
    say(&mut centre, "c2");
    let said = centre.log[mark..]
        .iter()
        .filter_map(|recorded| match &recorded.event {
            Event::ReferenceAdded(event) => {
                Some((event.contact, event.reference.location.is_erased()))
            }
            Event::ScoreReported(event) => Some((event.contact?, event.score.comment.is_erased())),
            Event::DispositionSet(event) => {
                Some((event.contact, event.disposition.notes.is_erased()))
            }
            _ => None,
        });
    let forgets = [(contact, true); 3].into_iter().chain([(open, false); 2]);
    assert_eq!(said.collect::<Vec<_>>(), forgets.collect::<Vec<_>>());
    assert!(!is_known(&centre, contact) && is_known(&centre, open));
}

#[test]
fn a_restored_snapshot_forgets_the_same_on_the_same_days() {
    let mut centre = centre();
    arrives(&mut centre, "c1");
    comes_and_goes(&mut centre, "c2");
    centre.wait(2 * DAY);
    comes_and_goes(&mut centre, "c3");
    centre.wait(2 * DAY);
    let mut restored: Engine = Engine::restore("test".into(), centre.state().facts().clone());
    let mark = centre.log.len();
    centre.hang_up("c1").expect("ended");
    centre.log[mark..]
        .iter()
        .for_each(|event| restored.apply(event));
    let mark = centre.log.len();
    centre.wait(4 * DAY);
    let events = restored.tick(centre.now);
    assert_eq!(events, centre.log[mark..]);
    assert_eq!(restored.state().facts(), centre.state().facts());
    assert_eq!(forgotten(&centre).len(), 5);
}

#[test]
fn what_became_too_old_while_the_engine_was_down_is_forgotten_when_it_is_back() {
    for (back_at, is_left) in [(4 * DAY - HOUR, true), (4 * DAY + HOUR, false)] {
        let mut centre = centre();
        let contact = comes_and_goes(&mut centre, "c1");
        let mut engine = Engine::new("test".into());
        centre.log.iter().for_each(|event| engine.apply(event));
        centre.engine = engine;
        centre.now = back_at;
        let events = centre.engine.recover(centre.now);
        centre.follow(&events);
        assert_eq!(is_known(&centre, contact), is_left);
        assert_eq!(centre.state().facts().expiry.marks[0].at_ms, DAY);
    }
}

#[test]
fn there_is_no_more_than_a_mark_a_day_however_often_days_begin() {
    let mut centre = centre();
    begin_days(&mut centre, (1..500).map(|hour| hour * HOUR));
    let mut most = 0;
    for _ in 0..500 {
        centre.wait(HOUR);
        most = most.max(centre.state().facts().expiry.marks.len());
    }
    assert_eq!(
        most, 7,
        "one in twelve hours of three days, and the one that is old enough"
    );
}
