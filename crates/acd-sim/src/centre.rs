//! The contact centre of a run: its documents of configuration, small and odd, with limits that are met.

use std::fmt::Write as _;

use crate::chance::Chance;

/// The tenant that all of it is about.
pub(crate) const TENANT: &str = "centre";
/// Another one, which comes and goes.
pub(crate) const VISITING: &str = "visiting";
/// The switches.
pub(crate) const ADAPTERS: [&str; 2] = ["pbx", "gateway"];
/// The queues.
pub(crate) const QUEUES: [&str; 4] = ["service", "sales", "expert", "mail"];
/// The skills.
pub(crate) const SKILLS: [&str; 3] = ["german", "billing", "french"];
/// The channels of arriving contacts; the last is asynchronous.
pub(crate) const CHANNELS: [&str; 4] = ["voice", "chat", "callback", "email"];
/// What agents may say why they are not ready.
pub(crate) const REASONS: [&str; 2] = ["break", "training"];
/// What agents may say a contact came to.
pub(crate) const DISPOSITIONS: [&str; 2] = ["solved", "referred"];
/// The teams.
pub(crate) const TEAMS: [&str; 2] = ["red", "blue"];
/// Who may call again.
pub(crate) const CUSTOMERS: [&str; 5] = ["+491", "+492", "+493", "+494", "+495"];

/// The most agents of a centre.
pub(crate) const AGENTS_MAX: usize = 8;

/// The agent without a desktop.
pub(crate) const PHONE: &str = "phone";

/// The name of an agent.
pub(crate) fn agent(number: usize) -> String {
    format!("a{number}")
}

const ORDERS: [&str; 11] = [
    "longest_idle",
    "most_skilled",
    "least_skilled",
    "least_occupied",
    "fewest_contacts",
    "round_robin",
    "linear",
    "most_spare_capacity",
    "least_loaded",
    "percent",
    "random",
];

/// How agents wrap up. None waits for ever for somebody without a desktop.
const WRAP_UPS: [&str; 2] = [
    "{ mode = \"forced\", time = \"5s\", ceiling = \"20s\" }",
    "{ mode = \"optional\", time = \"5s\" }",
];

/// What a document has: a later one may lack some of it.
struct Stock {
    queues: &'static [&'static str],
    skills: &'static [&'static str],
    teams: &'static [&'static str],
    has_plan: bool,
}

impl Stock {
    fn draw(chance: &mut Chance) -> Self {
        let mut some = |all: &'static [&'static str]| match chance.once_in(5) {
            true => &all[..all.len() - 1],
            false => all,
        };
        Self {
            queues: some(&QUEUES),
            skills: some(&SKILLS),
            teams: some(&TEAMS),
            has_plan: !chance.once_in(5),
        }
    }

    /// The queue after this one.
    fn next_queue(&self, number: usize) -> &'static str {
        self.queues[(number + 1) % self.queues.len()]
    }
}

/// A document, each time another one.
pub(crate) fn document(agents: usize, chance: &mut Chance) -> String {
    let stock = Stock::draw(chance);
    let mut text = String::new();
    let it = &mut text;
    line(it, format_args!("skills = {:?}", stock.skills));
    line(it, format_args!("adapters = {ADAPTERS:?}"));
    settings(it, chance);
    limits(it, chance);
    for (number, team) in stock.teams.iter().enumerate() {
        let head = agent(number.min(agents - 1));
        line(it, format_args!("[teams.{team}]\nhead = {head:?}"));
    }
    line(
        it,
        format_args!("[reasons.break]\nallowed = \"2m\"\n[reasons.training]"),
    );
    line(
        it,
        format_args!("[dispositions.solved]\n[dispositions.referred]"),
    );
    line(
        it,
        format_args!(
            "[calendars.office]\nzone = \"Europe/Berlin\"\nhours = [\"mon-fri 09:05-09:40\", \"sat 10:00-12:00\"]"
        ),
    );
    line(
        it,
        format_args!(
            "[profiles.second]\nqueues = [\"service\", {{ queue = \"sales\", rank = 2, delay = \"{}s\" }}]",
            chance.between(1, 20)
        ),
    );
    if stock.has_plan {
        line(
            it,
            format_args!(
                "[plans.wider]\nsteps = [{{ requirement = \"german >= 6\", for = \"5s\" }}, {{ requirement = \"anyone\" }}]"
            ),
        );
    }
    if chance.once_in(2) {
        line(
            it,
            format_args!(
                "[rules.gold]\nwhen = [{{ attribute = \"class\", is = [\"gold\"] }}]\npriority = 3\npreferred = [{{ attribute = \"own\", for = \"5s\" }}, {{ same_team = true, for = \"3s\" }}]"
            ),
        );
    }
    for number in 0..stock.queues.len() {
        queue(it, number, &stock, chance);
    }
    for number in 0..agents {
        agent_of(it, number, &stock, chance);
    }
    agent_at_phone(it);
    text
}

