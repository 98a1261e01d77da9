//! Views of a small house: two queues, two agents, one adapter, on the engine itself with the time given.

use std::ops::ControlFlow;

use acd_core::command::{
    AdapterConnect, AdapterDisconnect, AgentAct, AgentCommand, ApplyConfig, Arrival, AttachSession,
    Attribute, Availability, Command, ConfigSource, ConnectFailure, ContactAct, ContactCommand,
    Destination, Disposition, EndCause, Login, Reply, Request, Supervise, SupervisorAct,
};
use acd_core::config::{
    AgentConfig, AttributeConfig, AttributeKind, DispositionConfig, MaskConfig, QueueConfig,
    ReasonConfig, TeamConfig, TenantConfig, Viewer, Visibility, Wording, WrapUpBlocks,
};
use acd_core::ids::{Channel, ContactName, HandlingId, OfferId, QueueNo, SessionId, TimeMs};
use acd_core::requirement::Requirement;
use acd_core::state::State;
use acd_core::{DryRun, Engine};
use acd_proto::v1;

use crate as view;
use crate::{TargetSearch, ViewFilter, Wanted};

const START: TimeMs = 1_000_000;

struct House {
    engine: Engine,
    now: TimeMs,
}

impl House {
    fn open() -> Self {
        let mut house = Self {
            engine: Engine::new("bank".into()),
            now: START,
        };
        house.ask(Command::ApplyConfig(applied(config())));
        house.ask(Command::AdapterConnect(AdapterConnect {
            adapter: "pbx".into(),
            incarnation: "run-1".into(),
        }));
        house
    }

    fn ask(&mut self, command: Command) -> Reply {
        self.engine
            .handle(self.now, Request::internal(command))
            .answer
            .expect("the engine does it")
    }

    fn tried(&self, config: TenantConfig) -> DryRun {
        self.engine
            .dry_run(self.now, applied(config))
            .expect("it could be applied")
    }

    fn state(&self) -> &State {
        self.engine.state()
    }

    fn ready(&mut self, agent: &str) -> SessionId {
        let Reply::LoggedIn { session } = self.ask(Command::Login(Login {
            agent: agent.into(),
        })) else {
            panic!("no session")
        };
        self.ask(Command::AttachSession(AttachSession {
            agent: agent.into(),
            session,
        }));
        self.act(agent, session, AgentAct::SetPresence(Availability::Ready));
        session
    }

    fn act(&mut self, agent: &str, session: SessionId, act: AgentAct) {
        self.ask(Command::Agent(AgentCommand {
            agent: agent.into(),
            session,
            act,
        }));
    }

    fn arrive(&mut self, contact: &str, queue: &str) {
        let secret = Attribute {
            key: "iban".into(),
            value: "DE1234".into(),
            sensitive: true,
        };
        self.ask(Command::Arrive(Arrival {
            contact: contact.into(),
            adapter: "pbx".into(),
            channel: acd_core::ids::Channel::Voice,
            queue: queue.into(),
            priority: 2,
            head_start_ms: 500,
            requirement: None,
            customer: Some("4711".into()),
            attributes: [secret].into(),
            plan: None,
            preferred: Vec::new(),
            dedicated: false,
            deadline: None,
            not_before: None,
            dial: None,
        }));
    }

    fn offer(&self) -> OfferId {
        *self
            .state()
            .facts()
            .offers
            .keys()
            .next()
            .expect("an open offer")
    }

    fn shown_offer(&self, contact: &str, offer: OfferId) -> v1::Offer {
        let contact = self
            .state()
            .recorded_contact(&contact.into())
            .expect("the contact");
        view::offer(self.state(), contact, offer).expect("the offer")
    }

    /// Takes the ringing contact to the point where agent and customer talk.
    fn connect(&mut self, contact: &str, agent: &str, session: SessionId) -> HandlingId {
        let offer = self.offer();
        self.act(agent, session, AgentAct::Accept(offer));
        self.ask(about(contact, ContactAct::Connected(offer)));
        *self
            .state()
            .facts()
            .handlings
            .keys()
            .last()
            .expect("a handling")
    }

    fn shown_handling(&self, id: HandlingId) -> v1::Handling {
        let known = self.state().known_handling(id).expect("a handling");
        view::handling(self.state(), &known.reference())
    }

    fn queue(&self, name: &str) -> v1::QueueState {
        let no = self.state().queue_no(&name.into()).expect("the queue");
        let tallies = view::Tallies::of(self.state());
        view::queue_states(self.state(), &tallies, |other| other == no).remove(0)
    }
}

