//! What samples and reviews promise, in both stores.

use acd_core::command::*;
use acd_core::config::*;
use acd_core::ids::*;
use acd_history::figures::Only;
use acd_history::{
    Draw, Reader, Review, ReviewQuestion, Rule, SampleQuestion, Sampled, Store, Text, TooLarge,
};

use crate::centre::{Centre, config, on};
use crate::days::{life, pieces};
use crate::figures::{MANY, asked};
use crate::postgres::Server;
use crate::reading::ask;
use crate::rows::commit;
use crate::storing::sqlite;

const SECOND: i64 = 1_000;

/// Anna serves sales, Bert support.
fn centre() -> Centre {
    let question = |name: &str, weight, scale_max| QuestionConfig {
        name: name.into(),
        weight,
        scale_max,
        ..QuestionConfig::default()
    };
    let mut centre = Centre::of(TenantConfig {
        review_forms: vec![ReviewFormConfig {
            name: "calls".into(),
            questions: vec![question("greeting", 1, 1), question("solution", 3, 5)],
            ..ReviewFormConfig::default()
        }],
        ..config(
            vec![QueueConfig::named("sales"), QueueConfig::named("support")],
            vec![
                AgentConfig::named("anna", ["sales"]),
                AgentConfig::named("bert", ["support"]),
            ],
        )
    });
    centre.ready("anna");
    centre.ready("bert");
    centre
}

fn call(centre: &mut Centre, name: &str, queue: &str, talk_ms: i64) -> HandlingId {
    centre.arrive(name, queue).expect("joined");
    let handling = centre.answer(name);
    centre.wait(talk_ms);
    over(centre, name);
    handling
}

fn over(centre: &mut Centre, name: &str) {
    centre.hang_up(name).expect("ended");
    centre.wait(600 * SECOND);
}

/// Ten calls of Anna and three of Bert, one with a low score, one with a recording, and one that was given away twice.
/// Tells two of Anna's.
fn calls(centre: &mut Centre) -> [HandlingId; 2] {
    let of_anna = (0..10).map(|nth| {
        let name = format!("s{nth}");
        let handling = call(centre, &name, "sales", nth * 30 * SECOND);
        said_of(centre, &name);
        handling
    });
    let of_anna: Vec<HandlingId> = of_anna.collect();
    for nth in 0..3 {
        call(centre, &format!("p{nth}"), "support", nth * 30 * SECOND);
    }
    centre.arrive("t", "sales").expect("joined");
    for (agent, to) in [("anna", "support"), ("bert", "sales")] {
        let handling = centre.answer("t");
        let to = Destination::Queue(to.into());
        let given = AgentAct::Transfer(handling, to);
        centre.act(agent, given).expect("given away");
    }
    centre.answer("t");
    over(centre, "t");
    [of_anna[1], of_anna[2]]
}

/// What is heard of a call when it is over.
fn said_of(centre: &mut Centre, name: &str) {
    let score = |points| {
        ContactAct::ReportScore(ScoreReport {
            score: Score {
                points,
                scale_max: 5,
                asked_by: AskedBy::Link,
                question: "".into(),
                comment: "".into(),
            },
            queue: None,
            channel: None,
            agent: None,
        })
    };
    let act = match name {
        "s4" => ContactAct::Refer(Reference {
            kind: "recording".into(),
            location: "s3://calls/s4".into(),
        }),
        "s5" => score(1),
        "s6" => score(5),
        _ => return,
    };
    centre.command(on(name, act)).expect("told");
}

fn sample(
    reader: &mut Reader,
    draw: &Draw,
    change: impl Fn(&mut SampleQuestion),
) -> Result<Vec<Sampled>, TooLarge> {
    let mut question = SampleQuestion {
        from: 0,
        to: i64::MAX,
        draw: draw.clone(),
        ..SampleQuestion::default()
    };
    change(&mut question);
    ask(reader, |ask, tenant| ask.sample(tenant, &question))
}

fn of_agent<'s>(sampled: &'s [Sampled], agent: &str) -> Vec<&'s Sampled> {
    let agent = Text::from(agent);
    let of = sampled.iter().filter(|it| it.handling.agent == agent);
    of.collect()
}