fn settings(it: &mut String, chance: &mut Chance) {
    line(it, format_args!("[settings]"));
    if chance.once_in(3) {
        line(it, format_args!("priority_mode = {{ aging = \"5s\" }}"));
    }
    if chance.once_in(4) {
        line(it, format_args!("objective = true"));
    }
    if chance.once_in(3) {
        line(it, format_args!("one_offer_at_a_time = true"));
    }
    if chance.once_in(3) {
        line(it, format_args!("auto_return = {{ break = \"40s\" }}"));
    }
    if chance.once_in(3) {
        line(it, format_args!("after_session_loss = \"not_ready\""));
    }
    if chance.once_in(2) {
        line(
            it,
            format_args!("mask_customer_key = {{ agent = \"hidden\", reveal = [\"supervisor\"] }}"),
        );
    }
    line(
        it,
        format_args!(
            "connect = \"{}s\"\ndial = \"15s\"\nsession_grace = \"{}s\"\nadapter_grace = \"{}s\"\nrequest_window = \"{}m\"\nended_contact_window = \"{}m\"\nasynchronous = [\"email\"]\nasynchronous_return = \"1m\"\nzone = \"Europe/Berlin\"\nseed = {}",
            chance.between(2, 10),
            chance.between(5, 40),
            chance.between(10, 90),
            chance.between(1, 15),
            chance.between(1, 30),
            chance.between(0, 99),
        ),
    );
    line(
        it,
        format_args!(
            "[settings.back_off]\nrejected = \"{}s\"\nno_answer = \"{}s\"\nbusy = \"{}s\"\nunreachable = \"5s\"",
            chance.between(0, 10),
            chance.between(0, 10),
            chance.between(0, 10),
        ),
    );
}

/// So low that they are met, now and then.
fn limits(it: &mut String, chance: &mut Chance) {
    line(it, format_args!("[limits]"));
    let mut limit = |key, low: (u64, u64)| {
        if chance.once_in(2) {
            line(it, format_args!("{key} = {}", chance.between(low.0, low.1)));
        }
    };
    limit("open_contacts", (12, 60));
    limit("attributes", (1, 4));
    limit("attribute_bytes", (64, 256));
    limit("note_bytes", (16, 64));
    limit("remembered_requests", (200, 2_000));
    limit("remembered_requests_per_caller", (100, 1_000));
    limit("unacknowledged_directives", (8, 100));
    limit("unconfirmed_refusals", (2, 20));
    limit("ended_records", (5, 50));
    limit("ended_contacts", (20, 200));
    limit("queue_hops", (1, 4));
    limit("offers_per_contact", (2, 8));
    limit("remembered_customers", (1, 8));
    limit("acts", (2, 20));
    limit("slice_events", (10, 200));
}