fn applied(config: TenantConfig) -> ApplyConfig {
    ApplyConfig::of(config, ConfigSource::File, "acd.toml")
}

fn config() -> TenantConfig {
    TenantConfig {
        skills: vec!["loans".into()],
        adapters: vec!["pbx".into()],
        queues: vec![
            QueueConfig {
                wrap_up_ms: 30_000,
                ..QueueConfig::named("sales")
            },
            QueueConfig {
                requirement: Requirement::all_of([("loans", 5)]),
                ..QueueConfig::named("loans")
            },
        ],
        agents: vec![
            AgentConfig::named("anna", ["sales"]),
            AgentConfig::named("bert", ["sales", "loans"]).with_skills([("loans", 6)]),
        ],
        ..TenantConfig::default()
    }
}

/// What the adapter says about a contact.
fn about(contact: &str, act: ContactAct) -> Command {
    Command::Contact(ContactCommand {
        adapter: "pbx".into(),
        contact: contact.into(),
        act,
    })
}

#[test]
fn an_offer_is_shown_from_its_begin_to_its_end() {
    let mut house = House::open();
    house.arrive("c1", "sales");
    house.now += 3_000;
    let session = house.ready("anna");
    let offer = house.offer();
    let pending = house.shown_offer("c1", offer);
    assert_eq!(pending.state(), v1::OfferState::Pending);
    assert_eq!(
        (pending.waited_ms, pending.ring_until_ms),
        (3_000, house.now + 20_000)
    );
    assert_eq!(
        (pending.customer_key, pending.attributes[0].value.as_str()),
        (Some("4711".into()), "DE1234")
    );

    house.now += 1_000;
    house.act("anna", session, AgentAct::Accept(offer));
    let connecting = house.shown_offer("c1", offer);
    assert_eq!(connecting.state(), v1::OfferState::Connecting);
    assert_eq!(
        (connecting.accepted_at_ms, connecting.connect_until_ms),
        (house.now, house.now + 15_000)
    );
    assert_eq!(
        (connecting.ended_at_ms, connecting.fault()),
        (0, v1::Fault::Unspecified)
    );

    house.ask(about(
        "c1",
        ContactAct::ConnectFailed(offer, ConnectFailure::Busy),
    ));
    let ended = house.shown_offer("c1", offer);
    assert_eq!(
        (ended.state(), ended.end_reason()),
        (v1::OfferState::ConnectFailed, v1::OfferEndReason::Busy)
    );
    assert_eq!(
        (ended.ended_at_ms, ended.fault()),
        (house.now, v1::Fault::Agent)
    );
}

#[test]
fn talk_and_hold_of_a_handling_add_up_at_every_moment() {
    let mut house = House::open();
    let session = house.ready("anna");
    house.arrive("c1", "sales");
    let handling = house.connect("c1", "anna", session);
    let began = house.now;
    // How long talk and hold have lasted, as a desktop computes it.
    let counted = |house: &House| {
        let shown = house.shown_handling(handling);
        let stretch = house.now - shown.state_since_at_ms;
        match shown.state() {
            v1::HandlingState::Connected => (shown.talk_ms + stretch, shown.hold_ms),
            v1::HandlingState::Held => (shown.talk_ms, shown.hold_ms + stretch),
            _ => (shown.talk_ms, shown.hold_ms),
        }
    };
    house.now += 10_000;
    assert_eq!(counted(&house), (10_000, 0));
    house.act("anna", session, AgentAct::Hold(handling));
    house.now += 4_000;
    assert_eq!(counted(&house), (10_000, 4_000));
    house.act("anna", session, AgentAct::Resume(handling));
    house.now += 5_000;
    assert_eq!(counted(&house), (15_000, 4_000));
    house.ask(about("c1", ContactAct::End(EndCause::Customer)));
    house.now += 7_000;
    assert_eq!(counted(&house), (15_000, 4_000));

    let wrap_up = house.shown_handling(handling);
    assert_eq!(
        (wrap_up.connected_at_ms, wrap_up.talk_ended_at_ms),
        (began, began + 19_000)
    );
    assert_eq!(wrap_up.wrap_up_until_ms, began + 19_000 + 30_000);
    assert_ne!((wrap_up.visit_id, wrap_up.offer_id), (0, 0));

    let said = Disposition {
        code: "solved".into(),
        notes: "all is well".into(),
    };
    house.act("anna", session, AgentAct::EndWrapUp(handling, Some(said)));
    let contact = house
        .state()
        .recorded_contact(&"c1".into())
        .expect("the record of the ended contact");
    let ended = view::handling_record(house.state(), contact, &contact.handlings[0]);
    assert_eq!(
        (ended.state(), ended.ended_at_ms),
        (v1::HandlingState::Ended, house.now)
    );
    assert_eq!((ended.talk_ms, ended.hold_ms), (15_000, 4_000));
    assert_eq!(
        (ended.visit_id, ended.offer_id),
        (wrap_up.visit_id, wrap_up.offer_id)
    );
    let outcome = ended.disposition.expect("a disposition");
    assert_eq!((&*outcome.code, outcome.notes), ("solved", None));
}

