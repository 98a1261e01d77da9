//! Asterisk's queues, imported and played: what penalties, rules, weights and empty queues do there, they do here.

use acd_config::import::asterisk::{Choices, File, Penalties, import};
use acd_scenario::{GivenConfig, Scenario};

/// Imports the files and plays the lines with what comes of them.
fn plays(queues: &str, rules: &str, penalties: Penalties, lines: &str) {
    let file = |name: &str, text: &str| File {
        name: name.to_owned(),
        bytes: text.as_bytes().to_vec(),
    };
    let choices = Choices {
        penalties,
        ..Choices::default()
    };
    let (queues, rules) = (file("queues.conf", queues), file("queuerules.conf", rules));
    let imported = import(&queues, Some(&rules), &|_| Ok(Vec::new()), &choices)
        .unwrap_or_else(|problems| panic!("{problems}"));
    let document = acd_config::essence(&imported.config);
    let given = GivenConfig::read(&document, "imported.toml", None).expect("in order");
    let text = lines.lines().fold("timeline:\n".to_owned(), |text, line| {
        format!("{text} {line}\n")
    });
    let scenario = Scenario::read(&text, "app_queue.acd", Some(&given))
        .unwrap_or_else(|problems| panic!("{problems}"));
    if let Some(failure) = scenario.run(false).failure {
        panic!("{failure}\n{document}");
    }
}

fn plays_plainly(queues: &str, lines: &str) {
    plays(queues, "", Penalties::default(), lines);
}

#[test]
fn a_higher_penalty_is_called_only_while_no_lower_one_is_free() {
    plays_plainly(
        "[q]\nstrategy = rrmemory\ntimeout = 15\nretry = 5\nmember => PJSIP/1,0,anna\nmember => PJSIP/2,1,bob\n",
        "0s      anna, bob ready
         1s      call c1 arrives for q
                 expect c1 offered to anna
                 phone of anna answers c1
                 connected c1
         2s      call c2 arrives for q
                 expect c2 offered to bob
                 phone of bob answers c2
                 connected c2
         10s     call c3 arrives for q
                 expect no offer
         20s     anna ends c1
                 expect c3 offered to anna
         34.999s expect c3 ringing at anna
         35s     expect offer of c3 to anna ended timed_out, fault agent
                 expect no offer
                 bob ends c2
                 expect no offer
         40s     expect c3 offered to anna",
    );
}

#[test]
fn a_paused_member_opens_the_next_penalty() {
    plays_plainly(
        "[q]\nstrategy = linear\ntimeout = 15\nautopause = yes\nmember => PJSIP/1,0,anna\nmember => PJSIP/2,1,bob\n",
        "0s      anna, bob ready
         1s      call c1 arrives for q
                 expect c1 offered to anna
         16s     expect offer of c1 to anna ended timed_out, fault agent
                 expect c1 offered to bob",
    );
}

#[test]
fn ringall_rings_all_of_the_lowest_penalty() {
    let queues = "[q]\nstrategy = ringall\ntimeout = 15\nmember => PJSIP/1,0,anna\nmember => PJSIP/2,0,bob\n\
                  member => PJSIP/3,1,carla\nmember => PJSIP/4,1,dan\n";
    plays_plainly(
        queues,
        "0s      anna, bob, carla, dan ready
         1s      call c1 arrives for q
                 expect offers: c1 -> anna, c1 -> bob
         5s      phone of bob answers c1
                 connected c1
                 expect offer of c1 to anna ended rescinded(lost_race), fault none
         6s      call c2 arrives for q
                 expect offers: c2 -> anna
         7s      phone of anna answers c2
                 connected c2
         8s      call c3 arrives for q
                 expect offers: c3 -> carla, c3 -> dan",
    );
    // Where nobody answers the next penalty rings besides.
    plays_plainly(
        queues,
        "0s      anna, bob, carla ready
         1s      call c1 arrives for q
                 expect offers: c1 -> anna, c1 -> bob
         15.999s expect c1 ringing at anna
         16s     expect offer of c1 to anna ended timed_out, fault agent
                 expect offers: c1 -> carla",
    );
}

