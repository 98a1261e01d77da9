//! The model holds to a stated bound, and what is planted in it is found.

use std::time::Instant;

use acd_model::{Bug, Report, Rules, Search, check};

#[expect(
    clippy::disallowed_methods,
    reason = "a stop-watch: how long the checker takes"
)]
fn checked(agents: u8, contacts: u8, faults: u8, bug: Option<Bug>) -> Report {
    let begun = Instant::now();
    let rules = Rules {
        agents,
        contacts,
        faults,
        bug,
    };
    let report = check(rules, Search::Breadth);
    println!(
        "{agents} agents, {contacts} contacts, {faults} faults: {} states, longest history {} steps, {:.1} s",
        report.states,
        report.depth,
        begun.elapsed().as_secs_f64()
    );
    for finding in &report.findings {
        println!("does not hold: {}", finding.property);
        for (at, step) in finding.story.iter().enumerate() {
            println!("{:>4}. {step}", at + 1);
        }
    }
    report
}

/// Everything that must hold does, whatever happens in whatever order.
fn holds(agents: u8, contacts: u8, faults: u8, states_at_least: usize) {
    let report = checked(agents, contacts, faults, None);
    assert!(report.findings.is_empty(), "told above");
    assert!(report.states >= states_at_least, "{} states", report.states);
}

#[test]
fn one_contact_and_one_agent_bear_two_faults_in_every_order() {
    holds(1, 1, 2, 500_000);
}

#[test]
fn two_agents_who_race_for_a_contact_bear_a_fault_in_every_order() {
    holds(2, 1, 1, 150_000);
}

#[test]
fn two_contacts_bear_a_fault_in_every_order() {
    holds(1, 2, 1, 500_000);
}

/// A fault of the rules breaks this promise, and the story of it is so long.
fn is_found(bug: Bug, faults: u8, property: &str, steps_at_most: usize) {
    let report = checked(1, 1, faults, Some(bug));
    let found = report
        .findings
        .iter()
        .find(|finding| finding.property == property);
    let found = found.unwrap_or_else(|| panic!("{bug:?} is not found by {property:?}"));
    assert!(
        found.story.len() <= steps_at_most,
        "{} steps",
        found.story.len()
    );
}

#[test]
fn a_release_before_the_flush_is_found() {
    is_found(
        Bug::ReleasesBeforeFlush,
        1,
        "what was acknowledged is in the log",
        3,
    );
}

#[test]
fn answers_that_a_restart_forgets_are_found() {
    is_found(
        Bug::ForgetsAnswers,
        1,
        "an accept that was answered OK is in the log",
        12,
    );
}

#[test]
fn a_directive_that_comes_again_under_a_new_id_is_found() {
    is_found(
        Bug::RenumbersDirectives,
        1,
        "a directive is carried out once",
        15,
    );
}

#[test]
fn a_replaced_connection_that_is_heard_is_found() {
    is_found(
        Bug::FencedIsHeard,
        2,
        "when faults stop, everything ends and everybody is free",
        20,
    );
}

#[test]
fn a_live_list_that_is_older_than_a_cancel_is_found() {
    is_found(
        Bug::ListBeatsCancel,
        2,
        "when nothing is under way, all agree on who talks",
        30,
    );
}

#[test]
fn an_offer_of_which_the_adapter_never_hears_is_found() {
    is_found(
        Bug::ListNamesNoOffer,
        2,
        "when nothing is under way, all agree on who talks",
        30,
    );
}
