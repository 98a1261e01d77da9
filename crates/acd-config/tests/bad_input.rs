//! Every mistake in a file is told with its place, what is wrong and what to do, all of them in one pass.

use acd_config::{Problem, Problems, file_warnings, parse_file, parse_tenant, tenant_warnings};

/// `line:column path: message | remedy`, one per problem.
fn told(problems: impl IntoIterator<Item = Problem>) -> Vec<String> {
    let told = problems.into_iter().map(|problem| {
        let (line, column) = (problem.line(), problem.column());
        format!(
            "{line}:{column} {}: {} | {}",
            problem.path, problem.message, problem.remedy
        )
    });
    told.collect()
}

fn tenant_problems(text: &str) -> Vec<String> {
    told(parse_tenant(text, "t.toml").expect_err(text))
}

fn file_problems(text: &str) -> Vec<String> {
    told(parse_file(text, "acd.toml").expect_err(text))
}

#[test]
fn mistakes_in_keys() {
    assert_eq!(
        tenant_problems("[queues.a]\nrnig = '20s'"),
        ["2:1 queues.a.rnig: there is no key \"rnig\" here | did you mean \"ring\"?"]
    );
    assert_eq!(
        tenant_problems("[queues.a]\ncolour = 1"),
        [
            "2:1 queues.a.colour: there is no key \"colour\" here | docs/configuration.md has the keys of tenants.NAME.queues.NAME"
        ]
    );
    assert_eq!(
        tenant_problems("[setings]"),
        ["1:2 setings: there is no key \"setings\" here | did you mean \"settings\"?"]
    );
    assert_eq!(
        file_problems("listen = '127.0.0.1:1'\n[server.limits]\nmailbx = 1"),
        [
            "1:1 listen: there is no key \"listen\" here | the keys here are server, tenants",
            "3:1 server.limits.mailbx: there is no key \"mailbx\" here | did you mean \"mailbox\"?"
        ]
    );
    assert_eq!(
        tenant_problems("[agents.a]\ncapacity = { voise = 1 }"),
        ["2:14 agents.a.capacity.voise: there is no key \"voise\" here | did you mean \"voice\"?"]
    );
}

#[test]
fn mistakes_in_types() {
    assert_eq!(
        tenant_problems("[queues.a]\nring = 20\nrank = '1'\noverflow = 'end'"),
        [
            "2:8 queues.a.ring: a length of time is wanted here, not a whole number | write it in quotes with its unit, as in \"20s\" or \"1m30s\"",
            "3:8 queues.a.rank: a whole number is wanted here, not a text | give 0..=1000000",
            "4:12 queues.a.overflow: a list is wanted here, not a text | write it in brackets, as in [{ queue = \"support\" }, \"end\"]"
        ]
    );
    assert_eq!(
        tenant_problems("queues = 5\nskills = 'german'\nadapters = [1, 'pbx']"),
        [
            "1:10 queues: a table is wanted here, not a whole number | write it as [queues.support]",
            "2:10 skills: a list is wanted here, not a text | write it in brackets, as in [\"german\"]",
            "3:13 adapters[0]: a text is wanted here, not a whole number | write it in quotes, as in \"pbx1\""
        ]
    );
    assert_eq!(
        tenant_problems("[queues]\na = true"),
        [
            "2:5 queues.a: a table is wanted here, not true or false | write it as a table; docs/configuration.md has the keys of tenants.NAME.queues.NAME"
        ]
    );
    assert_eq!(
        tenant_problems("[settings]\npriority_mode = 'strickt'"),
        [
            "2:17 settings.priority_mode: \"strickt\" is no priority mode | give \"strict\", or { aging = \"30s\" } with what a priority point is worth"
        ]
    );
    assert_eq!(
        tenant_problems("[settings]\npriority_mode = { ageing = '30s' }"),
        [
            "2:19 settings.priority_mode.ageing: there is no key \"ageing\" here | did you mean \"aging\"?"
        ]
    );
    assert_eq!(
        tenant_problems("[agents.a]\nskills = ['german']"),
        ["2:10 agents.a.skills: a table is wanted here, not a list | write it as { german = 4 }"]
    );
}