#[test]
fn a_handling_tells_its_agent_who_the_customer_is_and_nobody_else() {
    let mut house = House::open();
    let session = house.ready("anna");
    house.arrive("c1", "sales");
    let handling = house.connect("c1", "anna", session);
    let draft = Disposition {
        code: "".into(),
        notes: "calls again".into(),
    };
    let said = AgentAct::SetDisposition(handling, draft);
    house.act("anna", session, said);

    let own = house.shown_handling(handling);
    assert_eq!(own.customer_key, Some("4711".into()));
    assert_eq!(own.attributes[0].value, "DE1234");
    assert_eq!(own.priority, 2);
    let notes = own.disposition.expect("the draft").notes;
    assert_eq!(notes, Some("calls again".into()));

    let contact = house.state().recorded_contact(&"c1".into()).expect("c1");
    let watched = view::handling_record(house.state(), contact, &contact.handlings[0]);
    assert_eq!((watched.customer_key, watched.disposition), (None, None));
    assert!(watched.attributes.is_empty());

    // It is the same when the conversation is over, and when the wrap-up is.
    house.ask(about("c1", ContactAct::End(EndCause::Customer)));
    let own = house.shown_handling(handling);
    assert_eq!(own.customer_key, Some("4711".into()));
    house.act("anna", session, AgentAct::EndWrapUp(handling, None));
    let own = house.shown_handling(handling);
    assert_eq!(own.customer_key, Some("4711".into()));
    assert!(own.disposition.is_some());
}

#[test]
fn who_asks_a_colleague_sees_how_far_that_is() {
    let mut house = House::open();
    let anna = house.ready("anna");
    house.arrive("c1", "sales");
    let handling = house.connect("c1", "anna", anna);
    let stands = |house: &House| {
        let shown = house.shown_handling(handling);
        let (queue, agent) = (shown.consulted_queue.clone(), shown.consulted_agent.clone());
        (shown.consult_state(), queue, agent)
    };
    let text = str::to_owned;
    let loans = Destination::Queue("loans".into());
    house.act("anna", anna, AgentAct::Consult(handling, loans));
    let waiting = (v1::ConsultState::Waiting, text("loans"), text(""));
    assert_eq!(stands(&house), waiting);

    let bert = house.ready("bert");
    let ringing = (v1::ConsultState::Ringing, text("loans"), text("bert"));
    assert_eq!(stands(&house), ringing);
    let offer = house.offer();
    let consult = house.shown_handling(handling).consult_contact_id;
    assert_eq!(house.shown_offer(&consult, offer).consult_of_agent, "anna");

    let asked = house.connect(&consult, "bert", bert);
    let connected = (v1::ConsultState::Connected, text("loans"), text("bert"));
    assert_eq!(stands(&house), connected);
    assert_eq!(house.shown_handling(asked).consult_of_agent, "anna");

    house.act("anna", anna, AgentAct::EndConsult(handling));
    assert_eq!(stands(&house).0, v1::ConsultState::Unspecified);
}

