//! The adapter and the engine beside `app_queue`: each with an Asterisk of its own, which serve the same calls in turn.

use std::time::Duration;

use acd_benches::processor::load_average;
use acd_benches::quantiles::Quantiles;
use acd_benches::report::{Figure, Target};
use acd_pbx_lab::{Exchange, Step};

use crate::centre::Centre;
use crate::{APP_QUEUE, Bench, Calls, OURS, Round, disk, median, no_channels, range, wire};

/// What the figures' keys begin with.
pub(crate) const KEYS: [&str; 4] = [
    "asterisk.idle",
    "asterisk.cpu",
    "asterisk.backlog",
    "asterisk.calls",
];
/// With callers waiting, an agent who hangs up is called again within this.
const NEXT_MS: f64 = 15.0;
/// How much more is tried after a rate that went well.
const MORE: f64 = 1.2;
const FIRST_A_SECOND: f64 = 75.0;

/// One of the two.
struct Side {
    exchange: Exchange,
    extension: &'static str,
    processes: Vec<u32>,
    _centre: Option<Centre>,
}

impl Side {
    async fn app_queue(bench: &Bench) -> Self {
        let exchange = bench.exchange().await;
        Self {
            processes: vec![exchange.process_id()],
            extension: APP_QUEUE,
            exchange,
            _centre: None,
        }
    }

    async fn ours(bench: &Bench) -> Self {
        let exchange = bench.exchange().await;
        let centre = Centre::start(&exchange, OURS, &bench.agents, &disk()).await;
        centre.log_in().await;
        let [engine, adapter] = centre.processes();
        Self {
            processes: vec![exchange.process_id(), adapter, engine],
            extension: OURS,
            exchange,
            _centre: Some(centre),
        }
    }

    /// Calls that must all go well.
    async fn plays(&self, bench: &Bench, calls: Calls, talk: &Step) -> Round {
        let played = bench.round(&self.exchange, self.extension, &self.processes, calls, talk);
        let round = played.await.expect("an end of all calls");
        assert_eq!(round.counted.successful, u64::from(calls.count));
        round
    }

    /// Whether no message had to be sent again, and all calls went well.
    async fn keeps_up(&self, bench: &Bench, calls: Calls) -> bool {
        let talk = Step::Talk(Duration::from_millis(100));
        let played = bench.round(
            &self.exchange,
            self.extension,
            &self.processes,
            calls,
            &talk,
        );
        let (again, went_well) = match played.await {
            Ok(round) => (
                round.callers.repeated() + round.phones.repeated(),
                round.counted.successful,
            ),
            Err(_) => {
                // Some have not ended: nobody is to meet them in the next round.
                let ended = self.exchange.cli("channel request hangup all").await;
                ended.expect("an answer");
                no_channels(&self.exchange).await;
                (0, 0)
            }
        };
        eprintln!(
            "{} at {:.0} calls/s: {went_well} of {} went well, {again} messages sent again, load {}",
            self.extension,
            calls.a_second,
            calls.count,
            load_average()
        );
        again == 0 && went_well == u64::from(calls.count)
    }

    /// Two of at most three tries, since on a machine of which others use a part one second can spoil any.
    async fn sustains(&self, bench: &Bench, calls: Calls) -> bool {
        let (mut kept, mut lost) = (0, 0);
        while kept < 2 && lost < 2 {
            match self.keeps_up(bench, calls).await {
                true => kept += 1,
                false => lost += 1,
            }
        }
        kept == 2
    }
}

/// What was measured of one side.
#[derive(Default)]
struct Measured {
    idle: Vec<Vec<f64>>,
    backlog: Vec<Vec<f64>>,
    /// Of each process, for each round.
    used_ms: Vec<Vec<f64>>,
}

impl Measured {
    async fn idle(&mut self, side: &Side, bench: &Bench) {
        let calls = Calls::lasting(bench.asked.or_quick(15, 5), 20.0);
        let talk = Step::Talk(Duration::from_millis(800));
        let round = side.plays(bench, calls, &talk).await;
        let times = wire::from_invite_to_invite(&round.callers, &round.phones);
        assert_eq!(times.len(), calls.count as usize);
        self.idle.push(times);
        self.used_ms.push(round.used_ms);
    }

    /// More callers than agents, until all are served.
    async fn backlog(&mut self, side: &Side, bench: &Bench) {
        let calls = Calls {
            count: 150,
            a_second: 40.0,
        };
        let (least, most) = (Duration::from_secs(2), Duration::from_secs(3));
        let round = side
            .plays(bench, calls, &Step::TalkBetween(least, most))
            .await;
        self.backlog.push(wire::from_bye_to_invite(&round.phones));
    }