fn queue(it: &mut String, number: usize, stock: &Stock, chance: &mut Chance) {
    let name = stock.queues[number];
    line(it, format_args!("[queues.{name}]"));
    line(
        it,
        format_args!(
            "rank = {}\nagent_order = \"{}\"\nring = \"{}s\"\nobjective = \"{}s\"",
            chance.between(1, 3),
            chance.one_of(&ORDERS),
            chance.between(3, 20),
            chance.between(5, 60),
        ),
    );
    let wrap_up = *chance.one_of(&WRAP_UPS);
    let mut maybe = |times, text: std::fmt::Arguments<'_>| {
        if chance.once_in(times) {
            line(it, text);
        }
    };
    maybe(3, format_args!("max_wait = \"20s\""));
    maybe(6, format_args!("let_ring_finish = true"));
    maybe(4, format_args!("alert_wait = \"10s\""));
    maybe(3, format_args!("max_length = 6"));
    maybe(5, format_args!("broadcast = 2"));
    maybe(
        5,
        format_args!("last_agent = {{ within = \"1h\", for = \"5s\" }}"),
    );
    maybe(6, format_args!("join_empty = [\"logged_out\"]"));
    maybe(6, format_args!("leave_empty = [\"logged_out\"]"));
    maybe(8, format_args!("calendar = \"office\""));
    maybe(6, format_args!("return_within = \"1m\""));
    maybe(5, format_args!("alerting = \"phone\""));
    maybe(6, format_args!("max_talk = \"40s\"\nfree_stuck = true"));
    maybe(
        4,
        format_args!(
            "after_failure = {{ not_ready_after = 2, scope = \"queue\", return = \"20s\" }}"
        ),
    );
    maybe(3, format_args!("tiers = {{ delay_per_level = \"3s\" }}"));
    maybe(6, format_args!("reserve = {{ wait = \"5s\" }}"));
    maybe(6, format_args!("max_predicted_wait = \"1m\""));
    maybe(8, format_args!("divert_above = 2.5"));
    maybe(4, format_args!("recording = \"on_request\""));
    maybe(
        4,
        format_args!(
            "announcements = {{ greeting = \"welcome\", music = \"calm\", position_every = \"10s\", periodic = \"stay\", periodic_every = \"15s\", minimum_gap = \"3s\" }}"
        ),
    );
    maybe(2, format_args!("dispositions = [\"solved\", \"referred\"]"));
    maybe(2, format_args!("wrap_up = {wrap_up}"));
    maybe(3, format_args!("first_response = \"8s\""));
    maybe(
        3,
        format_args!(
            "callback = {{ attempts = 2, gap = \"10s\", expires = \"10m\", max_open = 5 }}"
        ),
    );
    match number {
        0 => maybe(
            2,
            format_args!(
                "plan = [{{ requirement = \"german >= 6\", for = \"4s\" }}, {{ teams = [\"red\"], for = \"4s\" }}, {{ requirement = \"anyone\" }}]"
            ),
        ),
        2 => maybe(
            1,
            format_args!(
                "requirement = \"{}\"",
                ["billing >= 5", "billing >= 5 or french >= 3"][stock.skills.len() - 2]
            ),
        ),
        _ => {}
    }
    let next = stock.next_queue(number);
    maybe(
        2,
        format_args!(
            "overflow = [{{ queue = \"{next}\", for = [\"full\", \"closed\", \"timed_out\"] }}, {{ callback = true, for = [\"timed_out\"] }}, {{ voicemail = \"box\" }}]"
        ),
    );
    line(
        it,
        format_args!(
            "[queues.{name}.exits]\n1 = [{{ queue = \"{next}\" }}]\n2 = [\"callback\"]\n9 = [{{ external = \"112\" }}]"
        ),
    );
}

fn agent_of(it: &mut String, number: usize, stock: &Stock, chance: &mut Chance) {
    line(it, format_args!("[agents.a{number}]"));
    let mut queues = Vec::new();
    for name in stock.queues {
        // Somebody of the red team serves the first queue: a step of its plan names them.
        let is_first = number == 0 && *name == QUEUES[0];
        if !chance.once_in(3) || is_first {
            let tier = chance.between(1, 3);
            let share = chance.between(1, 3);
            queues.push(format!(
                "{{ queue = \"{name}\", tier = {tier}, share = {share} }}"
            ));
        }
    }
    line(it, format_args!("queues = [{}]", queues.join(", ")));
    let team = if number == 0 {
        &TEAMS[0]
    } else {
        chance.one_of(stock.teams)
    };
    line(it, format_args!("teams = [\"{team}\"]"));
    let skills: Vec<String> = stock
        .skills
        .iter()
        .filter(|_| !chance.once_in(3))
        .map(|skill| format!("{skill} = {}", 1 + skill.len() % 3 + number % 7))
        .collect();
    line(it, format_args!("skills = {{ {} }}", skills.join(", ")));
    line(
        it,
        format_args!(
            "capacity = {{ voice = 1, chat = {}, callback = 1, email = {} }}",
            chance.between(1, 2),
            chance.between(1, 3)
        ),
    );
    let mut maybe = |times, text: std::fmt::Arguments<'_>| {
        if chance.once_in(times) {
            line(it, text);
        }
    };
    maybe(4, format_args!("total_capacity = 2"));
    maybe(4, format_args!("wrap_up = \"3s\""));
    maybe(6, format_args!("alerting = \"auto\""));
    maybe(8, format_args!("on_demand = true"));
    maybe(
        8,
        format_args!("training = {{ level_cap = 6, contacts_per_day = 10 }}"),
    );
    maybe(3, format_args!("address = \"sip:a{number}\""));
}

/// Somebody without a desktop, for whom the switch speaks.
fn agent_at_phone(it: &mut String) {
    line(
        it,
        format_args!(
            "[agents.{PHONE}]\nqueues = [\"service\", \"sales\"]\ndesktop = false\nalerting = \"phone\"\naddress = \"sip:phone\"\nadapter = \"pbx\""
        ),
    );
}

fn line(it: &mut String, text: std::fmt::Arguments<'_>) {
    // Writing to a String does not fail.
    let _ = it.write_fmt(text);
    it.push('\n');
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_document_can_be_applied() {
        for seed in 0..400 {
            let mut chance = Chance::of(seed, "document", 0);
            let text = document(2 + seed as usize % 6, &mut chance);
            let read = acd_config::parse_tenant(&text, "document");
            assert!(read.is_ok(), "{seed}: {read:?}\n{text}");
        }
    }
}