#[test]
fn values_out_of_range() {
    assert_eq!(
        tenant_problems(
            "[queues.a]\nring = '0s'\nrank = 2000000\nmax_length = 0\nmax_wait = '400d'"
        ),
        [
            "2:8 queues.a.ring: 0s is out of range | give 1ms..=366d",
            "3:8 queues.a.rank: 2000000 is out of range | give 0..=1000000",
            "4:14 queues.a.max_length: 0 is out of range | give 1..=4294967295",
            "5:12 queues.a.max_wait: 400d is out of range | give 1ms..=366d"
        ]
    );
    assert_eq!(
        tenant_problems("[settings.back_off]\nunreachable = '1s'"),
        ["2:15 settings.back_off.unreachable: 1s is out of range | give 5s..=366d"]
    );
    assert_eq!(
        tenant_problems("[settings]\npriority_mode = { aging = '0s' }"),
        ["2:27 settings.priority_mode.aging: 0s is out of range | give 1ms..=366d"]
    );
    assert_eq!(
        tenant_problems("[limits]\nopen_contacts = -1\nqueue_hops = 1_000"),
        [
            "2:17 limits.open_contacts: -1 is out of range | give 1..=10000000",
            "3:14 limits.queue_hops: 1000 is out of range | give 0..=100"
        ]
    );
    assert_eq!(
        tenant_problems(
            "skills = ['x']\n[agents.a]\nskills = { x = 11 }\ncapacity = { voice = 5000 }"
        ),
        [
            "3:16 agents.a.skills.x: 11 is out of range | give 1..=10",
            "4:22 agents.a.capacity.voice: 5000 is out of range | give 0..=1000"
        ]
    );
}

#[test]
fn mistakes_in_durations_and_requirements_are_pointed_at_within_the_text() {
    assert_eq!(
        tenant_problems("[queues.a]\nring = '20'"),
        ["2:9 queues.a.ring: 20 has no unit | the units are d, h, m, s and ms, as in \"20s\""]
    );
    assert_eq!(
        tenant_problems("[queues.a]\nmax_wait = '1m30sec'"),
        [
            "2:15 queues.a.max_wait: there is no unit \"sec\" | the units are d, h, m, s and ms, as in \"20s\""
        ]
    );
    assert_eq!(
        tenant_problems(
            "skills = ['german', 'db']\n[queues.a]\nrequirement = 'german >= 4 and bd >= 5'"
        ),
        ["3:32 queues.a.requirement: there is no skill \"bd\" | did you mean \"db\"?"]
    );
    assert_eq!(
        tenant_problems("skills = ['german']\n[queues.a]\nrequirement = 'german > 4'"),
        [
            "3:23 queues.a.requirement: \">=\" is wanted here, not \">\" | the only comparison is \">=\""
        ]
    );
    assert_eq!(
        tenant_problems("[queues.a]\nrequirement = \"a \\u003e= 4\""),
        [
            "2:15 queues.a.requirement: there is no skill \"a\" | this tenant has no skill yet; add it first"
        ]
    );
}

#[test]
fn names_that_do_not_exist() {
    assert_eq!(
        tenant_problems(
            "skills = ['german']\n[queues.support]\noverflow = [{ queue = 'slaes' }]\n[queues.sales]\n\
             [agents.anna]\nqueues = ['suport', 'billing']\nskills = { germn = 4 }"
        ),
        [
            "3:23 queues.support.overflow[0].queue: there is no queue \"slaes\" | did you mean \"sales\"?",
            "6:11 agents.anna.queues[0]: there is no queue \"suport\" | did you mean \"support\"?",
            "6:21 agents.anna.queues[1]: there is no queue \"billing\" | add it, or name one of this tenant: \"sales\", \"support\"",
            "7:12 agents.anna.skills.germn: there is no skill \"germn\" | did you mean \"german\"?"
        ]
    );
    assert_eq!(
        tenant_problems("[agents.anna]\nqueues = ['support']"),
        [
            "2:11 agents.anna.queues[0]: there is no queue \"support\" | this tenant has no queue yet; add it first"
        ]
    );
}

