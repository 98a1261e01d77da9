//! What files change, what they leave alone, and what is told of mistakes.

use acd_core::config::TenantConfig;

use super::*;
use crate::{parse_tenant, render};

const BASE: &str = "
skills = ['german', 'billing']
[teams.north]
[profiles.senior]
queues = []
[queues.support]
[queues.vip]
reserve = { wait = '1m' }
[agents.anna]
address = '101'
teams = ['north']
queues = [{ queue = 'support', tier = 3, position = 7 }, 'vip']
skills = { german = 4, billing = 2 }
wrap_up = '10s'
on_demand = true
[agents.bert]
";

fn base() -> TenantConfig {
    parse_tenant(BASE, "base.toml").unwrap_or_else(|problems| panic!("{problems}"))
}

fn files<'t>(agents: &'t str, skills: &'t str) -> Import<'t> {
    let file = |text, name| Some(CsvFile { text, name }).filter(|file| !file.text.is_empty());
    Import {
        agents: file(agents, "agents.csv"),
        skills: file(skills, "skills.csv"),
    }
}

/// The tenant after the import, and what would have been written by hand.
fn same(agents: &str, skills: &str, by_hand: &[(&str, &str)]) {
    let imported =
        import(&base(), files(agents, skills)).unwrap_or_else(|problems| panic!("{problems}"));
    let text = by_hand.iter().fold(BASE.to_owned(), |text, (from, to)| {
        assert!(text.contains(from), "{from}");
        text.replace(from, to)
    });
    let wanted = parse_tenant(&text, "wanted.toml").unwrap_or_else(|problems| panic!("{problems}"));
    assert_eq!(render(&imported), render(&wanted));
}

/// `file:line:column path: message | remedy`, one per problem.
fn told(agents: &str, skills: &str) -> Vec<String> {
    let problems = import(&base(), files(agents, skills)).expect_err("a mistake");
    let told = problems.into_iter().map(|it| {
        let (line, column) = (it.line(), it.column());
        format!(
            "{}:{line}:{column} {}: {} | {}",
            it.file, it.path, it.message, it.remedy
        )
    });
    told.collect()
}

#[test]
fn an_agent_is_changed_where_the_file_says_so_and_nowhere_else() {
    same(
        "name,address,skills\nanna,102,german=8\n",
        "",
        &[
            ("'101'", "'102'"),
            ("{ german = 4, billing = 2 }", "{ german = 8 }"),
        ],
    );
    same("name,address,skills,wrap_up\nanna,,,\n", "", &[]);
}

#[test]
fn a_dash_takes_away() {
    same(
        "name,teams,skills,wrap_up,address\nanna,-,-,-,-\n",
        "",
        &[
            ("address = '101'\n", ""),
            ("teams = ['north']\n", ""),
            ("skills = { german = 4, billing = 2 }\n", ""),
            ("wrap_up = '10s'\n", ""),
        ],
    );
}

#[test]
fn new_agents_are_added_in_the_order_of_the_file() {
    same(
        "\u{feff}name,teams,site,profile,queues,capacity,wrap_up\r\n\
         \"zoe\",north,\"Berlin, Mitte\",senior,support;vip:2,voice=1;chat=3,30s\r\ncarl,,,,,,\r\n",
        "",
        &[(
            "[agents.bert]\n",
            "[agents.bert]\n[agents.zoe]\nteams = ['north']\nsite = 'Berlin, Mitte'\nprofile = 'senior'\n\
             queues = ['support', { queue = 'vip', tier = 2 }]\ncapacity = { voice = 1, chat = 3 }\nwrap_up = '30s'\n\
             [agents.carl]\n",
        )],
    );
}

#[test]
fn a_queue_that_is_served_already_keeps_what_the_file_does_not_say() {
    same(
        "name,queues\nanna,vip:4;support\n",
        "",
        &[(
            "[{ queue = 'support', tier = 3, position = 7 }, 'vip']",
            "[{ queue = 'vip', tier = 4 }, { queue = 'support', tier = 3, position = 7 }]",
        )],
    );
}

#[test]
fn skills_are_added_set_and_taken_away_one_by_one() {
    same(
        "name,skills\ncarl,french=2\n",
        "agent,skill,level\n,french,\nanna,french,9\nanna,billing,-\ncarl,german,1\n",
        &[
            ("'billing']", "'billing', 'french']"),
            ("{ german = 4, billing = 2 }", "{ german = 4, french = 9 }"),
            (
                "[agents.bert]\n",
                "[agents.bert]\n[agents.carl]\nskills = { french = 2, german = 1 }\n",
            ),
        ],
    );
}

