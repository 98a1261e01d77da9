//! From end to end: `acd serve` in one process, `acd load` in another, over TCP on this machine, and beside each figure
//! what the bare server does under the same load, or what the disk does.
//!
//! Agents' streams share HTTP/2 connections, 200 on each; the adapter has its own. "In memory" is a journal on a RAM
//! disk. Where a machine cannot do 1,000 contacts a second, the variable `ACD_BENCH_RATE` says at which rate latencies
//! are compared; the ratios count.

mod cut;
mod load;
#[allow(dead_code, reason = "shared with other benches")]
mod servers;

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use acd_benches::asked::Asked;
use acd_benches::flush;
use acd_benches::quantiles::Quantiles;
use acd_benches::report::{Figure, Target};
use acd_benches::stop_watch::timed;
use tokio::time::{Instant, sleep_until};

use cut::Way;
use load::{Load, Report};
use servers::Server;

const RAM_DISK: &str = "/dev/shm";
/// What a contact may need, by the targets.
const MESSAGES_PER_CONTACT: f64 = 9.0;
/// Above this 99th percentile of the offer a server does not keep up.
const OFFER_P99_MAX_MS: f64 = 20.0;
/// How many times the knee is too much for the server.
const OVERLOAD: u32 = 3;
/// Agents that share a connection.
const AGENTS_PER_CONNECTION: u32 = 200;

fn main() {
    let asked = Asked::of_command_line();
    let rate = std::env::var("ACD_BENCH_RATE").ok();
    let bench = Bench {
        agents: asked.or_quick(10_000, 2_000),
        rate: rate.map_or(asked.or_quick(1_000, 200), |rate| {
            rate.parse().expect("a number")
        }),
        length: Duration::from_secs(asked.or_quick(10, 4)),
        disk: disk(),
    };
    let is_asked = |keys: &[&str]| keys.iter().any(|key| asked.for_key(key));
    if is_asked(&["grpc.relay", "e2e.offer", "e2e.messages", "e2e.kib"]) {
        bench.at_one_rate();
    }
    if is_asked(&["grpc.messages", "e2e.contacts", "e2e.cpu", "e2e.overload"]) {
        bench.to_the_limit(asked.or_quick(40, 8));
    }
    if is_asked(&["e2e.reconnect"]) {
        bench.reconnected();
    }
    if is_asked(&["metrics.scrape"]) {
        bench.scraped(asked.or_quick(1_000, 100));
    }
}

/// A folder on the disk: that of the builds.
fn disk() -> PathBuf {
    let this = std::env::current_exe().expect("this program");
    this.parent().expect("a folder").to_owned()
}

/// Loads at one rate.
struct Tries {
    rate: u32,
    tries: Vec<Report>,
}

impl Tries {
    /// Lives completed in a second, their mean.
    fn completed(&self) -> f64 {
        let completed = self
            .tries
            .iter()
            .map(|report| report.at("contacts.completed_per_s"));
        completed.sum::<f64>() / self.tries.len() as f64
    }
}

struct Bench {
    agents: u32,
    /// Contacts per second at which latencies are compared.
    rate: u32,
    /// How long each load is measured.
    length: Duration,
    disk: PathBuf,
}

impl Bench {
    /// Everybody talks for a second, so that a load is steady after two, and agents suffice for three times the knee.
    fn load(&self, rate: impl ToString) -> Load {
        let warm_up = Duration::from_secs(3);
        Load {
            agents: self.agents,
            queues: 10,
            rate: rate.to_string(),
            talk: Duration::from_secs(1),
            warm_up,
            length: warm_up + self.length,
            is_prepared: false,
            token: None,
        }
    }

