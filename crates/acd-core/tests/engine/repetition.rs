//! Repetition: a retry gets the first answer, and nothing happens twice.

use acd_core::command::*;
use acd_core::command::{AdapterConnect, DeleteTenant, Login};
use acd_core::config::*;
use acd_core::ids::*;
use acd_core::refusal::Reason;

use crate::centre::*;

fn centre() -> Centre {
    Centre::of(config(
        vec![QueueConfig::named("support")],
        vec![AgentConfig::named("anna", ["support"])],
    ))
}

fn unary(request_id: &str, fingerprint: u64, command: Command) -> Request {
    Request {
        origin: Origin::Unary {
            caller: "gate".into(),
            request_id: request_id.into(),
            fingerprint,
        },
        command,
    }
}

fn stream(connection: ConnectionId, sequence: u64, command: Command) -> Request {
    Request {
        origin: Origin::Stream {
            adapter: ADAPTER.into(),
            connection,
            sequence,
            part: "event".into(),
        },
        command,
    }
}

#[test]
fn a_repeated_request_gets_the_first_answer_even_a_refusal() {
    let mut centre = centre();
    let end = || unary("r1", 7, on("call", ContactAct::End(EndCause::Customer)));
    let first = centre.ask(end()).answer;
    assert_eq!(reason(first.clone()), Reason::UnknownContact);
    centre.arrive("call", "support").expect("joined");
    let repeated = centre.ask(end());
    assert_eq!(repeated.answer, first);
    assert_eq!(repeated.events, [], "nothing happens");
    assert!(centre.contact("call").is_some());
}

#[test]
fn the_same_request_id_with_other_content_is_refused() {
    let mut centre = centre();
    centre
        .ask(unary("r1", 7, Command::Arrive(arrival("call", "support"))))
        .answer
        .expect("joined");
    let other = centre.ask(unary("r1", 8, Command::Arrive(arrival("other", "support"))));
    assert_eq!(reason(other.answer), Reason::RequestIdReused);
    let of_another = Origin::Unary {
        caller: "desk".into(),
        request_id: "r1".into(),
        fingerprint: 8,
    };
    let request = Request {
        origin: of_another,
        command: Command::Arrive(arrival("other", "support")),
    };
    centre
        .ask(request)
        .answer
        .expect("request ids are scoped to the caller");
}

#[test]
fn answers_are_remembered_for_the_window_and_not_longer() {
    let mut centre = centre();
    let login = || {
        unary(
            "r1",
            7,
            Command::Login(Login {
                agent: "anna".into(),
            }),
        )
    };
    let first = centre.ask(login()).answer;
    centre.wait(900 * SECOND - 1);
    assert_eq!(centre.ask(login()).answer, first);
    centre.wait(1);
    assert_ne!(centre.ask(login()).answer, first);
    assert_eq!(
        centre.state().facts().answers.len(),
        1,
        "the old answer is forgotten"
    );
}

#[test]
fn an_adapters_events_are_applied_once_and_in_order() {
    let mut centre = centre();
    let connection = centre.connect_adapter();
    centre
        .ask(stream(
            connection,
            1,
            Command::Arrive(arrival("call", "support")),
        ))
        .answer
        .expect("joined");
    let repeated = centre.ask(stream(
        connection,
        1,
        Command::Arrive(arrival("call", "support")),
    ));
    assert_eq!(
        (repeated.answer, repeated.events),
        (Ok(Reply::Repeated), vec![])
    );
    let gap = centre.ask(stream(
        connection,
        3,
        Command::Arrive(arrival("third", "support")),
    ));
    assert_eq!(reason(gap.answer), Reason::SequenceGap);
    let refused = centre.ask(stream(
        connection,
        2,
        Command::Arrive(arrival("second", "nowhere")),
    ));
    assert_eq!(reason(refused.answer), Reason::UnknownQueue);
    assert_eq!(
        centre.state().adapter(AdapterNo(0)).last_sequence,
        2,
        "a refusal is final too"
    );
}

#[test]
fn a_new_incarnation_starts_its_sequence_again() {
    let mut centre = centre();
    let connection = centre.connect_adapter();
    centre
        .ask(stream(
            connection,
            1,
            Command::Arrive(arrival("call", "support")),
        ))
        .answer
        .expect("joined");
    let connect = |incarnation: &str| {
        Command::AdapterConnect(AdapterConnect {
            adapter: ADAPTER.into(),
            incarnation: incarnation.into(),
        })
    };
    let Ok(Reply::Attached { last_sequence, .. }) = centre.command(connect("1")) else {
        panic!("connects")
    };
    assert_eq!(last_sequence, 1);
    let Ok(Reply::Attached { last_sequence, .. }) = centre.command(connect("2")) else {
        panic!("connects")
    };
    assert_eq!(last_sequence, 0);
}

#[test]
fn a_configuration_made_for_another_version_is_refused() {
    let mut centre = centre();
    let apply = |expected_version| {
        Command::ApplyConfig(ApplyConfig {
            expected_version,
            ..ApplyConfig::of(config(vec![], vec![]), ConfigSource::Api, "test")
        })
    };
    assert_eq!(
        reason(centre.command(apply(Some(7)))),
        Reason::ConfigVersionConflict
    );
    assert_eq!(
        centre.command(apply(Some(1))),
        Ok(Reply::Applied { version: 2 })
    );
}