#[test]
fn things_that_stand_twice() {
    assert_eq!(
        tenant_problems("skills = ['german', 'db', 'german']"),
        [
            "1:27 skills[2]: \"german\" stands here a second time, first at skills[0] | remove or rename one of them"
        ]
    );
    assert_eq!(
        tenant_problems("[queues.b]\n[queues.a]\n[agents.anna]\nqueues = ['a', 'b', 'a']"),
        ["4:21 agents.anna.queues[2]: \"a\" stands here a second time | remove one of them"]
    );
    assert_eq!(
        tenant_problems("[queues.a]\nring = '1s'\nring = '2s'"),
        ["3:1 : duplicate key | remove or rename one of them"]
    );
    assert_eq!(
        tenant_problems("[queues.a]\n[queues.a]"),
        ["2:9 : duplicate key | remove or rename one of them"]
    );
}

#[test]
fn names_that_cannot_be_used() {
    assert_eq!(
        tenant_problems("[queues.'']\n[agents.\"a\\u0007\"]"),
        [
            "1:9 queues.\"\": the name cannot be used: it is empty | give another name",
            "2:9 agents.\"a\\u0007\": the name cannot be used: it holds a control character | give another name"
        ]
    );
    assert_eq!(
        file_problems("[tenants.'']"),
        ["1:10 tenants.\"\": the name cannot be used: it is empty | give another name"]
    );
}

#[test]
fn overflow_that_makes_no_sense() {
    assert_eq!(
        tenant_problems(
            "[queues.z]\noverflow = [{ queue = 'a' }]\n[queues.a]\noverflow = [{ queue = 'z' }]"
        ),
        [
            "2:13 queues.z.overflow[0]: overflow loop z -> a -> z | let one queue of the loop overflow elsewhere"
        ]
    );
    assert_eq!(
        tenant_problems("[queues.a]\noverflow = ['end', { external = '1' }]"),
        [
            "2:12 queues.a.overflow: targets after [0] are never reached, since it takes every contact | remove them or move [0] to the end"
        ]
    );
    let remedy = "give one of { queue = \"name\" }, { agent = \"name\" }, { external = \"+49301234\" }, \
                  { voicemail = \"box\" }, { announcement = \"prompt\" }, \"callback\" or \"end\"";
    assert_eq!(
        tenant_problems(
            "[queues.a]\noverflow = [{ queue = 'a', external = '1' }, {}, 'stop', { external = '' }]"
        ),
        [
            format!(
                "2:13 queues.a.overflow[0]: a target is either queue or external, not both | {remedy}"
            ),
            format!("2:46 queues.a.overflow[1]: the table says no target | {remedy}"),
            format!("2:50 queues.a.overflow[2]: a target is wanted here | {remedy}")
        ]
    );
    assert_eq!(
        tenant_problems(
            "[queues.a]\noverflow = [{ queue = 'b', for = ['ful'], if = { open_below = 0, is = 'x' } }]\n\
             exits = { 1 = [{ queue = 'c' }], 2 = [] }\n[queues.b]"
        ),
        [
            "2:35 queues.a.overflow[0].for[0]: \"ful\" is not known here | did you mean \"full\"? All words here: \"closed\", \"no_staff\", \"full\", \"diverted\", \"predicted_wait\", \"timed_out\", \"offer_limit\", \"attempt_limit\"",
            "2:63 queues.a.overflow[0].if.open_below: 0 is out of range | give 1..=4294967295",
            "2:71 queues.a.overflow[0].if.is: values of no attribute | say which one, as in attribute = \"class\"",
            "3:26 queues.a.exits.1[0].queue: there is no queue \"c\" | add it, or name one of this tenant: \"a\", \"b\"",
            "3:38 queues.a.exits.2: the choice leads nowhere | give a target, as in [\"callback\"]"
        ]
    );
}

#[test]
fn steps_that_make_no_sense() {
    assert_eq!(
        tenant_problems(
            "skills = ['french']\n[queues.a]\nplan = [\n{ requirement = 'frensh >= 4', for = '30s' },\n\
             { skip_if = 'fre < 1', drop = ['db'] },\n{ tiers = { min = 3, max = 2 }, for = '5s' },\n\
             { agents = ['anna'], for = '5s' },\n{ for = '0s' },\n{},\n{ skip_if = 'free >= 0' },\n]\n\
             [agents.anna]"
        ),
        [
            "4:18 queues.a.plan[0].requirement: there is no skill \"frensh\" | did you mean \"french\"?",
            "5:14 queues.a.plan[1].skip_if: \"fre\" is no count of agents; did you mean \"free\"? | count logged_in, available or free, as in \"free < 1\"",
            "5:32 queues.a.plan[1].drop[0]: there is no skill \"db\" | add it, or name one of this tenant: \"french\"",
            "6:3 queues.a.plan[2].tiers: no tier is from 3 to 2, so that the step can never match | make min at most max",
            "7:12 queues.a.plan[3].agents: none of these agents serves the queue, so that the step can never match | add the queue to one of them, or name others",
            "8:9 queues.a.plan[4].for: 0s is out of range | give 1ms..=366d",
            "9:1 queues.a.plan[5]: this step never ends, so that those after it are never reached | say how long it lasts, as in for = \"30s\"",
            "10:13 queues.a.plan[6].skip_if: this always holds, so that the step can never match | compare with at least 1, or remove the step"
        ]
    );
}