    fn at_one_rate(&self) {
        let rate = self.rate;
        let load = self.load(rate);
        let bare = load.play(&Server::bare());
        let memory = load.play(&Server::start(Path::new(RAM_DISK)));
        let flushes = || flush::times(&self.disk).expect("a disk");
        let before = flushes();
        let disk = load.play(&Server::start(&self.disk));
        let after = flushes();
        let flush_ms = |share| (before.at(share) + after.at(share)) / 2.0 / 1e6;

        let us = |report: &Report| report.at("offer_ms.p50") * 1e3;
        let at = format!("{} agents, {rate} contacts/s", self.agents);
        let what = format!("bare relay: an adapter's message to an agent's stream, {at}, p50");
        Figure::new("grpc.relay_p50_us", what, us(&bare), "us").hand_in();
        let what = format!("arrival to offer, {at}, journal in memory, p50; limit: the bare relay");
        Figure::new("e2e.offer_ratio", what, us(&memory), "us")
            .beside(us(&bare))
            .target(Target::RatioAtMost(1.6))
            .hand_in();
        let what = format!("what the disk adds to it, {at}, p50; limit: one flush, p50");
        Figure::new(
            "e2e.offer_durable_excess",
            what,
            us(&disk) - us(&memory),
            "us",
        )
        .beside(flush_ms(0.5) * 1e3)
        .target(Target::RatioAtMost(1.6))
        .hand_in();
        let what = format!("arrival to offer, {at}, on disk, p99; limit: one flush, p99");
        Figure::new("e2e.offer_p99_ms", what, disk.at("offer_ms.p99"), "ms")
            .beside(flush_ms(0.99))
            .target(Target::ValueAtMost(2.0 * flush_ms(0.99) + 2.0))
            .hand_in();
        let messages = disk.at("wire.messages_per_contact");
        let what = "messages of a contact's life, both ways".to_owned();
        Figure::new("e2e.messages_per_contact", what, messages, "messages")
            .target(Target::ValueAtMost(MESSAGES_PER_CONTACT))
            .hand_in();
        for (kind, count) in disk.messages() {
            let key = format!("e2e.messages_per_contact.{}", kind.replace(' ', "_"));
            Figure::new(key, kind, count, "messages").hand_in();
        }
        let kib = |report: &Report| report.at("server.kib_per_agent");
        let what = format!(
            "memory of a connected agent above the bare server's {:.1} KiB, {} agents",
            kib(&bare),
            self.agents
        );
        Figure::new(
            "e2e.kib_per_agent_stream",
            what,
            kib(&disk) - kib(&bare),
            "KiB",
        )
        .target(Target::ValueAtMost(4.0))
        .hand_in();
    }

    fn to_the_limit(&self, ramp_s: u64) {
        let pumped = self.pumped();
        let what = "bare server: event up, acknowledged, and down another stream".to_owned();
        Figure::new("grpc.messages_per_s", what, pumped, "messages/s").hand_in();

        let server = Server::start(&self.disk);
        let ramp = Load {
            length: Duration::from_secs(ramp_s),
            ..self.load(format!("{}..{}", self.rate / 10, 4 * self.rate))
        };
        let guess = bend(&ramp.play(&server).over_time());
        let knee = self.knee(&server, guess);
        let p99 = |report: &Report| report.at("offer_ms.p99");
        let late = knee.iter().flat_map(|knee| &knee.tries).map(p99);
        let what = format!(
            "whole lives on disk, offer p99 {:.1} ms; limit: the bare server's messages over {MESSAGES_PER_CONTACT}",
            late.fold(0.0, f64::max)
        );
        let figure = Figure {
            value: knee.as_ref().map(Tries::completed),
            ..Figure::new("e2e.contacts_per_s", what, f64::NAN, "contacts/s")
        };
        figure
            .beside(pumped / MESSAGES_PER_CONTACT)
            .target(Target::RatioAtLeast(0.5))
            .hand_in();
        let Some(knee) = knee else { return };

        let overload = Tries {
            rate: OVERLOAD * knee.rate,
            tries: (0..knee.tries.len())
                .map(|_| self.prepared(OVERLOAD * knee.rate).play(&server))
                .collect(),
        };
        let what = format!(
            "completed at {} contacts/s, three times the knee; limit: at the knee, {} contacts/s; refused: {}",
            overload.rate,
            knee.rate,
            overload.tries[0].refusals()
        );
        let figure = Figure::new(
            "e2e.overload_plateau",
            what,
            overload.completed(),
            "contacts/s",
        );
        let figure = figure.target(Target::RatioAtLeast(0.9));
        figure.beside(knee.completed()).hand_in();

        let half = self.prepared(knee.rate / 2);
        let (ours, bare) = (half.play(&server), half.play(&Server::bare()));
        let messages = |report: &Report| report.at("wire.messages_per_contact");
        let us = |report: &Report| report.at("server.us_per_contact");
        let what = format!(
            "server's processor time of a contact at {} contacts/s, half the knee; limit: the bare server's for {:.1} messages",
            knee.rate / 2,
            messages(&ours)
        );
        Figure::new("e2e.cpu_per_contact_ratio", what, us(&ours), "us")
            .beside(us(&bare) * messages(&ours) / messages(&bare))
            .target(Target::RatioAtMost(1.7))
            .hand_in();
    }