#[test]
fn a_tenant_is_deleted_only_when_nobody_uses_it() {
    let mut centre = centre();
    let delete = Command::DeleteTenant(DeleteTenant {
        author: "test".into(),
    });
    centre.arrive("call", "support").expect("joined");
    assert_eq!(reason(centre.command(delete.clone())), Reason::TenantInUse);
    centre.hang_up("call").expect("ended");
    centre.command(delete).expect("deleted");
    assert_eq!(
        reason(centre.arrive("next", "support")),
        Reason::TenantDeleted
    );
}

#[test]
fn memory_returns_to_its_floor() {
    let mut centre = centre();
    centre.ready("anna");
    for i in 0..50 {
        let call = format!("call{i}");
        let request = unary(&call, 1, Command::Arrive(arrival(&call, "support")));
        centre.ask(request).answer.expect("joined");
        centre.answer(&call);
        centre.hang_up(&call).expect("ended");
        centre.wait(SECOND);
    }
    centre.wait(86_400 * SECOND);
    centre.arrive("last", "support").expect("joined");
    let facts = centre.state().facts();
    assert_eq!(
        (
            facts.contacts.len(),
            facts.ended.len(),
            facts.answers.len(),
            facts.visits.len()
        ),
        (1, 0, 0, 1)
    );
    assert_eq!(centre.state().adapter(AdapterNo(0)).directives.len(), 0);
}

/// A request of this caller that the engine can always do.
fn login_of(caller: &str, request_id: &str) -> Request {
    Request {
        origin: Origin::Unary {
            caller: caller.into(),
            request_id: request_id.into(),
            fingerprint: 1,
        },
        command: Command::Login(Login {
            agent: "anna".into(),
        }),
    }
}

#[test]
fn a_request_that_is_wrong_in_itself_leaves_nothing_behind_and_may_be_corrected() {
    let mut centre = centre();
    let wrong = Arrival {
        priority: i32::MAX,
        ..arrival("call", "support")
    };
    let refused = centre.ask(unary("r1", 7, Command::Arrive(wrong)));
    assert_eq!(reason(refused.answer), Reason::InvalidArgument);
    assert_eq!(refused.events, [], "it costs no journal");
    let right = arrival("call", "support");
    centre
        .ask(unary("r1", 8, Command::Arrive(right)))
        .answer
        .expect("the same id with the field corrected");
}

#[test]
fn one_caller_forgets_its_own_answers_and_takes_nothing_from_others() {
    let mut config = config(
        vec![QueueConfig::named("support")],
        vec![AgentConfig::named("anna", ["support"])],
    );
    config.limits.remembered_requests_per_caller = 3;
    let mut centre = Centre::of(config);
    let quiet = centre.ask(login_of("quiet", "r")).answer;
    let first = centre.ask(login_of("loud", "r0")).answer;
    for nth in 1..10 {
        let answer = centre.ask(login_of("loud", &format!("r{nth}"))).answer;
        answer.expect("nobody is refused for how often they ask");
    }
    assert_eq!(centre.ask(login_of("quiet", "r")).answer, quiet);
    let last = centre.ask(login_of("loud", "r9"));
    assert_eq!(last.events, [], "remembered");
    assert_ne!(
        centre.ask(login_of("loud", "r0")).answer,
        first,
        "forgotten"
    );
    assert_eq!(centre.state().facts().answers.len(), 4);
}

#[test]
fn the_oldest_answer_of_all_goes_when_the_tenant_has_too_many() {
    let mut config = config(
        vec![QueueConfig::named("support")],
        vec![AgentConfig::named("anna", ["support"])],
    );
    config.limits.remembered_requests = 2;
    let mut centre = Centre::of(config);
    let answers: Vec<_> = ["a", "b", "c"]
        .iter()
        .map(|caller| centre.ask(login_of(caller, "r")).answer)
        .collect();
    assert_eq!(centre.ask(login_of("c", "r")).answer, answers[2]);
    assert_eq!(centre.ask(login_of("b", "r")).answer, answers[1]);
    assert_ne!(centre.ask(login_of("a", "r")).answer, answers[0]);
}

#[test]
fn an_answer_that_is_forgotten_takes_no_later_one_of_the_same_id_with_it() {
    let mut long = config(
        vec![QueueConfig::named("support")],
        vec![AgentConfig::named("anna", ["support"])],
    );
    long.settings.request_window_ms = 100 * SECOND;
    let mut short = long.clone();
    short.settings.request_window_ms = 10 * SECOND;
    let mut centre = Centre::of(long);
    centre.ask(login_of("gate", "first")).answer.expect("done");
    centre.apply_config(short.clone()).expect("applied");
    centre.ask(login_of("gate", "again")).answer.expect("done");
    centre.wait(20 * SECOND);
    short.settings.request_window_ms = 1_000 * SECOND;
    centre.apply_config(short).expect("applied");
    let later = centre.ask(login_of("gate", "again")).answer;
    centre.wait(100 * SECOND);
    centre.connect_adapter();
    assert_eq!(centre.ask(login_of("gate", "again")).answer, later);
}