#[test]
fn a_desk_tells_what_may_be_chosen_in_the_language_that_is_asked_for() {
    let label = |texts: &[(&str, &str)]| Wording {
        by_language: texts
            .iter()
            .map(|(tag, text)| ((*tag).into(), (*text).into()))
            .collect(),
    };
    let mut house = House::open();
    let mut config = config();
    config.reasons = vec![ReasonConfig {
        name: "break".into(),
        label: label(&[("en", "Break"), ("ru", "Перерыв")]),
        allowed_ms: Some(60_000),
    }];
    config.settings.auto_return = [("break".into(), 900)].into();
    config.dispositions = vec![DispositionConfig {
        name: "sold".into(),
        label: Wording::default(),
    }];
    config.attributes = vec![AttributeConfig {
        name: "iban".into(),
        label: Wording::plain("IBAN"),
        ..AttributeConfig::default()
    }];
    config.queues[0].dispositions = vec!["sold".into()];
    config.queues[0].label = label(&[("fa", "فروش")]);
    config.queues[0].script = Wording::plain("# Good day");
    house.ask(Command::ApplyConfig(applied(config)));
    house.ready("anna");
    let no = house.state().agent_no(&"anna".into()).expect("anna");

    let desk = view::desk(house.state(), no, "ru-RU");
    assert_eq!(
        (
            &*desk.reasons[0].label,
            desk.reasons[0].allowed_ms,
            desk.reasons[0].auto_return_ms
        ),
        ("Перерыв", 60_000, 900)
    );
    // Anna serves one of the queues; it is called what it is called in the one language it has.
    let [queue] = &desk.queues[..] else {
        panic!("{desk:?}")
    };
    assert_eq!((&*queue.queue, &*queue.label), ("sales", "فروش"));
    assert_eq!(&*queue.dispositions[0].label, "sold");
    assert!(queue.has_script && !queue.disposition_required);
    assert_eq!(&*desk.attributes[0].label, "IBAN");
    assert_eq!(desk.desk_version, 2);
    let script = view::script(house.state(), QueueNo(0), "en");
    assert_eq!((&*script.script, script.desk_version), ("# Good day", 2));

    let day = view::agent_day(house.state(), no);
    let of_break = &day.not_ready[0];
    assert_eq!(
        (
            &*of_break.reason_code,
            of_break.total_ms,
            of_break.allowed_ms
        ),
        ("break", 0, 60_000)
    );
}

#[test]
fn targets_are_found_by_words_of_their_names_labels_and_teams_free_ones_first() {
    let mut house = House::open();
    let mut config = config();
    config.queues[1].label = Wording::plain("Loans and Mortgages");
    config.teams = vec![TeamConfig {
        name: "North".into(),
        head: None,
    }];
    config.agents[1].teams = vec!["North".into()];
    let more = ["Bea", "bernd", "carl"];
    config
        .agents
        .extend(more.map(|name| AgentConfig::named(name, ["sales"])));
    house.ask(Command::ApplyConfig(applied(config)));
    let anna = house.ready("anna");
    house.arrive("c1", "sales");
    house.connect("c1", "anna", anna);
    house.ready("bernd");
    let bert = house.ready("bert");
    let away = AgentAct::SetPresence(Availability::NotReady("break".into()));
    house.act("bert", bert, away);

    let find = |query: &str, limit| {
        let no = house.state().agent_no(&"anna".into()).expect("anna");
        let mut search = TargetSearch::new(Wanted {
            agent: no,
            query: query.into(),
            channel: Channel::Voice,
            limit,
            language: "en".into(),
        });
        loop {
            if let ControlFlow::Break(found) = search.part(house.state()) {
                return found;
            }
        }
    };
    let agents = |found: &v1::FindTargetsResponse| {
        let agents = found.agents.iter();
        let agents = agents.map(|found| (found.agent.clone(), found.occupation()));
        agents.collect::<Vec<_>>()
    };
    use v1::Occupation::{Free, LoggedOut, NotReady};
    let found = find("BE", 10);
    assert_eq!(
        agents(&found),
        [
            ("bernd".to_owned(), Free),
            ("bert".to_owned(), NotReady),
            ("Bea".to_owned(), LoggedOut)
        ]
    );
    assert_eq!(found.agents[1].reason_code, "break");
    assert!(found.queues.is_empty());
    let found = find("be", 1);
    assert_eq!((found.agents.len(), found.agents_found), (1, 3));
    assert_eq!(agents(&find("north be", 10))[0].0, "bert");
    let found = find("mortgages", 10);
    assert_eq!(found.queues_found, 1);
    assert_eq!(
        (&*found.queues[0].queue, &*found.queues[0].label),
        ("loans", "Loans and Mortgages")
    );
    // Nobody finds themselves.
    assert_eq!(find("anna", 10).agents_found, 0);
    assert_eq!(
        (find("", 10).agents_found, find("", 10).queues_found),
        (4, 2)
    );
}