    /// In a tenant that is there from a load before.
    fn prepared(&self, rate: u32) -> Load {
        Load {
            is_prepared: true,
            ..self.load(rate)
        }
    }

    /// The highest rate that the server keeps up with, looked for from this one on: by steps up or down, then between
    /// what it kept up with and what it did not. None: it keeps up with no rate worth the name.
    fn knee(&self, server: &Server, guess: u32) -> Option<Tries> {
        let (mut kept, mut lost): (Option<Tries>, Option<u32>) = (None, None);
        let mut rate = guess;
        while rate >= self.rate / 20 {
            match self.kept_up(server, rate) {
                Some(tries) => kept = Some(tries),
                None => lost = Some(rate),
            }
            let held = kept.as_ref().map(|tries| tries.rate);
            rate = match (held, lost) {
                (Some(held), Some(lost)) if lost <= held + held / 10 + 1 => break,
                (Some(held), Some(lost)) => {
                    (f64::from(held) * f64::from(lost)).sqrt().ceil() as u32
                }
                (Some(held), None) => held * 4 / 3,
                (None, _) => rate * 3 / 4,
            };
        }
        kept
    }

    /// Tries at this rate with which the server kept up: two of at most three, since on a machine of which others use a
    /// part one second can spoil any try. None: it did not.
    fn kept_up(&self, server: &Server, rate: u32) -> Option<Tries> {
        let (mut tries, mut lost) = (Vec::new(), 0);
        while tries.len() < 2 && lost < 2 {
            let report = self.prepared(rate).play(server);
            let completed = report.at("contacts.completed_per_s");
            let keeps_up = completed >= 0.98 * report.at("contacts.arrived_per_s")
                && report.at("offer_ms.p99") <= OFFER_P99_MAX_MS;
            match keeps_up {
                true => tries.push(report),
                false => lost += 1,
            }
        }
        (lost < 2).then_some(Tries { rate, tries })
    }

    fn pumped(&self) -> f64 {
        let server = Server::bare();
        let connections = self.agents.div_ceil(AGENTS_PER_CONNECTION);
        let seconds = self.length.as_secs();
        let words = [u64::from(self.agents), u64::from(connections), seconds];
        let output = Command::new(env!("CARGO_BIN_EXE_acd-benches"))
            .args(["pump", &server.grpc])
            .args(words.map(|word| word.to_string()))
            .stderr(Stdio::inherit())
            .output();
        let output = output.expect("the pump runs");
        let text = String::from_utf8_lossy(&output.stdout);
        text.trim().parse().expect("messages per second")
    }