    /// Median of the processor time of a process.
    fn used_ms(&self, process: usize) -> Vec<f64> {
        self.used_ms.iter().map(|used| used[process]).collect()
    }
}

pub(crate) async fn run(bench: &Bench) {
    let [of_theirs, of_ours] = [Side::app_queue(bench).await, Side::ours(bench).await];
    let (mut theirs, mut ours) = (Measured::default(), Measured::default());
    // What is made at a first call is made.
    let warm_up = Calls::lasting(2, 20.0);
    for side in [&of_theirs, &of_ours] {
        side.plays(bench, warm_up, &Step::Talk(Duration::from_millis(100)))
            .await;
    }
    let wanted = |keys: &[&str]| keys.iter().any(|key| bench.asked.for_key(key));
    for _ in 0..bench.asked.or_quick(3, 2) {
        if wanted(&["asterisk.idle", "asterisk.cpu"]) {
            theirs.idle(&of_theirs, bench).await;
            ours.idle(&of_ours, bench).await;
        }
        if wanted(&["asterisk.backlog"]) {
            theirs.backlog(&of_theirs, bench).await;
            ours.backlog(&of_ours, bench).await;
        }
    }
    if !ours.idle.is_empty() {
        let what = "caller's INVITE to agent's INVITE, idle agents, 20 calls/s";
        for figure in times("asterisk.idle_ms", what, &ours.idle, &theirs.idle) {
            figure.hand_in();
        }
        for (process, name) in ["pbx", "adapter", "engine"].into_iter().enumerate() {
            let used = ours.used_ms(process);
            let key = format!("asterisk.cpu_ms_per_call.{name}");
            let mut what = format!("processor time of a call, {name}, rounds {}", range(&used));
            let beside = (process == 0).then(|| theirs.used_ms(0));
            if let Some(theirs) = &beside {
                what += &format!("; limit: app_queue's Asterisk, {}", range(theirs));
            }
            let figure = Figure::new(key, what, median(&used), "ms");
            match beside {
                Some(theirs) => figure.beside(median(&theirs)).hand_in(),
                None => figure.hand_in(),
            }
        }
    }
    if !ours.backlog.is_empty() {
        let what = "agent's BYE to their next INVITE, callers waiting";
        let [p50, p99] = times("asterisk.backlog_ms", what, &ours.backlog, &theirs.backlog);
        p50.target(Target::ValueAtMost(NEXT_MS)).hand_in();
        p99.hand_in();
    }
    if wanted(&["asterisk.calls"]) {
        most_calls(bench, &of_ours, &of_theirs).await;
    }
}

/// The 50th and the 99th percentile of all rounds together, beside theirs.
fn times(key: &str, what: &str, ours: &[Vec<f64>], theirs: &[Vec<f64>]) -> [Figure; 2] {
    [(0.5, "p50"), (0.99, "p99")].map(|(share, name)| {
        let all = |rounds: &[Vec<f64>]| Quantiles::of(rounds.concat()).at(share);
        let each = |rounds: &[Vec<f64>]| {
            let each = rounds
                .iter()
                .map(|round| Quantiles::of(round.clone()).at(share));
            range(&each.collect::<Vec<_>>())
        };
        let what = format!(
            "{what}, {name}, rounds {}; limit: app_queue, {}",
            each(ours),
            each(theirs)
        );
        Figure::new(format!("{key}.{name}"), what, all(ours), "ms").beside(all(theirs))
    })
}

/// The highest rate of calls at which nothing has to be sent again, tried upwards for both in turn.
async fn most_calls(bench: &Bench, ours: &Side, theirs: &Side) {
    let mut most = [None, None];
    let mut going = [true, true];
    let mut a_second = FIRST_A_SECOND;
    while going.contains(&true) {
        let calls = Calls::lasting(bench.asked.or_quick(10, 4), a_second.round());
        for (nth, side) in [ours, theirs].into_iter().enumerate() {
            going[nth] = going[nth] && side.sustains(bench, calls).await;
            if going[nth] {
                most[nth] = Some(calls.a_second);
            }
        }
        a_second *= MORE;
    }
    let what = format!(
        "calls of 100 ms without a SIP message sent again, steps of {MORE}; limit: app_queue"
    );
    let figure = Figure {
        value: most[0],
        limit: most[1],
        ..Figure::new("asterisk.calls_per_s", what, f64::NAN, "calls/s")
    };
    figure.hand_in();
}