#[test]
fn a_lease_says_what_the_agent_does_and_since_when() {
    let mut house = House::open();
    let session = house.ready("anna");
    let no = house.state().agent_no(&"anna".into()).expect("anna");
    let doing = |house: &House| {
        let agent = view::agent_state(house.state(), no);
        let lease = &agent.slots[0].leases[0];
        (lease.state(), lease.state_since_at_ms)
    };
    house.arrive("c1", "sales");
    assert_eq!(doing(&house), (v1::LeaseState::Ringing, house.now));
    house.now += 3_000;
    let offer = house.offer();
    house.act("anna", session, AgentAct::Accept(offer));
    assert_eq!(doing(&house), (v1::LeaseState::Connecting, house.now));
    house.ask(about("c1", ContactAct::Connected(offer)));
    assert_eq!(doing(&house), (v1::LeaseState::Talking, house.now));
    let handling = *house.state().facts().handlings.keys().last().expect("one");
    house.now += 60_000;
    house.act("anna", session, AgentAct::Hold(handling));
    assert_eq!(doing(&house), (v1::LeaseState::Held, house.now));
    house.ask(about("c1", ContactAct::End(EndCause::Customer)));
    assert_eq!(doing(&house), (v1::LeaseState::WrapUp, house.now));
}

#[test]
fn a_wrap_up_of_its_queue_only_holds_no_slot() {
    let mut house = House::open();
    let mut config = config();
    config.queues[0].wrap_up_blocks = WrapUpBlocks::Queue;
    house.ask(Command::ApplyConfig(applied(config)));
    let session = house.ready("anna");
    let no = house.state().agent_no(&"anna".into()).expect("anna");
    house.arrive("c1", "sales");
    let handling = house.connect("c1", "anna", session);
    house.ask(about("c1", ContactAct::End(EndCause::Customer)));
    let shown = view::agent_state(house.state(), no);
    assert!(shown.slots.iter().all(|channel| channel.leases.is_empty()));
    assert_eq!(
        shown.queue_wrap_ups[0].holder,
        Some(v1::lease::Holder::HandlingId(handling.0))
    );
}

#[test]
fn an_agents_slots_show_what_takes_them() {
    let mut house = House::open();
    let session = house.ready("anna");
    let no = house.state().agent_no(&"anna".into()).expect("anna");
    let free = view::agent_state(house.state(), no);
    assert_eq!(
        (free.presence(), free.session_state()),
        (v1::Presence::Ready, v1::SessionState::Present)
    );
    assert_eq!(
        (
            free.slots.len(),
            free.slots[0].capacity,
            free.slots[0].leases.len()
        ),
        (1, 1, 0)
    );

    house.arrive("c1", "sales");
    let offer = house.offer();
    let ringing = view::agent_state(house.state(), no);
    assert_eq!(
        ringing.slots[0].leases[0].holder,
        Some(v1::lease::Holder::OfferId(offer.0))
    );
    assert_eq!(ringing.slots[0].leases[0].contact_id, "c1");

    let handling = house.connect("c1", "anna", session);
    house.act(
        "anna",
        session,
        AgentAct::SetPresence(Availability::NotReady("lunch".into())),
    );
    let talking = view::agent_state(house.state(), no);
    assert_eq!(
        talking.slots[0].leases[0].holder,
        Some(v1::lease::Holder::HandlingId(handling.0))
    );
    assert_eq!(talking.presence(), v1::Presence::Ready);
    assert_eq!(
        (
            talking.pending_presence(),
            talking.pending_reason_code.as_str()
        ),
        (v1::Presence::NotReady, "lunch")
    );
}

#[test]
fn an_agent_is_shown_with_where_they_are_reached_and_who_owns_their_phone() {
    let mut house = House::open();
    let mut config = config();
    config.agents[0].address = "sip:100@pbx".into();
    config.agents[0].desktop = false;
    config.agents[0].adapter = Some("pbx".into());
    house.ask(Command::ApplyConfig(applied(config)));
    let shown = |agent: &str| {
        let no = house.state().agent_no(&agent.into()).expect("known");
        let shown = view::agent_state(house.state(), no);
        (shown.address.unwrap().value, shown.adapter)
    };
    assert_eq!(shown("anna"), ("sip:100@pbx".to_owned(), "pbx".to_owned()));
    assert_eq!(shown("bert"), ("bert".to_owned(), String::new()));
}

#[test]
fn a_queue_counts_its_contacts_and_agents() {
    let mut house = House::open();
    let anna = house.ready("anna");
    house.arrive("c1", "sales");
    house.connect("c1", "anna", anna);
    house.ready("bert");
    house.arrive("c2", "sales");
    house.now += 1_000;
    house.arrive("c3", "sales");
    let sales = house.queue("sales");
    assert_eq!(
        (
            sales.waiting,
            sales.offered,
            sales.connected,
            sales.in_wrap_up
        ),
        (1, 1, 1, 0)
    );
    assert_eq!(
        (
            sales.agents_logged_in,
            sales.agents_ready,
            sales.agents_idle
        ),
        (2, 2, 0)
    );
    assert_eq!(sales.oldest_enqueued_at_ms, START);
    let counters = sales.counters.expect("counters");
    assert_eq!(
        (counters.offered, counters.answered, counters.in_queue),
        (3, 1, 2)
    );
    let loans = house.queue("loans");
    assert_eq!(
        (
            loans.waiting,
            loans.agents_logged_in,
            loans.oldest_enqueued_at_ms
        ),
        (0, 1, 0)
    );
}

