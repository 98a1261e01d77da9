//! A supervisor who steps in, and an administrator who changes the configuration.

use std::sync::Arc;

use acd_client::configurator::Change;
use acd_client::v1::{ContactChanged, ContactState, Presence, SkillLevel, ViewFilter};
use acd_client::{Configurator, Endpoint, Error, Supervisor};
use rand::RngExt as _;
use rand::rngs::StdRng;
use tokio::sync::watch;

use super::{AGENTS, QUEUES, Stage, TENANT, Told, agent_name, document};

/// Answers of all clients between two acts of the supervisor.
const ACT_EVERY: u64 = 20;
/// The same between two changes of the configuration.
const CHANGE_EVERY: u64 = 150;

pub(super) struct Supervising {
    supervisor: Supervisor,
    told: Arc<Told>,
    chance: StdRng,
    requests: u64,
}

impl Supervising {
    pub(super) fn new(endpoint: &Endpoint, told: Arc<Told>, chance: StdRng) -> Self {
        Self {
            supervisor: Supervisor::new(endpoint, TENANT),
            told,
            chance,
            requests: 0,
        }
    }

    /// Steps in until the centre closes.
    pub(super) async fn run(mut self, mut stage: watch::Receiver<Stage>) {
        while *stage.borrow_and_update() == Stage::Work {
            tokio::select! {
                () = self.told.more_answers(ACT_EVERY) => {}
                _ = stage.changed() => continue,
            }
            self.act().await;
        }
    }

    async fn act(&mut self) {
        let filter = ViewFilter {
            contacts: true,
            ..ViewFilter::default()
        };
        let Ok(answer) = self.supervisor.get_snapshot(filter).await else {
            return;
        };
        let contacts = answer.snapshot.unwrap_or_default().contacts;
        let whim = self.chance.random_range(0..100);
        if whim >= 95 {
            // Nobody waits for long behind a closed door.
            for closed in [true, false] {
                self.emergency(closed).await;
            }
            return;
        }
        let agent = agent_name(self.chance.random_range(0..AGENTS));
        let contact = match contacts.len() {
            0 => return,
            many => &contacts[self.chance.random_range(0..many)],
        };
        let request_id = self.request_id();
        let supervisor = self.supervisor.request(&request_id);
        let answer = self.ask(&supervisor, whim, contact, &agent).await;
        self.told.call(request_id, &answer);
    }

    async fn ask(
        &mut self,
        supervisor: &Supervisor,
        whim: u32,
        contact: &ContactState,
        agent: &str,
    ) -> Result<u64, Error> {
        let id = &contact.contact_id;
        let change = ContactChanged {
            contact_id: id.clone(),
            ..ContactChanged::default()
        };
        match whim {
            0..40 => {
                let priority = Some(self.chance.random_range(0..5));
                let change = ContactChanged { priority, ..change };
                supervisor.adjust_contact(change, "urgent").await
            }
            40..60 => {
                let queue = Some(QUEUES[self.chance.random_range(0..QUEUES.len())].to_owned());
                let change = ContactChanged { queue, ..change };
                supervisor.adjust_contact(change, "wrong queue").await
            }
            60..75 => supervisor.assign_contact(id, agent, "they know them").await,
            75..80 => supervisor.withdraw_contact(id, "spam").await,
            80..84 => supervisor.free_contact(id, "stuck").await,
            84..90 => {
                let not_ready = Presence::NotReady;
                supervisor
                    .force_presence(agent, not_ready, "meeting", "a meeting")
                    .await
            }
            90..92 => supervisor.force_logout(agent, "the day is over").await,
            _ => supervisor.free_agent(agent, "stuck").await,
        }
    }

    /// Closes everything, or opens it again, as often as it takes.
    async fn emergency(&mut self, closed: bool) {
        loop {
            let request_id = self.request_id();
            let supervisor = self.supervisor.request(&request_id);
            let answer = supervisor.set_emergency("", closed, "an exercise").await;
            if self.told.call(request_id, &answer) {
                return;
            }
        }
    }

    fn request_id(&mut self) -> String {
        self.requests += 1;
        format!("supervisor-{}", self.requests)
    }
}

pub(super) struct Administering {
    configurator: Configurator,
    told: Arc<Told>,
    chance: StdRng,
}

impl Administering {
    pub(super) fn new(endpoint: &Endpoint, told: Arc<Told>, chance: StdRng) -> Self {
        Self {
            configurator: Configurator::new(endpoint),
            told,
            chance,
        }
    }

    /// Changes something now and then until the centre closes.
    pub(super) async fn run(mut self, mut stage: watch::Receiver<Stage>) {
        while *stage.borrow_and_update() == Stage::Work {
            tokio::select! {
                () = self.told.more_answers(CHANGE_EVERY) => {}
                _ = stage.changed() => continue,
            }
            // One that was not answered in time may be in force; the next one is based on what is.
            if let Ok(version) = self.change().await {
                self.told.version(version);
            }
        }
    }

    async fn change(&mut self) -> Result<u64, Error> {
        if self.chance.random_bool(0.5) {
            let agent = agent_name(self.chance.random_range(0..AGENTS));
            let german = SkillLevel {
                skill: "german".to_owned(),
                level: self.chance.random_range(1..=10),
            };
            let set = self
                .configurator
                .set_agent_skills(TENANT, &agent, vec![german]);
            return Ok(set.await?.version);
        }
        let change = Change {
            document: document(self.chance.random_range(15..30)),
            comment: "another ring".to_owned(),
            ..Change::default()
        };
        Ok(self.configurator.apply(TENANT, change).await?.version)
    }
}
