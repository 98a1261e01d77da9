//! What it costs to write and to read a record of the journal, and the messages of a contact that comes and is offered:
//! the medians of criterion's samples. The limit beside each: copying the same bytes into new memory.

use std::hint::black_box;
use std::path::Path;
use std::time::Duration;

use acd_benches::asked::Asked;
use acd_benches::busy::{Busy, arrival};
use acd_benches::quantiles::Quantiles;
use acd_benches::report::Figure;
use acd_benches::stop_watch::timed;
use acd_core::command::Arrival;
use acd_core::event::Recorded;
use acd_journal::Entry;
use acd_journal::codec::{decode_events, encode_input};
use acd_proto::v1;
use criterion::Criterion;
use prost::Message;

/// How many events an input causes, roughly.
const EVENTS_OF_INPUT: usize = 2;
/// Records that are written or read in turn, so that none is served by what the processor remembers of the last.
const RECORDS: usize = 1_000;

fn main() {
    let asked = Asked::of_command_line();
    if !asked.for_key("codec.") {
        return;
    }
    let mut bench = Bench::new(asked);
    records(&mut bench);
    messages(&mut bench);
}

struct Bench {
    asked: Asked,
    criterion: Criterion,
}

impl Bench {
    fn new(asked: Asked) -> Self {
        let criterion = Criterion::default()
            .without_plots()
            .output_directory(Path::new(env!("CARGO_TARGET_TMPDIR")))
            .warm_up_time(Duration::from_secs(1))
            .measurement_time(Duration::from_secs(asked.or_quick(4, 1)));
        Self { asked, criterion }
    }

    /// Hands in how long this work takes for each of so many things, beside copying their bytes.
    fn figure(&mut self, key: &str, what: &str, things: &[&[u8]], mut work: impl FnMut()) {
        if !self.asked.for_key(key) {
            return;
        }
        let count = things.len() as f64;
        let took = self.median_ns(key, &mut work) / count;
        let mut copy = || {
            for bytes in things {
                black_box(bytes.to_vec());
            }
        };
        let copied = self.median_ns(&format!("{key}.copy"), &mut copy) / count;
        let bytes = things.iter().map(|bytes| bytes.len()).sum::<usize>() / things.len();
        let what = format!("{what}, {bytes} bytes; limit: copying them");
        Figure::new(key, what, took, "ns").beside(copied).hand_in();
    }

    fn median_ns(&mut self, id: &str, work: &mut impl FnMut()) -> f64 {
        let mut samples = Vec::new();
        self.criterion.bench_function(id, |bencher| {
            bencher.iter_custom(|times| {
                let ((), ns) = timed(|| (0..times).for_each(|_| work()));
                samples.push(ns / times as f64);
                Duration::from_nanos(ns as u64)
            });
        });
        Quantiles::of(samples).at(0.5)
    }
}

fn records(bench: &mut Bench) {
    let mut busy: Busy = Busy::with(200, false);
    busy.centre().keep_log();
    busy.live(2 * EVENTS_OF_INPUT * RECORDS);
    let inputs = busy.centre().log().chunks(EVENTS_OF_INPUT).take(RECORDS);
    let inputs: Vec<&[Recorded]> = inputs.collect();
    let tenant = "bench".into();
    let encode = |events: &&[Recorded]| encode_input(&tenant, None, events);
    let entries: Vec<Entry> = inputs.iter().flat_map(encode).collect();
    let bytes: Vec<&[u8]> = entries.iter().map(|entry| &*entry.payload).collect();
    let what = "writing the record of an input";
    bench.figure("codec.record_encode_ns", what, &bytes, || {
        for events in &inputs {
            black_box(encode(events));
        }
    });
    let what = "reading the events of a record";
    bench.figure("codec.record_decode_ns", what, &bytes, || {
        for entry in &entries {
            black_box(decode_events(entry).expect("what was written"));
        }
    });
}

/// The two that the server cannot do without: a contact comes, and an agent is offered it.
fn messages(bench: &mut Bench) {
    let mut busy: Busy = Busy::with(200, false);
    let centre = busy.centre();
    let rings = |no| {
        let like = arrival(no);
        let name = centre.arrive(&like);
        centre.rings().map(|(offer, _)| (like, name, offer))
    };
    let (like, name, offer) = (0..1_000).find_map(rings).expect("an agent is idle");
    let contact = centre.state().recorded_contact(&name).expect("it rings");
    let offer = acd_view::offer(centre.state(), contact, offer).expect("it rings");
    let arrived = arrived(name.as_str(), &like).encode_to_vec();
    let what = "reading that a contact comes";
    bench.figure("codec.arrival_decode_ns", what, &[&arrived], || {
        black_box(v1::ContactArrived::decode(&*arrived).expect("what was written"));
    });
    let what = "writing an offer";
    bench.figure(
        "codec.offer_encode_ns",
        what,
        &[&offer.encode_to_vec()],
        || {
            black_box(offer.encode_to_vec());
        },
    );
}

fn arrived(name: &str, like: &Arrival) -> v1::ContactArrived {
    v1::ContactArrived {
        contact_id: name.to_owned(),
        channel: like.channel.to_string(),
        queue: like.queue.to_string(),
        priority: like.priority,
        requirement: like.requirement.as_ref().map(acd_view::requirement),
        ..v1::ContactArrived::default()
    }
}