#[test]
fn what_skills_may_still_change_is_only_warned_of() {
    let tenant = "skills = ['french']\n[queues.a]\nplan = [\n{ requirement = 'french >= 4', for = '30s' },\n{},\n]\n\
                  [queues.b]\n[agents.anna]\nqueues = ['a']\nskills = { french = 3 }";
    assert!(parse_tenant(tenant, "t.toml").is_ok());
    let remedy = "check the levels, tiers, agents and teams, or the skills of the agents";
    assert_eq!(
        told(tenant_warnings(tenant, "t.toml")),
        [
            format!("4:1 queues.a.plan[0]: no agent of the queue satisfies this step as configured | {remedy}"),
            "7:9 queues.b: no agent serves this queue | add it to the queues or to the routing profile of an agent".to_owned()
        ]
    );
    let file = "[tenants.bank.queues.a]\n[tenants.bank.queues.b]\n[tenants.bank.agents.anna]\nqueues = ['a']";
    let warnings = told(file_warnings(file, "acd.toml"));
    assert_eq!(
        warnings,
        [
            "2:22 tenants.bank.queues.b: no agent serves this queue | add it to the queues or to the routing profile of an agent"
        ]
    );
}

#[test]
fn hours_that_are_impossible() {
    let times = "write times as 08:00-18:00, from 00:00 to 24:00";
    assert_eq!(
        tenant_problems(
            "[calendars.a]\nzone = 'Europe/Berln'\nhours = ['mon 08:00-25:00', 'tue 08:00-08:00']\n\
             holidays = ['2026-02-30']\n[calendars.b]\nhours = ['mon-fri 08:00-18:00']\n\
             [calendars.c]\nzone = 'UTC'\n[queues.a]\ncalendar = 'ofice'\n[settings]\nzone = 'Berlin'"
        ),
        [
            "2:8 calendars.a.zone: there is no time zone \"Europe/Berln\" | did you mean \"Europe/Berlin\"?".to_owned(),
            format!("3:15 calendars.a.hours[0]: \"08:00-25:00\" are no hours of a day | {times}"),
            "3:29 calendars.a.hours[1]: these hours begin when they end | for the whole day give 00:00-24:00, for no hours leave them out".to_owned(),
            "4:13 calendars.a.holidays[0]: there is no date 2026-02-30 | give year, month and day, as in \"2026-12-25\"".to_owned(),
            "5:12 calendars.b: the key \"zone\" is missing | say where its hours count, as in zone = \"Europe/Berlin\"".to_owned(),
            "7:12 calendars.c: this calendar is never open | give its hours, as in hours = [\"mon-fri 08:00-18:00\"]".to_owned(),
            "10:12 queues.a.calendar: there is no calendar \"ofice\" | add it, or name one of this tenant: \"a\", \"b\", \"c\"".to_owned(),
            "12:8 settings.zone: there is no time zone \"Berlin\" | give the name of an IANA time zone, as in \"Europe/Berlin\"".to_owned()
        ]
    );
}

