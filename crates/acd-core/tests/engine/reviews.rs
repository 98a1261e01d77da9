//! What reviewers say of conversations: what it adds up to, what is told of it, and what is refused.

use acd_core::command::*;
use acd_core::config::*;
use acd_core::event::{Event, ReviewSubmitted};
use acd_core::ids::*;
use acd_core::personal::Personal;
use acd_core::refusal::Reason;

use super::centre::{Centre, SECOND, config};

fn question(name: &str, weight: u32, scale_max: u32, knock_out: bool) -> QuestionConfig {
    QuestionConfig {
        name: name.into(),
        weight,
        scale_max,
        knock_out,
        ..QuestionConfig::default()
    }
}

fn centre() -> Centre {
    Centre::of(TenantConfig {
        review_forms: vec![ReviewFormConfig {
            name: "calls".into(),
            questions: vec![
                question("greeting", 1, 1, false),
                question("solution", 3, 5, false),
                question("identity", 0, 1, true),
            ],
            ..ReviewFormConfig::default()
        }],
        ..config(
            vec![QueueConfig::named("sales")],
            vec![AgentConfig::named("anna", ["sales"])],
        )
    })
}

fn given(question: &str, points: Option<u32>) -> GivenAnswer {
    GivenAnswer {
        question: question.into(),
        points,
        note: "".into(),
    }
}

/// Answers to all three questions.
fn answers(
    greeting: Option<u32>,
    solution: Option<u32>,
    identity: Option<u32>,
) -> Vec<GivenAnswer> {
    vec![
        given("greeting", greeting),
        given("solution", solution),
        given("identity", identity),
    ]
}

fn review(answers: Vec<GivenAnswer>) -> SubmitReview {
    SubmitReview {
        reviewer: "quentin".into(),
        form: "calls".into(),
        handling: HandlingId(17),
        contact: ContactId(3),
        name: "c1".into(),
        agent: "anna".into(),
        queue: "sales".into(),
        channel: Channel::Voice,
        answers,
        comment: "".into(),
    }
}

fn submitted(centre: &Centre) -> Vec<ReviewSubmitted> {
    centre.events(|event| match event {
        Event::ReviewSubmitted(submitted) => Some(submitted.clone()),
        _ => None,
    })
}

#[test]
fn a_review_is_the_mean_of_its_answers_by_their_weights() {
    let mut centre = centre();
    for (answers, score, knocked_out) in [
        (answers(Some(1), Some(5), Some(1)), 1_000_000, false),
        (answers(Some(0), Some(0), Some(1)), 0, false),
        // (1 + 3 * 2/5) / 4
        (answers(Some(1), Some(2), Some(1)), 550_000, false),
        // What does not apply is left out of both.
        (answers(Some(1), None, Some(1)), 1_000_000, false),
        (answers(None, Some(1), None), 200_000, false),
        // No point in what knocks out.
        (answers(Some(1), Some(5), Some(0)), 0, true),
    ] {
        let asked = Command::SubmitReview(review(answers));
        centre.command(asked).expect("told");
        let told = submitted(&centre).pop().expect("a review");
        assert_eq!((told.score, told.knocked_out), (score, knocked_out));
    }
}

/// Of a conversation that was never heard of, by an agent and a queue that are gone: the engine keeps nothing of it.
#[test]
fn a_review_changes_nothing_and_is_told_with_what_its_form_said() {
    let mut centre = centre();
    let before = centre.state().facts().clone();
    let first = SubmitReview {
        comment: "well done".into(),
        ..review(answers(Some(1), Some(2), None))
    };
    centre.command(Command::SubmitReview(first)).expect("told");
    let facts = centre.state().facts();
    assert_eq!(
        (&facts.contacts, &facts.handlings),
        (&before.contacts, &before.handlings)
    );
    let changed = TenantConfig {
        review_forms: vec![ReviewFormConfig {
            name: "calls".into(),
            questions: vec![question("solution", 1, 10, true)],
            ..ReviewFormConfig::default()
        }],
        ..config(vec![QueueConfig::named("support")], vec![])
    };
    centre.apply_config(changed).expect("applied");
    centre.wait(SECOND);
    let later = review(vec![given("solution", Some(9))]);
    centre.command(Command::SubmitReview(later)).expect("told");
    let told = submitted(&centre);
    let of = |review: &ReviewSubmitted| {
        let answers = review.answers.iter();
        let answers =
            answers.map(|it| (it.question.to_string(), it.points, it.weight, it.scale_max));
        answers.collect::<Vec<_>>()
    };
    assert_eq!(
        of(&told[0]),
        [
            ("greeting".to_owned(), Some(1), 1, 1),
            ("solution".to_owned(), Some(2), 3, 5),
            ("identity".to_owned(), None, 0, 1)
        ]
    );
    assert_eq!(of(&told[1]), [("solution".to_owned(), Some(9), 1, 10)]);
    assert_eq!(told[1].score, 900_000);
    for review in told {
        assert_eq!(
            (review.handling, review.contact),
            (HandlingId(17), ContactId(3))
        );
        assert_eq!(
            centre.state().agent(review.agent).config.name.as_str(),
            "anna"
        );
        assert_eq!(
            centre.state().queue(review.queue).config.name.as_str(),
            "sales"
        );
    }
}

#[test]
fn a_review_that_does_not_fit_its_form_is_refused_with_its_field_and_a_remedy() {
    let mut centre = centre();
    let fit = || review(answers(Some(1), Some(5), Some(1)));
    let longest = centre.state().facts().limits.note_bytes as usize;
    let long = || Personal::from("x".repeat(longest + 1));
    let with = |change: &dyn Fn(&mut SubmitReview)| {
        let mut changed = fit();
        change(&mut changed);
        changed
    };
    let before = centre.log.len();
    for (wrong, reason, field) in [
        (
            with(&|it| it.form = "chats".into()),
            Reason::InvalidArgument,
            "form",
        ),
        (
            with(&|it| it.agent = "ann".into()),
            Reason::UnknownAgent,
            "agent",
        ),
        (
            with(&|it| it.queue = "sails".into()),
            Reason::UnknownQueue,
            "queue",
        ),
        (
            with(&|it| _ = it.answers.pop()),
            Reason::InvalidArgument,
            "answers",
        ),
        (
            with(&|it| it.answers[2].question = "idnetity".into()),
            Reason::InvalidArgument,
            "answers[2].question",
        ),
        (
            with(&|it| it.answers.push(given("greeting", Some(1)))),
            Reason::InvalidArgument,
            "answers[3].question",
        ),
        (
            with(&|it| it.answers[1].points = Some(6)),
            Reason::InvalidArgument,
            "answers[1].points",
        ),
        (
            with(&|it| it.answers = answers(None, None, Some(1))),
            Reason::InvalidArgument,
            "answers",
        ),
        (
            with(&|it| it.answers[0].note = long()),
            Reason::InvalidArgument,
            "answers[0].note",
        ),
        (
            with(&|it| it.comment = long()),
            Reason::InvalidArgument,
            "comment",
        ),
    ] {
        let refused = centre
            .command(Command::SubmitReview(wrong))
            .expect_err(field);
        assert_eq!((refused.reason, &*refused.field), (reason, field));
        assert!(!refused.remedy().is_empty());
    }
    assert_eq!(centre.log.len(), before);
    centre.command(Command::SubmitReview(fit())).expect("told");
}