    /// All agents lose their connections at once while contacts arrive.
    fn reconnected(&self) {
        let server = Server::start(&self.disk);
        let runtime = tokio::runtime::Runtime::new().expect("a runtime");
        let way = runtime
            .block_on(Way::to(server.grpc.parse().expect("an address")))
            .expect("a port");
        let load = self.load(self.rate / 10);
        let mut playing = load.start(&server, &way.address.to_string());
        let all = f64::from(self.agents) + 1.0;
        let mut is_over = || playing.try_wait().expect("a process").is_some();
        runtime.block_on(until(|| server.streams() >= all || is_over()));
        // Some contacts come before the cut, and some after.
        runtime.block_on(pause(load.warm_up + self.length / 4));
        way.cut();
        let begin = Instant::now();
        // Asked without a pause: with few agents it may be over in no time.
        while server.streams() >= all && !is_over() {}
        runtime.block_on(until(|| server.streams() >= all || is_over()));
        let took = (!is_over()).then(|| begin.elapsed().as_secs_f64());
        let report = load.finish(playing);
        let contacts = |name: &str| report.at(&format!("contacts.{name}"));
        let offered = contacts("offered_at_once") + contacts("offered_after_wait");
        let what = format!(
            "{} agents lose their connections and resume while contacts arrive; offered {offered} of {} arrived; {}",
            self.agents,
            contacts("arrived"),
            report.refusals()
        );
        let figure = Figure {
            value: took,
            ..Figure::new("e2e.reconnect_storm_s", what, f64::NAN, "s")
        };
        figure.target(Target::ValueAtMost(5.0)).hand_in();
    }

    fn scraped(&self, queues: u32) {
        let server = Server::start(&self.disk);
        let load = Load {
            agents: self.agents / 10,
            queues,
            ..self.load(self.rate / 5)
        };
        let alone = load.play(&server);
        let load = Load {
            is_prepared: true,
            ..load
        };
        let mut playing = load.start(&server, &server.grpc);
        let mut times = Vec::new();
        let runtime = tokio::runtime::Runtime::new().expect("a runtime");
        while playing.try_wait().expect("a process").is_none() {
            times.push(timed(|| server.scrape()).1 / 1e6);
            runtime.block_on(pause(Duration::from_millis(500)));
        }
        let beside = load.finish(playing);
        let what = format!("a scrape with {queues} queues, p50, twice a second under load");
        Figure::new(
            "metrics.scrape_ms",
            what,
            Quantiles::of(times).at(0.5),
            "ms",
        )
        .target(Target::ValueAtMost(25.0))
        .hand_in();
        let what = "arrival to offer, p99, while scraped; limit: without".to_owned();
        Figure::new(
            "metrics.scrape_offer_p99_ms",
            what,
            beside.at("offer_ms.p99"),
            "ms",
        )
        .beside(alone.at("offer_ms.p99"))
        .hand_in();
    }
}

/// The rate at which the offers of a ramp became late for two pieces in a row, or fewer were completed than arrived.
fn bend(over_time: &[[f64; 3]]) -> u32 {
    let late = |[arrived, completed, p99]: &[f64; 3]| {
        *p99 > OFFER_P99_MAX_MS || *p99 == 0.0 || *completed < 0.8 * arrived
    };
    // The first contacts have not talked to their end.
    let pieces = over_time.iter().enumerate().skip(3);
    let bent = pieces
        .clone()
        .find(|(number, piece)| late(piece) && over_time.get(number + 1).is_none_or(late));
    let (number, _) = bent.unwrap_or((over_time.len() - 1, &over_time[0]));
    over_time[number][0] as u32
}

/// Lets a load go on for this long.
async fn pause(time: Duration) {
    sleep_until(Instant::now() + time).await;
}

/// Waits until something holds, asking ten times a second.
async fn until(mut holds: impl FnMut() -> bool) {
    let mut ticks = tokio::time::interval(Duration::from_millis(100));
    while !holds() {
        ticks.tick().await;
    }
}