#[test]
fn rules_that_make_no_sense() {
    let one_thing = "give one of { attribute = \"class\", is = \"vip\" }, { queue = \"support\" } or { channel = \"voice\" }";
    assert_eq!(
        tenant_problems(
            "[rules.vip]\nwhen = [{ queue = 'support', channel = 'voice' }, { channel = ['phone'] }, {}]\n\
             plan = 'nice'\npreferred = ['same_team', { agent = 'anna', team = 'x' }, { same_team = false }]\n\
             [rules.debtor]\ndedicated = true\n[rules.rest]\n[queues.support]"
        ),
        [
            format!("2:9 rules.vip.when[0]: a condition looks at one thing | {one_thing}"),
            "2:64 rules.vip.when[1].channel[0]: \"phone\" is not known here | give one of \"voice\", \"chat\", \"email\", \"sms\", \"social\", \"video\", \"fax\", \"callback\", \"task\"".to_owned(),
            format!("2:76 rules.vip.when[2]: a condition looks at one thing | {one_thing}"),
            "3:8 rules.vip.plan: there is no plan \"nice\" | this tenant has no plan yet; add it first".to_owned(),
            "4:14 rules.vip.preferred[0]: no agent is named before whose team could be meant | name an agent or an attribute before it, or give the team".to_owned(),
            "4:27 rules.vip.preferred[1]: an entry names one agent, team or attribute | give one of agent, attribute, team, head, same_team or head_of_team, as in { agent = \"anna\" }".to_owned(),
            "4:73 rules.vip.preferred[2].same_team: false says nothing here | write true, or leave the key out".to_owned(),
            "5:8 rules.debtor: rules after \"debtor\" never apply, since it holds for every contact | say when it holds, or move it to the end".to_owned(),
            "6:13 rules.debtor.dedicated: the contact is dedicated to nobody | say to whom with preferred, or remove dedicated".to_owned()
        ]
    );
}

#[test]
fn people_and_queues_that_make_no_sense() {
    assert_eq!(
        tenant_problems(
            "[teams.north]\nhead = 'ana'\n[profiles.p]\nqueues = [{ rank = 1 }, 'suport']\n[queues.support]\n\
             divert_above = 1.2345\nbroadcast = 0\nwrap_up = { time = '30s', ceiling = '20s' }\n\
             after_failure = { scope = 'team' }\ntiers = { delays = { 1 = '5s', x = '6s' } }\njoin_empty = ['busi']\n\
             [agents.anna]\nteams = ['noth']\nprofile = 'q'\nqueues = [{ queue = 'support', tier = 0, reserve = true }]\n\
             pools = { high = 1 }\ndesktop = 'yes'\ntraining = { level_cap = 12 }"
        ),
        [
            "2:8 teams.north.head: there is no agent \"ana\" | did you mean \"anna\"?",
            "4:11 profiles.p.queues[0]: the key \"queue\" is missing | name the queue, as in { queue = \"support\" }",
            "4:25 profiles.p.queues[1]: there is no queue \"suport\" | did you mean \"support\"?",
            "6:16 queues.support.divert_above: 1.2345 is out of range | give 0..=1000 with at most three decimals",
            "7:13 queues.support.broadcast: 0 is out of range | give 1..=1000",
            "8:37 queues.support.wrap_up.ceiling: the ceiling is below the wrap-up time | make it at least as long, or leave it out",
            "9:27 queues.support.after_failure.scope: \"team\" is not known here | give one of \"all\", \"queue\"",
            "10:26 queues.support.tiers.delays.1: tier 1 cannot have a delay | give tiers 2..=1000; the first is always open",
            "10:32 queues.support.tiers.delays.x: \"x\" is no tier | give the number of a tier, as in { 2 = \"15s\" }",
            "11:15 queues.support.join_empty[0]: \"busi\" is not known here | did you mean \"busy\"? All words here: \"logged_out\", \"not_ready\", \"busy\", \"unreachable\", \"lacking_skill\"",
            "13:10 agents.anna.teams[0]: there is no team \"noth\" | did you mean \"north\"?",
            "14:11 agents.anna.profile: there is no profile \"q\" | add it, or name one of this tenant: \"p\"",
            "15:39 agents.anna.queues[0].tier: 0 is out of range | give 1..=1000",
            "15:52 agents.anna.queues[0].reserve: queue \"support\" never calls its reserve agents | give the queue a reserve threshold, as in reserve = { wait = \"1m\" }",
            "16:11 agents.anna.pools.high: there is no pool \"high\" | this tenant has no pool yet; add it first",
            "17:11 agents.anna.desktop: true or false is wanted here, not a text | write true or false, without quotes",
            "18:26 agents.anna.training.level_cap: 12 is out of range | give 1..=10"
        ]
    );
}