#[test]
fn a_contact_shows_where_it_stands_and_hides_what_is_sensitive() {
    let mut house = House::open();
    house.arrive("c1", "loans");
    let contact = |house: &House| {
        let name: ContactName = "c1".into();
        view::contact_state(
            house.state(),
            house.state().contact_named(&name).expect("an open contact"),
        )
    };
    let waiting = contact(&house);
    assert_eq!(
        (waiting.visit_state(), waiting.queue.as_str()),
        (v1::VisitState::Waiting, "loans")
    );
    assert_eq!((waiting.priority, waiting.head_start_ms), (2, 500));
    assert_eq!(
        waiting.requirement.expect("the queue's requirement").any_of[0].all_of[0].skill,
        "loans"
    );
    assert_eq!(
        (
            waiting.attributes[0].key.as_str(),
            waiting.attributes[0].value.as_str()
        ),
        ("iban", "")
    );
    house.ready("bert");
    let offered = contact(&house);
    assert_eq!(
        (offered.visit_state(), offered.offers_made),
        (v1::VisitState::Offered, 1)
    );
    assert_eq!(offered.offered_to, ["bert"]);
}

#[test]
fn an_adapter_is_shown_with_the_instant_since_which_it_is_there_or_not() {
    let mut house = House::open();
    let connect = |incarnation: &str| {
        Command::AdapterConnect(AdapterConnect {
            adapter: "pbx".into(),
            incarnation: incarnation.into(),
        })
    };
    let shown = |house: &House| {
        let adapters = view::adapter_states(house.state(), |_| true);
        (adapters[0].present, adapters[0].since_at_ms)
    };
    let opened = house.now;
    assert_eq!(shown(&house), (true, opened));

    house.now += 1_000;
    let Reply::Attached { connection, .. } = house.ask(connect("run-2")) else {
        panic!("no stream")
    };
    assert_eq!(shown(&house), (true, opened), "it was there all the time");

    house.now += 1_000;
    house.ask(Command::AdapterDisconnect(AdapterDisconnect {
        adapter: "pbx".into(),
        connection,
    }));
    let lost = house.now;
    house.now += 3_600_000;
    house.engine.tick(house.now);
    assert_eq!(
        shown(&house),
        (false, lost),
        "given up, it is not there since"
    );

    house.ask(connect("run-2"));
    assert_eq!(shown(&house), (true, house.now));

    house.now += 1_000;
    house.engine.recover(house.now);
    assert_eq!(shown(&house), (false, house.now), "nobody is after a stop");
}

#[test]
fn a_snapshot_shows_what_the_filter_names() {
    let mut house = House::open();
    house.arrive("c1", "sales");
    house.arrive("c2", "loans");
    let all = ViewFilter {
        queues: true,
        agents: true,
        contacts: true,
        ..Default::default()
    };
    let snapshot = view::tenant_snapshot(house.state(), &all, 0, usize::MAX).expect("it is small");
    assert_eq!(
        (
            snapshot.queues.len(),
            snapshot.agents.len(),
            snapshot.contacts.len()
        ),
        (2, 2, 2)
    );
    assert_eq!(
        (
            snapshot.adapters[0].open_contacts,
            snapshot.adapters[0].present
        ),
        (2, true)
    );
    let only = ViewFilter {
        queue_names: ["loans".into()].into(),
        agent_names: ["anna".into()].into(),
        ..all
    };
    let snapshot = view::tenant_snapshot(house.state(), &only, 0, usize::MAX).expect("it is small");
    let none = view::tenant_snapshot(house.state(), &only, 0, 10);
    assert_eq!(none, None, "more than may be sent");
    assert_eq!(snapshot.queues[0].queue, "loans");
    assert_eq!(snapshot.agents[0].agent, "anna");
    assert_eq!(snapshot.contacts[0].contact_id, "c2");
    assert_eq!(
        (
            snapshot.queues.len(),
            snapshot.agents.len(),
            snapshot.contacts.len()
        ),
        (1, 1, 1)
    );
}

