//! What one decision costs, from 1,000 agents to 100,000: a contact arrives, is offered to the longest idle of all
//! agents who are ready, and is gone again. The naive bound beside it is one pass over as many numbers as there are
//! agents: what the cheapest possible scan would cost.

#![allow(missing_docs, reason = "criterion's macros make undocumented items")]

use std::hint::black_box;
use std::sync::Arc;

use acd_benches::apply;
use acd_core::Engine;
use acd_core::command::{
    AdapterConnect, AgentAct, AgentCommand, Arrival, AttachSession, Availability, Command,
    ContactAct, ContactCommand, EndCause, Login, Reply, Request,
};
use acd_core::config::{AgentConfig, QueueConfig, TenantConfig};
use acd_core::ids::{AdapterName, Channel, ContactName, QueueName};
use acd_core::requirement::Requirement;
use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};

const SKILLS: [&str; 4] = ["german", "english", "billing", "technical"];

/// A centre whose agents are all ready; every second one has a given skill.
fn centre(agents: usize) -> Engine {
    let config = TenantConfig {
        skills: SKILLS.map(Into::into).to_vec(),
        adapters: vec!["pbx".into()],
        queues: vec![QueueConfig {
            requirement: Requirement::all_of([("german", 3), ("billing", 2)]),
            ..QueueConfig::named("support")
        }],
        agents: (0..agents).map(agent).collect(),
        ..TenantConfig::default()
    };
    let mut engine = Engine::new("bench".into());
    ask(&mut engine, 0, Command::ApplyConfig(apply(config)));
    ask(
        &mut engine,
        0,
        Command::AdapterConnect(AdapterConnect {
            adapter: "pbx".into(),
            incarnation: Arc::from("1"),
        }),
    );
    for no in 0..agents {
        let agent = format!("agent{no}").as_str().into();
        let Reply::LoggedIn { session } = ask(&mut engine, 0, Command::Login(Login { agent }))
        else {
            unreachable!()
        };
        let agent = || format!("agent{no}").as_str().into();
        ask(
            &mut engine,
            0,
            Command::AttachSession(AttachSession {
                agent: agent(),
                session,
            }),
        );
        let act = AgentAct::SetPresence(Availability::Ready);
        ask(
            &mut engine,
            no as i64,
            Command::Agent(AgentCommand {
                agent: agent(),
                session,
                act,
            }),
        );
    }
    engine
}

fn agent(no: usize) -> AgentConfig {
    let level = |skill: usize| 1 + ((no * 7 + skill * 3) % 10) as u8;
    let has = SKILLS
        .iter()
        .enumerate()
        .filter(|(skill, _)| (no >> skill) & 1 == 0);
    AgentConfig::named(&format!("agent{no}"), ["support"])
        .with_skills(has.map(|(at, skill)| (*skill, level(at))))
}

fn ask(engine: &mut Engine, now: i64, command: Command) -> Reply {
    engine
        .handle(now, Request::internal(command))
        .answer
        .expect("nothing is refused here")
}

fn decision(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("decision");
    group.throughput(Throughput::Elements(1));
    for agents in [1_000, 10_000, 100_000] {
        let mut engine = centre(agents);
        let contact = ContactName::from("call");
        let (adapter, queue) = (AdapterName::from("pbx"), QueueName::from("support"));
        let mut now = 1_000_000;
        group.bench_function(BenchmarkId::new("arrive_offer_leave", agents), |bencher| {
            bencher.iter(|| {
                // A day later, so that the id may come again.
                now += 86_400_001;
                ask(
                    &mut engine,
                    now,
                    Command::Arrive(Arrival::of(
                        contact.clone(),
                        adapter.clone(),
                        Channel::Voice,
                        queue.clone(),
                    )),
                );
                ask(
                    &mut engine,
                    now,
                    Command::Contact(ContactCommand {
                        adapter: adapter.clone(),
                        contact: contact.clone(),
                        act: ContactAct::End(EndCause::Customer),
                    }),
                )
            });
        });
        let idle: Vec<i64> = (0..agents as i64).collect();
        group.bench_function(BenchmarkId::new("bound_one_scan", agents), |bencher| {
            bencher.iter(|| black_box(&idle).iter().min().copied());
        });
    }
    group.finish();
}

criterion_group!(benches, decision);
criterion_main!(benches);