#[test]
fn mistakes_in_the_syntax() {
    assert_eq!(
        tenant_problems("skills = ['a'\n[queues.a]\nring = "),
        [
            "2:1 : missing comma between array elements, expected `,` | correct the TOML; see https://toml.io",
            "3:1 : missing comma between array elements, expected `,` | correct the TOML; see https://toml.io"
        ]
    );
    assert_eq!(
        tenant_problems("skills = [german]"),
        ["1:11 : string values must be quoted, expected literal string | put the text in quotes"]
    );
}

#[test]
fn a_console_that_cannot_be() {
    assert_eq!(
        file_problems(
            "[server.console]\npublic_url = 'acd.example'\nembed_origins = ['https://crm.example/desk']"
        ),
        [
            "2:14 server.console.public_url: \"acd.example\" is no origin of a page | write scheme, host and port as browsers do, small and without path or the scheme's own port: \"https://crm.example\", \"http://localhost:8080\"",
            "3:18 server.console.embed_origins[0]: \"https://crm.example/desk\" is no origin of a page | write scheme, host and port as browsers do, small and without path or the scheme's own port: \"https://crm.example\", \"http://localhost:8080\"",
        ]
    );
}

#[test]
fn a_history_that_cannot_be() {
    assert_eq!(
        file_problems("[server.history]\npassword_file = 'secret'\nkeep_back = '1m'"),
        [
            "2:17 server.history.password_file: there is no url, so there is nobody to show it to | add url = \"postgresql://acd@db.example/history?sslmode=require\", or leave the key out",
            "3:13 server.history.keep_back: 1m is out of range | give 1h..=3650d",
        ]
    );
    for (url, told) in [
        (
            "mysql://acd:hunter2@db/history",
            "it is no URL of a PostgreSQL server",
        ),
        (
            "postgresql://acd:hunter2@db/history",
            "it has a password, which everybody sees who reads this file",
        ),
        (
            "postgresql://db/history?user=acd&password=hunter2",
            "it has a password, which everybody sees who reads this file",
        ),
    ] {
        let problems = file_problems(&format!("[server.history]\nurl = '{url}'"));
        let expected = format!("2:7 server.history.url: {told}");
        assert!(problems[0].starts_with(&expected), "{problems:?}");
        assert!(!problems[0].contains("hunter2"), "{problems:?}");
    }
}

#[test]
fn traces_that_cannot_be_sent() {
    assert_eq!(
        file_problems("[server.traces]\nsample_ratio = 1.5"),
        [
            "1:9 server.traces: the key \"endpoint\" is missing | add endpoint = \"http://127.0.0.1:4317\", where the collector takes OTLP over gRPC",
            "2:16 server.traces.sample_ratio: 1.5 is out of range | give 0..=1 with at most three decimals",
        ]
    );
    assert_eq!(
        file_problems("[server.traces]\nendpoint = 'https://collector:4317'\nbacklog = 0"),
        [
            "1:9 server.traces: the key \"ca\" is missing | add ca = \"/etc/ssl/certs/ca-certificates.crt\", a PEM file with the authorities that may have signed the collector's certificate",
            "3:11 server.traces.backlog: 0 is out of range | give 1..=1000000",
        ]
    );
    for wrong in [
        "collector:4317",
        "http://collector",
        "http://:4317",
        "http://collector:0",
        "http://collector:4317/v1/traces",
        "http://user@collector:4317",
        "grpc://collector:4317",
    ] {
        let told = file_problems(&format!("[server.traces]\nendpoint = '{wrong}'"));
        let expected =
            format!("2:12 server.traces.endpoint: {wrong:?} is no address of a collector");
        assert!(
            told.len() == 1 && told[0].starts_with(&expected),
            "{told:?}"
        );
    }
}