#[test]
fn an_agent_is_told_why_the_contacts_of_each_queue_do_not_come() {
    use v1::NotEligibleReason::{Busy, ContactBackOff, Offered};
    let mut house = House::open();
    let no = house.state().agent_no(&"bert".into()).expect("bert");
    let reasons = |house: &House| -> Vec<_> {
        let mut explainer = view::AgentExplainer::of(no, house.now);
        let ControlFlow::Break(explained) = explainer.look(house.state()) else {
            panic!("few contacts are looked at at once");
        };
        assert!(explained.sentences[0].contains("bert"));
        let queues = explained.queues.into_iter();
        let classes = queues.flat_map(|queue| {
            queue
                .reasons
                .into_iter()
                .map(move |class| (queue.queue.clone(), class))
        });
        classes
            .map(|(queue, class)| (queue, class.reason(), class.until_ms, class.examples))
            .collect()
    };
    house.arrive("c1", "loans");
    let bert = house.ready("bert");
    let offer = house.offer();
    house.act("bert", bert, AgentAct::Reject(offer));
    let back_off_ends = house.now + 10_000;
    assert_eq!(
        reasons(&house),
        [(
            "loans".into(),
            ContactBackOff,
            back_off_ends,
            vec!["c1".into()]
        )]
    );
    house.arrive("c2", "sales");
    let expected = [
        ("sales".into(), Offered, 0, vec!["c2".into()]),
        ("loans".into(), Busy, 0, vec!["c1".into()]),
    ];
    assert_eq!(reasons(&house), expected);
}

#[test]
fn a_dry_run_says_who_would_be_stranded_and_who_leaves() {
    let mut house = House::open();
    house.arrive("c1", "loans");
    house.ready("anna");
    let mut without_skill = config();
    without_skill.agents[1].skills.clear();
    let run = house.tried(without_skill);
    let sentences = |run| -> Vec<String> {
        let effects = view::effects(run).into_iter();
        effects.map(|effect| effect.sentence).collect()
    };
    assert_eq!(
        sentences(&run),
        ["queue loans: 1 waiting contacts could be served by nobody any more"]
    );
    let told = view::contact_effects(&run);
    assert_eq!(told[0].contact_id, "c1");
    assert_eq!(
        (
            told[0].matching_agents_before,
            told[0].matching_agents_after
        ),
        (1, 0)
    );
    assert_eq!(view::effects(&house.tried(config())), []);

    let mut smaller = config();
    smaller.queues.remove(1);
    smaller.agents.remove(0);
    smaller.agents[0].queues.pop();
    let effects = sentences(&house.tried(smaller)).join("\n");
    for expected in [
        "queue loans would take no more contacts",
        "anna would be logged out",
    ] {
        assert!(effects.contains(expected), "{effects}");
    }
    assert_eq!(
        house.state().facts().config_version,
        1,
        "nothing was applied"
    );
}

#[test]
fn figures_are_those_of_the_state() {
    let mut house = House::open();
    let session = house.ready("anna");
    house.arrive("c1", "sales");
    house.now += 6_000;
    house.connect("c1", "anna", session);
    house.arrive("c2", "sales");
    house.now += 7_000;
    house.ask(about("c2", ContactAct::End(EndCause::Customer)));
    let figures = view::figures(house.state());
    assert_eq!(figures.len(), 1);
    let counters = figures[0].counters.expect("counters");
    assert_eq!(
        (
            counters.offered,
            counters.answered,
            counters.abandoned_customer
        ),
        (2, 1, 1)
    );
    assert_eq!(counters.short_abandons, 0);
    let answered = figures[0].answered_wait.as_ref().expect("waits");
    assert_eq!(
        (answered.sum_ms, answered.counts.iter().sum::<u64>()),
        (6_000, 1)
    );
    let ten_seconds = answered
        .upper_edges_ms
        .iter()
        .position(|edge| *edge == 10_000)
        .expect("the edge");
    assert_eq!(answered.counts[ten_seconds], 1);
    assert_eq!(figures[0].oldest_enqueued_at_ms, 0);
    assert_eq!(view::begin(house.state()), START);
    assert_eq!(
        house.state().queue(QueueNo(0)).config.name.as_str(),
        "sales"
    );
}

