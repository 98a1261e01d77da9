//! Real calls: an Asterisk with the adapter and the engine, beside one with its own `app_queue`, under the same callers
//! and for the same agents in turn; and beside the shortest way there is through ARI.
//!
//! Callers and agents' phones are SIPp. Times are those of its traces, from one SIP message to another, so that all that
//! lies between counts. All of it shares the machine: Asterisk, SIPp, adapter, engine. The variable `ACD_BENCH_LOAD_S`
//! says for how many seconds the load lasts.

mod bare;
mod centre;
#[path = "../e2e/servers.rs"]
#[allow(dead_code, reason = "shared with the bench of the server")]
mod servers;
mod wire;

mod adapter;
mod load;
mod side_by_side;

use std::fmt::Write as _;
use std::path::PathBuf;
use std::time::Duration;

use acd_benches::asked::Asked;
use acd_benches::processor::used_ms;
use acd_benches::quantiles::Quantiles;
use acd_pbx_lab::{
    Behaviour, Call, Caller, Error, Exchange, Installation, Messages, Phone, Plan, Statistics, Step,
};

use centre::QUEUE;

const AGENTS: usize = 50;
/// The extension at which `app_queue` waits, and those of Stasis applications, named as the application.
const APP_QUEUE: &str = "app_queue";
const OURS: &str = "ours";
const IN_MEMORY: &str = "memory";
const BARE: &str = "bare";
/// How long anything may take that should take a second.
const LIMIT: Duration = Duration::from_secs(60);
/// How often something outside is looked at while it is waited for.
const LOOK: Duration = Duration::from_millis(50);

fn main() {
    let asked = Asked::of_command_line();
    let is_asked = |keys: &[&str]| keys.iter().any(|key| asked.for_key(key));
    let load = is_asked(&["asterisk.load"]);
    let side_by_side = is_asked(&side_by_side::KEYS);
    let adapter = is_asked(&["asterisk.adapter"]);
    if !load && !side_by_side && !adapter {
        return;
    }
    let bench = match Installation::find() {
        Ok(installation) => Bench {
            installation,
            agents: (1..=AGENTS).map(|nth| format!("agent{nth:02}")).collect(),
            asked,
        },
        Err(why) => return eprintln!("NO ASTERISK, AND NO FIGURES OF IT: {why}"),
    };
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    if load {
        runtime.block_on(load::run(&bench));
    }
    if side_by_side {
        runtime.block_on(side_by_side::run(&bench));
    }
    if adapter {
        runtime.block_on(adapter::run(&bench));
    }
}

/// What all benches of this program have.
struct Bench {
    installation: Installation,
    asked: Asked,
    agents: Vec<String>,
}

/// Calls of one kind.
#[derive(Clone, Copy)]
struct Calls {
    count: u32,
    a_second: f64,
}

impl Calls {
    fn lasting(seconds: u32, a_second: f64) -> Self {
        let count = (f64::from(seconds) * a_second) as u32;
        Self { count, a_second }
    }

    fn length(&self) -> Duration {
        Duration::from_secs_f64(f64::from(self.count) / self.a_second)
    }
}

/// What came of calls to one extension.
struct Round {
    callers: Messages,
    phones: Messages,
    /// Of the callers.
    counted: Statistics,
    /// Processor time of each of the processes, in milliseconds a call.
    used_ms: Vec<f64>,
}

impl Bench {
    /// An Asterisk whose agents are members of its own queue, and can be called by whoever asks.
    async fn exchange(&self) -> Exchange {
        let mut queue = format!(
            "[general]\nautofill = yes\n[{QUEUE}]\nstrategy = leastrecent\nringinuse = no\nmusicclass = default\n\
             timeout = 20\n"
        );
        for agent in &self.agents {
            writeln!(queue, "member => PJSIP/{agent}").expect("a text");
        }
        let mut dialplan = format!(
            "[from-callers]\nexten => {APP_QUEUE},1,Answer(,i)\n same => n,Queue({QUEUE},,,,3600)\n same => n,Hangup()\n"
        );
        for app in [OURS, IN_MEMORY, BARE] {
            writeln!(
                dialplan,
                "exten => {app},1,Stasis({app},queue={QUEUE})\n same => n,Hangup()"
            )
            .expect("a text");
        }
        let plan = Plan::default()
            .shared_phone(self.agents.clone())
            .file("queues.conf", queue)
            .dialplan(dialplan);
        let exchange = Exchange::start(&self.installation, plan).await;
        exchange.expect("an Asterisk")
    }

    /// The phones of all agents: they answer at once, talk, and hang up.
    async fn phones(&self, exchange: &Exchange, talk: &Step) -> Phone {
        let behaviour = Behaviour::answers().then([talk.clone(), Step::HangUp]);
        let phones = Phone::start(exchange, &self.agents[0], behaviour).await;
        phones.expect("phones")
    }

    /// Makes the calls and waits until all have ended.
    ///
    /// # Errors
    /// If they do not end.
    async fn round(
        &self,
        exchange: &Exchange,
        extension: &str,
        processes: &[u32],
        calls: Calls,
        talk: &Step,
    ) -> Result<Round, Error> {
        let phones = self.phones(exchange, talk).await;
        let before: Vec<f64> = processes.iter().copied().map(used_ms).collect();
        let call = Call::to(extension).times(calls.count, calls.a_second);
        let caller = Caller::start(exchange, call)?;
        let outcome = caller.finished_within(calls.length() + LIMIT).await?;
        no_channels(exchange).await;
        let used = processes.iter().zip(before);
        let used = used.map(|(process, before)| used_ms(*process) - before);
        Ok(Round {
            callers: outcome.messages,
            phones: phones.messages(),
            counted: outcome.statistics,
            used_ms: used.map(|used| used / f64::from(calls.count)).collect(),
        })
    }
}

/// Waits until Asterisk has no channel.
async fn no_channels(exchange: &Exchange) {
    until("no channel", async || {
        exchange.channels().await.expect("a number") == 0
    })
    .await;
}

/// Waits until something holds.
async fn until(what: &str, holds: impl AsyncFn() -> bool) {
    let looking = async {
        let mut looks = tokio::time::interval(LOOK);
        while !holds().await {
            looks.tick().await;
        }
    };
    let waited = tokio::time::timeout(LIMIT, looking).await;
    waited.unwrap_or_else(|_| panic!("waited for {what}"));
}

/// A folder on the disk: that of the builds.
fn disk() -> PathBuf {
    let this = std::env::current_exe().expect("this program");
    this.parent().expect("a folder").to_owned()
}

/// The middle of these.
fn median(samples: &[f64]) -> f64 {
    Quantiles::of(samples.to_vec()).at(0.5)
}

/// From the least to the most.
fn range(samples: &[f64]) -> String {
    let samples = Quantiles::of(samples.to_vec());
    format!("{:.2}..{:.2}", samples.at(0.0), samples.at(1.0))
}