fn draws_samples(reader: &mut Reader) {
    let draw = |per_agent, seed| Draw {
        per_agent,
        seed,
        rules: Vec::new(),
    };
    let all = |_: &mut SampleQuestion| {};
    let three = sample(reader, &draw(3, 1), all).expect("a sample");
    assert_eq!(of_agent(&three, "anna").len(), 3);
    assert_eq!(of_agent(&three, "bert").len(), 3);
    assert_eq!(sample(reader, &draw(3, 1), all), Ok(three.clone()));
    assert_ne!(sample(reader, &draw(3, 2), all), Ok(three));
    let whole = sample(reader, &draw(100, 1), all).expect("a sample");
    assert_eq!(of_agent(&whole, "anna").len(), 12);
    assert_eq!(of_agent(&whole, "bert").len(), 4);
    for it in &whole {
        let kinds: Vec<&str> = it.references.iter().map(|row| row.kind.as_str()).collect();
        match it.contact.as_str() {
            "s4" => assert_eq!(kinds, ["recording"]),
            _ => assert!(kinds.is_empty()),
        }
    }
    let bert = sample(reader, &draw(100, 1), |it| {
        it.agents = vec!["bert".to_owned()]
    });
    assert_eq!(bert.expect("a sample").len(), 4);
    let chats = sample(reader, &draw(100, 1), |it| {
        it.channels = vec!["chat".to_owned()]
    });
    assert_eq!(chats, Ok(Vec::new()));
    let ended = whole[0].handling.ended_at.expect("it is over");
    let then = sample(reader, &draw(100, 1), |it| {
        (it.from, it.to) = (ended, ended + 1)
    });
    assert_eq!(then.expect("a sample").len(), 1);
    let rules = [
        Rule::LowScore(400_000),
        Rule::Transferred(2),
        Rule::Long(270 * SECOND),
        Rule::Short(0),
        Rule::Disposition(vec!["complaint".to_owned()]),
    ];
    for seed in 0..5 {
        let draw = Draw {
            rules: rules.iter().map(|rule| (rule.clone(), 1)).collect(),
            ..draw(5, seed)
        };
        let drawn = sample(reader, &draw, all).expect("a sample");
        let stand = |agent: &str, rule: usize| {
            let of_agent = of_agent(&drawn, agent).into_iter();
            let mut of_rule = of_agent.filter(|it| it.rule == Some(rule));
            of_rule.next().map(|it| it.contact.as_str().to_owned())
        };
        assert_eq!(stand("anna", 0).as_deref(), Some("s5"));
        assert_eq!(stand("anna", 1).as_deref(), Some("t"));
        assert_eq!(stand("anna", 2).as_deref(), Some("s9"));
        assert!(stand("anna", 3).is_some());
        assert_eq!(stand("anna", 4), None, "nobody complained");
        assert_eq!(of_agent(&drawn, "anna").len(), 5);
        assert_eq!(stand("bert", 1).as_deref(), Some("t"));
        assert_eq!(of_agent(&drawn, "bert").len(), 4);
    }
    let many = sample(reader, &draw(3_000, 1), all);
    assert_eq!(many, Err(TooLarge));
}

/// A review of a conversation of Anna's, `solution` of five.
fn review(centre: &mut Centre, reviewer: &str, handling: HandlingId, solution: u32) {
    let given = |question: &str, points, note: &str| GivenAnswer {
        question: question.into(),
        points,
        note: note.into(),
    };
    let submit = SubmitReview {
        reviewer: reviewer.into(),
        form: "calls".into(),
        handling,
        contact: ContactId(1),
        name: "s".into(),
        agent: "anna".into(),
        queue: "sales".into(),
        channel: Channel::Voice,
        answers: vec![
            given("greeting", None, ""),
            given("solution", Some(solution), "a note"),
        ],
        comment: "calm".into(),
    };
    centre.command(Command::SubmitReview(submit)).expect("told");
    centre.wait(SECOND);
}