#[test]
fn each_agent_is_counted_once_by_what_they_do() {
    let mut house = House::open();
    let counts = |house: &House| view::Tallies::of(house.state()).agents();
    let total = |counts: v1::AgentCounts| {
        let v1::AgentCounts {
            offline,
            connection_lost,
            talking,
            wrap_up,
            ringing,
            busy_outside,
            idle,
            not_ready,
        } = counts;
        offline + connection_lost + talking + wrap_up + ringing + busy_outside + idle + not_ready
    };
    assert_eq!((counts(&house).offline, total(counts(&house))), (2, 2));
    let session = house.ready("anna");
    assert_eq!((counts(&house).idle, total(counts(&house))), (1, 2));
    house.arrive("c1", "sales");
    assert_eq!((counts(&house).ringing, total(counts(&house))), (1, 2));
    house.connect("c1", "anna", session);
    assert_eq!((counts(&house).talking, total(counts(&house))), (1, 2));
    assert_eq!(house.queue("sales").agents.unwrap().talking, 1);
    house.now += 1_000;
    house.engine.recover(house.now);
    let lost = counts(&house);
    assert_eq!(
        (lost.connection_lost, lost.talking, total(lost)),
        (1, 0, 2),
        "whose session is lost is counted there, whatever they do"
    );
}

#[test]
fn the_configuration_says_how_much_of_a_value_each_is_shown() {
    let mut house = House::open();
    let mut config = config();
    config.attributes = vec![AttributeConfig {
        name: "iban".into(),
        kind: AttributeKind::Card,
        mask: MaskConfig {
            supervisor: Some(Visibility::Last(2)),
            reveal: [Viewer::Supervisor].into(),
            ..MaskConfig::default()
        },
        ..AttributeConfig::default()
    }];
    config.settings.mask_customer_key = MaskConfig {
        agent: Some(Visibility::Hidden),
        supervisor: Some(Visibility::Last(2)),
        reveal: [Viewer::Agent].into(),
    };
    house.ask(Command::ApplyConfig(applied(config)));
    house.ready("anna");
    house.arrive("c1", "sales");

    let offer = house.shown_offer("c1", house.offer());
    let iban = &offer.attributes[0];
    assert_eq!(
        (&*iban.value, iban.masked, iban.revealable, iban.kind()),
        ("…1234", true, false, v1::AttributeKind::Card)
    );
    let customer = offer.customer_key.expect("there is one");
    assert_eq!(
        (&*customer.value, customer.masked, customer.revealable),
        ("", true, true)
    );

    let contact = house.state().recorded_contact(&"c1".into()).expect("c1");
    let watched = view::contact_state(house.state(), contact);
    let iban = &watched.attributes[0];
    assert_eq!(
        (&*iban.value, iban.masked, iban.revealable),
        ("…34", true, true)
    );
    let customer = watched.customer_key.expect("it is configured");
    assert_eq!(
        (&*customer.value, customer.masked, customer.revealable),
        ("…11", true, false)
    );
    assert_eq!(watched.dial, None);
}

#[test]
fn acts_are_listed_page_by_page_newest_first() {
    let mut house = House::open();
    for closed in [true, false, true, false] {
        house.ask(Command::Supervise(Supervise {
            author: if closed { "sue" } else { "tom" }.into(),
            reason: "fire".into(),
            act: SupervisorAct::SetEmergency(Some("sales".into()), closed),
        }));
    }
    let page = |filter: v1::ActFilter, size, token: &str| {
        let mut page = view::ActsPage::of(filter, size, token.parse().ok());
        match page.look(house.state()) {
            ControlFlow::Break(page) => page,
            ControlFlow::Continue(()) => panic!("there are few"),
        }
    };
    let kinds = |page: &v1::ListActsResponse| -> Vec<v1::ActKind> {
        page.acts.iter().map(v1::SupervisorAct::kind).collect()
    };
    use v1::ActKind::{Close, Open};
    let first = page(v1::ActFilter::default(), 3, "");
    assert_eq!(kinds(&first), [Open, Close, Open]);
    assert_eq!(first.acts[0].reason, "fire");
    let second = page(v1::ActFilter::default(), 3, &first.next_page_token);
    assert_eq!(kinds(&second), [Close]);
    assert_eq!(second.next_page_token, "");
    let of_sue = v1::ActFilter {
        author: "sue".into(),
        queue: "sales".into(),
        ..v1::ActFilter::default()
    };
    assert_eq!(kinds(&page(of_sue, 10, "")), [Close, Close]);
    let before = v1::ActFilter {
        kinds: vec![Open.into()],
        to_at_ms: first.acts[0].at_ms,
        ..v1::ActFilter::default()
    };
    assert!(
        page(before, 10, "")
            .acts
            .iter()
            .all(|act| act.kind() == Open)
    );
}