#[test]
fn a_rule_opens_to_higher_penalties_as_time_passes() {
    let queues = "[q]\nstrategy = random\ndefaultrule = widen\nmember => PJSIP/1,0,anna\nmember => PJSIP/2,3,bob\n\
                  member => PJSIP/3,9,carla\n";
    let rules = "[widen]\npenaltychange => 10,+3\npenaltychange => 30,10,5\n";
    plays(
        queues,
        rules,
        Penalties::default(),
        "0s      bob, carla ready
         1s      call c1 arrives for q
                 expect no offer
         10.999s expect c1 waiting
         11s     expect c1 offered to bob
                 phone of bob answers c1
                 connected c1
         20s     call c2 arrives for q
         49.999s expect c2 waiting
         50s     expect c2 offered to carla",
    );
    // The dialplan sets QUEUE_MAX_PENALTY to 6 before.
    let penalties = Penalties {
        max: Some(6),
        ..Penalties::default()
    };
    plays(
        queues,
        rules,
        penalties,
        "0s      bob, carla ready
         1s      call c1 arrives for q
                 expect c1 offered to bob
                 phone of bob answers c1
                 connected c1
         20s     call c2 arrives for q
         30s     expect c2 offered to carla",
    );
}

#[test]
fn a_raised_penalty_makes_peers() {
    // Linear: bob, first in the list, goes before anna only where their penalties are the same.
    for (arrival, who) in [("9s", "bob"), ("11s", "anna")] {
        plays(
            "[q]\nstrategy = linear\nwrapuptime = 10\ndefaultrule = peers\nmember => PJSIP/2,1,bob\n\
             member => PJSIP/1,0,anna\n",
            "[peers]\npenaltychange => 20,,,1\n",
            Penalties::default(),
            &format!(
                "0s      anna, bob ready
         1s      call c1, c2 arrive for q
                 expect offers: c1 -> anna, c2 -> bob
                 phone of anna answers c1
                 connected c1
                 phone of bob answers c2
                 connected c2
         {arrival} call c3 arrives for q
         20s     anna ends c1
                 bob ends c2
         30s     expect c3 offered to {who}"
            ),
        );
    }
}

#[test]
fn who_may_not_join_an_empty_or_a_full_queue_is_refused() {
    let queues = "[q]\nstrategy = random\njoinempty = no\nleavewhenempty = strict\nmaxlen = 2\nmember => PJSIP/1,0,anna\n";
    plays_plainly(
        queues,
        "0s      call c1 arrives for q -> refused NO_STAFF
         1s      anna ready
                 call c2 arrives for q
                 expect c2 offered to anna
         2s      call c3 arrives for q
         3s      call c4 arrives for q -> refused QUEUE_FULL
         4s      phone of anna answers c2
                 connected c2
                 call c5 arrives for q
                 expect queue q: in queue 2
         5s      anna pauses in q
                 expect queue q: in queue 0, left unstaffed 2
                 call c6 arrives for q -> refused NO_STAFF",
    );
    plays_plainly(
        "[q]\nstrategy = random\njoinempty = yes\nmember => PJSIP/1,0,anna\n",
        "0s      call c1 arrives for q
                 expect c1 waiting",
    );
}

#[test]
fn a_higher_weight_has_the_member_first() {
    plays_plainly(
        "[low]\nstrategy = random\nweight = 1\nmember => PJSIP/1,0,anna\n[high]\nstrategy = random\nweight = 7\n\
         member => PJSIP/1\n[same]\nstrategy = random\nweight = 7\nmember => PJSIP/1\n",
        "0s      call c1 arrives for low
         1s      call c2 arrives for high
         2s      call c3 arrives for same
         3s      anna ready
                 expect c2 offered to anna
                 phone of anna answers c2
                 connected c2
         10s     anna ends c2
                 expect c3 offered to anna",
    );
}

#[test]
fn a_wrap_up_is_of_its_queue_unless_last_calls_are_shared() {
    let queues = |general: &str| {
        format!(
            "[general]\n{general}\n[a]\nstrategy = random\nwrapuptime = 30\nmember => PJSIP/1,0,anna\n\
             [b]\nstrategy = random\nmember => PJSIP/1\n"
        )
    };
    let lines = "0s      anna ready
         1s      call c1 arrives for a
                 phone of anna answers c1
                 connected c1
         10s     anna ends c1
         11s     call c2 arrives for a
         12s     call c3 arrives for b";
    let of_queue = format!("{lines}\n expect c3 offered to anna");
    plays_plainly(&queues("shared_lastcall = no"), &of_queue);
    let of_all = format!("{lines}\n expect no offer\n 40s expect c2 offered to anna");
    plays_plainly(&queues("shared_lastcall = yes"), &of_all);
}