#[test]
fn mistakes_in_the_server() {
    assert_eq!(
        file_problems(
            "[server]\nlisten = 'localhost'\nshards = 0\ndrain_timeout = '2h'\ndata_dir = ''"
        ),
        [
            "2:10 server.listen: \"localhost\" is no address to listen on | write an IP address with a port, as in \"127.0.0.1:7400\" or \"[::1]:7400\"",
            "3:10 server.shards: 0 is out of range | give 1..=256",
            "4:17 server.drain_timeout: 2h is out of range | give 0s..=1h",
            "5:12 server.data_dir: it is empty | give a value, or leave the key out"
        ]
    );
    assert_eq!(
        file_problems("[server.tls]\ncert = 'a.pem'"),
        [
            "1:9 server.tls: the key \"key\" is missing | add key = \"server.key\", the certificate's private key"
        ]
    );
    assert_eq!(
        file_problems("[server.auth]\nalgorithm = 'HS512'"),
        [
            "1:9 server.auth: the key \"key_file\" is missing | add key_file = \"jwt.pem\", the file that verifies the tokens",
            "2:13 server.auth.algorithm: \"HS512\" is not known here | give one of \"HS256\", \"RS256\", \"ES256\", \"EdDSA\""
        ]
    );
    assert_eq!(
        file_problems("[server.web]"),
        [
            "1:9 server.web: the key \"origins\" is missing | add origins = [\"https://crm.example\"], where the pages come from"
        ]
    );
    assert_eq!(
        file_problems("[server.web]\norigins = []"),
        [
            "2:11 server.web.origins: no page may call | name where the pages come from, or leave [server.web] out"
        ]
    );
    for wrong in [
        "*",
        "crm.example",
        "https://",
        "https://CRM.example",
        "https://crm.example/",
        "https://crm.example:443",
        "http://crm.example:80",
        "https://a@crm.example",
        "file://crm",
        "null",
    ] {
        let told = file_problems(&format!("[server.web]\norigins = ['{wrong}']"));
        let expected = format!("2:12 server.web.origins[0]: {wrong:?} is no origin of a page | ");
        assert!(
            told.len() == 1 && told[0].starts_with(&expected),
            "{told:?}"
        );
    }
    for right in [
        "https://crm.example",
        "http://localhost:8080",
        "http://[::1]:8081",
    ] {
        let text = format!("[server.web]\norigins = ['{right}']");
        assert!(parse_file(&text, "acd.toml").is_ok(), "{right}");
    }
    assert_eq!(
        file_problems("[server.log]\nformat = 'xml'"),
        ["2:10 server.log.format: \"xml\" is not known here | give one of \"text\", \"json\""]
    );
    assert_eq!(
        file_problems("[server.limits]\nmailbox = 100\nmailbox_reserve = 100"),
        [
            "3:19 server.limits.mailbox_reserve: the reserve of 100 leaves no place for new contacts in a mailbox of 100 | make the mailbox larger than its reserve"
        ]
    );
    assert_eq!(
        file_problems("[server]\nmetrics_listen = '127.0.0.1:7400'"),
        [
            "2:18 server.metrics_listen: 127.0.0.1:7400 would serve both gRPC and metrics | give the two different ports"
        ]
    );
}

#[test]
fn a_tenant_in_a_file_is_located_there() {
    assert_eq!(
        file_problems(
            "[tenants.bank.queues.b]\n[tenants.bank.queues.a]\nring = '0s'\n[tenants.shop]\nskils = []"
        ),
        [
            "3:8 tenants.bank.queues.a.ring: 0s is out of range | give 1ms..=366d",
            "5:1 tenants.shop.skils: there is no key \"skils\" here | did you mean \"skills\"?"
        ]
    );
}

#[test]
fn a_long_list_of_problems_is_cut_and_counted() {
    let text: String = (0..300)
        .map(|n| format!("[queues.q{n}]\nring = 1\n"))
        .collect();
    let problems = parse_tenant(&text, "t.toml").expect_err("300 mistakes");
    assert_eq!(
        (problems.iter().count(), problems.untold()),
        (Problems::TOLD_MAX, 100)
    );
    assert!(
        problems
            .to_string()
            .ends_with("300 problems, of which the first 200 are shown")
    );
}

#[test]
fn a_text_that_is_too_long_is_not_read() {
    let text = "#".repeat(acd_config::TEXT_BYTES_MAX + 1);
    assert_eq!(
        tenant_problems(&text),
        ["0:0 : the text has 67108865 bytes | at most 67108864 are read"]
    );
}

#[test]
fn problems_read_well() {
    let text =
        "[queues.support]\nring = \"20s\"\nmax_wiat = \"2m\"\nrequirement = \"german >= 4\"\n";
    let expected = "bank.toml:3:1: queues.support.max_wiat: there is no key \"max_wiat\" here\n  |\n3 | max_wiat = \"2m\"\n  | ^^^^^^^^\n  = help: did you mean \"max_wait\"?\n\nbank.toml:4:16: queues.support.requirement: there is no skill \"german\"\n  |\n4 | requirement = \"german >= 4\"\n  |                ^^^^^^\n  = help: this tenant has no skill yet; add it first\n\n2 problems";
    assert_eq!(
        parse_tenant(text, "bank.toml")
            .expect_err("two mistakes")
            .to_string(),
        expected
    );
}