#[test]
fn mistakes_in_agents_are_told_with_their_places() {
    assert_eq!(
        told(
            "name,queues,skills,capacity,teams,profile,wrap_up\n\
             anna,suport;vip:0,germn=4;german=11;german=3,vocie=1;chat,noth,junge,30\n\
             anna,,,,,,\n,,,,,,\nbert,vip\n",
            ""
        ),
        [
            "agents.csv:2:6 queues: there is no queue \"suport\" | did you mean \"support\"?",
            "agents.csv:2:13 queues: \"0\" is out of range | give 1..=1000",
            "agents.csv:2:19 skills: there is no skill \"germn\" | did you mean \"german\"?",
            "agents.csv:2:27 skills: \"11\" is out of range | give 1..=10",
            "agents.csv:2:37 skills: \"german\" stands here a second time | remove one of them",
            "agents.csv:2:46 capacity: there is no channel \"vocie\" | give one of voice, chat, email, sms, social, video, fax, callback, task",
            "agents.csv:2:54 capacity: \"chat\" has no number | write it as in \"voice=1\"",
            "agents.csv:2:59 teams: there is no team \"noth\" | did you mean \"north\"?",
            "agents.csv:2:64 profile: there is no profile \"junge\" | add it, or name one of this tenant: \"senior\"",
            "agents.csv:2:70 wrap_up: 30 has no unit | the units are d, h, m, s and ms, as in \"20s\"",
            "agents.csv:3:1 name: \"anna\" stands here a second time | give each agent one row",
            "agents.csv:4:1 name: the name cannot be used: it is empty | give another name",
            "agents.csv:5:1 : 2 cells below 7 columns | give a cell for each column, in quotes if it holds a comma",
        ]
    );
}

#[test]
fn mistakes_in_skills_are_told_with_their_places() {
    assert_eq!(
        told(
            "",
            "skill,agent,level\nfrensh,anna,3\ngerman,ana,3\ngerman,anna,0\ngerman,bert,\n,bert,2\nbilling,,4\n"
        ),
        [
            "skills.csv:2:1 skill: there is no skill \"frensh\" | add it, or name one of this tenant: \"billing\", \"german\"",
            "skills.csv:3:8 agent: there is no agent \"ana\" | did you mean \"anna\"?",
            "skills.csv:4:13 level: \"0\" is out of range | give 1..=10, or - to take the skill away",
            "skills.csv:5:13 level: the level is missing | give 1..=10, or - to take the skill away",
            "skills.csv:6:1 skill: the skill is missing | name it",
            "skills.csv:7:10 level: the level of no agent | name the agent",
        ]
    );
}

#[test]
fn mistakes_in_the_header_and_in_both_files_are_told() {
    assert_eq!(
        told("nam;address\nanna;1\n", "skill,skill\n"),
        [
            "agents.csv:1:1 nam;address: there is no column \"nam;address\" | the columns, with commas between them, are name,address,teams,site,profile,queues,skills,capacity,wrap_up",
            "agents.csv:1:1 name: the column \"name\" is missing | add it",
            "skills.csv:1:7 skill: the column stands here a second time | remove one of them",
        ]
    );
    assert_eq!(
        told("\n", ""),
        [
            "agents.csv:0:0 : the file is empty | begin it with a row of column names: name,address,teams,site,profile,queues,skills,capacity,wrap_up"
        ]
    );
}

#[test]
fn a_quote_that_is_not_closed_does_not_swallow_the_file() {
    let text = format!("name,site\n\"anna,x\n{}", "bert,y\n".repeat(10_000));
    let told = told(&text, "");
    assert_eq!(
        told,
        ["agents.csv:2:1 : a cell of more than 16384 bytes | shorten it; or a quote is not closed"]
    );
}

#[test]
fn what_the_whole_configuration_would_lack_is_told_at_its_cell() {
    let long = "1".repeat(200);
    assert_eq!(
        told(&format!("name,address\nanna,{long}\n"), ""),
        ["agents.csv:2:6 agents[0].address: the address is too long | give at most 128 bytes"]
    );
}