/// Quentin and Rita review the same conversation, Quentin corrects himself, and Rita reviews another one.
fn reviews(centre: &mut Centre, [one, other]: [HandlingId; 2]) {
    review(centre, "quentin", one, 2);
    review(centre, "rita", one, 5);
    review(centre, "quentin", one, 1);
    review(centre, "rita", other, 4);
}

fn tells_reviews(reader: &mut Reader, [one, other]: [HandlingId; 2]) {
    let mut question = ReviewQuestion {
        size: 3,
        ..ReviewQuestion::default()
    };
    let mut told: Vec<Review> = Vec::new();
    loop {
        let page = ask(reader, |ask, tenant| ask.reviews(tenant, &question));
        told.extend(page.rows);
        match page.next {
            None => break,
            next => question.before = next,
        }
    }
    let stands = told.iter().map(|it| {
        let (by, of) = (it.row.reviewer.as_str(), it.row.handling.unsigned_abs());
        (by, HandlingId(of), it.row.score, it.holds, it.counted.score)
    });
    assert_eq!(
        stands.collect::<Vec<_>>(),
        [
            ("rita", other, 800_000, true, 800_000),
            ("quentin", one, 200_000, true, 200_000),
            ("rita", one, 1_000_000, true, 200_000),
            ("quentin", one, 400_000, false, 200_000),
        ]
    );
    let answers = &told[0].answers;
    assert_eq!((answers[0].points, answers[1].points), (None, Some(4)));
    assert_eq!((answers[1].weight, answers[1].scale_max), (3, 5));
    assert_eq!(answers[1].note.as_ref().expect("a note").reveal(), "a note");
    let some = |change: fn(&mut ReviewQuestion)| {
        let mut question = ReviewQuestion {
            size: 10,
            ..ReviewQuestion::default()
        };
        change(&mut question);
        question
    };
    for (question, count) in [
        (some(|it| it.agent = Some("anna".to_owned())), 4),
        (some(|it| it.agent = Some("bert".to_owned())), 0),
        (some(|it| it.reviewer = Some("rita".to_owned())), 2),
        (some(|it| it.form = Some("chats".to_owned())), 0),
        (some(|it| it.to = Some(0)), 0),
    ] {
        let page = ask(reader, |ask, tenant| ask.reviews(tenant, &question));
        assert_eq!(page.rows.len(), count, "{question:?}");
    }
}

/// One review of each conversation counts, whoever else reviewed it.
fn adds_reviews_up(reader: &mut Reader) {
    let whole = std::slice::from_ref(&(0..i64::MAX));
    let found = asked(reader, MANY, &Only::default(), |reading| {
        reading.reviews(whole)
    });
    let found = found.expect("figures");
    let sums = found.iter().map(|it| {
        (
            it.agent.as_str(),
            it.queue.as_str(),
            it.reviews,
            it.score_sum,
        )
    });
    assert_eq!(sums.collect::<Vec<_>>(), [("anna", "sales", 2, 1_000_000)]);
    let nobody = Only {
        agents: ["bert".to_owned()].into(),
        ..Only::default()
    };
    let found = asked(reader, MANY, &nobody, |reading| reading.reviews(whole));
    assert_eq!(found.expect("figures"), []);
}

fn keeps_reviews(store: &mut dyn Store, reader: &mut Reader) {
    let mut centre = centre();
    let two = calls(&mut centre);
    reviews(&mut centre, two);
    commit(store, &life(), &pieces(&centre.log, &[]));
    draws_samples(reader);
    tells_reviews(reader, two);
    adds_reviews_up(reader);
}

#[test]
fn sqlite_keeps_reviews() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut store = sqlite(folder.path());
    let mut reader = Reader::of_sqlite(&folder.path().join("history.db"));
    keeps_reviews(&mut store, &mut reader);
}

#[test]
fn postgres_keeps_reviews() {
    let server = Server::start();
    let mut store = server.store("reviews");
    let mut reader = Reader::of_postgres(&server.url("acd", "reviews"), None).expect("a reader");
    keeps_reviews(&mut store, &mut reader);
}