#[test]
fn mistakes_in_targets_and_tariffs() {
    let target = |keys: &str| tenant_problems(&format!("[targets.t]\n{keys}\n[queues.a]"));
    assert_eq!(
        target("of = 'aht'\nat_most = 240"),
        [
            "1:10 targets.t: it does not say on which side of what | give one of at_least and at_most",
            "3:11 targets.t.at_most: a length of time is wanted here, not a whole number | write it in quotes with its unit, as in \"20s\" or \"1m30s\""
        ]
    );
    assert_eq!(
        target("of = 'abandonment'\nat_most = 5"),
        ["3:11 targets.t.at_most: it is more than all | give a share, as in 0.8"]
    );
    assert_eq!(
        target("at_least = 0.8"),
        [
            "1:10 targets.t: it does not say which figure is meant | add of = \"service_level_2\", or another figure"
        ]
    );
    assert_eq!(
        target("of = 'handled'\nat_least = 5\nat_most = 7"),
        [
            "1:10 targets.t: it does not say on which side of what | give one of at_least and at_most"
        ]
    );
    assert_eq!(
        target("of = 'occupancy'\nat_most = 0.9\nscope = 'queues'"),
        [
            "4:9 targets.t.scope: they have no such figure | choose another scope: docs/configuration.md has those of each figure"
        ]
    );
    assert_eq!(
        target("of = 'handled'\nat_least = 5\nscope = 'queues'\nonly = ['a', 'b']"),
        ["5:14 targets.t.only[1]: there is no queue \"b\" | name a queue of this tenant"]
    );
    assert_eq!(
        tenant_problems("[tariffs.t]\ncurrency = 'euro'\nper_contact = '0.12345'"),
        [
            "2:12 tariffs.t.currency: \"euro\" is no currency | give its code of three letters, as in currency = \"EUR\"",
            "3:15 tariffs.t.per_contact: \"0.12345\" is no price | give up to 12 digits, and up to 4 after a point: \"0.35\""
        ]
    );
    let two = "[tariffs.s]\ncurrency = 'EUR'\n[tariffs.t]\ncurrency = 'EUR'\nqueues = ['a']\nper_agent_hour = '9'\n\
               [tariffs.u]\ncurrency = 'EUR'\nqueues = ['a']\n[tariffs.v]\ncurrency = 'EUR'\n[queues.a]";
    assert_eq!(
        tenant_problems(two),
        [
            "6:18 tariffs.t.per_agent_hour: agents are logged in for all queues | put it into the tariff that names no queues",
            "7:10 tariffs.u: tariffs[1] is for the queue \"a\", too | name each queue in one tariff only",
            "10:10 tariffs.v: tariffs[0] is for the whole tenant, too | name each queue in one tariff only"
        ]
    );
}

#[test]
fn mistakes_in_review_forms() {
    let form = |keys: &str| tenant_problems(&format!("[review_forms.calls]\n{keys}"));
    assert_eq!(
        form("questions = [{ name = 'a', wieght = 2 }]"),
        [
            "2:28 review_forms.calls.questions[0].wieght: there is no key \"wieght\" here | did you mean \"weight\"?"
        ]
    );
    assert_eq!(
        form(
            "questions = [\n{ name = 'a', weight = 101 },\n{ name = 'a', scale_max = 0 },\n{ text = 'Why?' },\n]"
        ),
        [
            "3:24 review_forms.calls.questions[0].weight: 101 is out of range | give 0..=100",
            "4:10 review_forms.calls.questions[1].name: \"a\" stands here a second time | rename one of them",
            "4:27 review_forms.calls.questions[1].scale_max: 0 is out of range | give 1..=100",
            "5:1 review_forms.calls.questions[2]: the name cannot be used: it is empty | give another name"
        ]
    );
    let nothing = "nothing in it counts | add a question with a weight, as in { name = \"greeting\", weight = 2 }";
    assert_eq!(form(""), [format!("1:15 review_forms.calls: {nothing}")]);
    assert_eq!(
        form("questions = [{ name = 'a', weight = 0, knock_out = true }]"),
        [format!("1:15 review_forms.calls: {nothing}")]
    );
}
