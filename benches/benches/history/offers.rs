//! What the projection and reports make of others' offers.

use std::process::{Child, Command, Stdio};
use std::time::Duration;

use acd_benches::asked::Asked;
use acd_benches::quantiles::Quantiles;
use acd_benches::report::{Figure, Target};

use tempfile::TempDir;

use crate::load::Load;
use crate::servers::{Server, acd};
use crate::stores::{Place, report};

const RAM_DISK: &str = "/dev/shm";
/// What the projection may make of others' offers.
const BESIDE_PROJECTION: f64 = 1.1;
/// What a report of the year may.
const BESIDE_REPORT: f64 = 1.5;

/// Offers of a server that keeps a history, beside those of one that does not.
pub(crate) fn beside_the_projection(asked: &Asked) {
    let tables = ["", "[server.history]\nenabled = false\n"];
    let [with, without] = tables.map(|tables| Rounds::of(asked, tables));
    told(
        "history.offers",
        "a history being made",
        with,
        without,
        BESIDE_PROJECTION,
        asked,
    );
}

/// Offers of a server while another process makes reports of the year, one after the other, beside those without.
pub(crate) fn beside_a_report(asked: &Asked, place: &Place) {
    let rounds = || Rounds::of(asked, "");
    let (mut with, without) = (rounds(), rounds());
    with.beside = Some(place.clone());
    let key = "history.offers_beside_report";
    told(
        key,
        "reports of the year",
        with,
        without,
        BESIDE_REPORT,
        asked,
    );
}

/// Plays both in turn, and hands in what came of it.
fn told(key: &str, beside: &str, mut with: Rounds, mut without: Rounds, most: f64, asked: &Asked) {
    for _ in 0..asked.or_quick(5, 1) {
        without.play();
        with.play();
    }
    for (name, share) in [("p50", 0), ("p99", 1)] {
        let middle = |rounds: &Rounds| {
            let values = rounds.figures.iter().map(|figures| figures[share]);
            Quantiles::of(values.collect()).at(0.5)
        };
        let what = format!("arrival to offer beside {beside}; limit: without");
        Figure::new(format!("{key}_{name}_ms"), what, middle(&with), "ms")
            .beside(middle(&without))
            .target(Target::RatioAtMost(most))
            .hand_in();
    }
}

/// Rounds at one server: the offer's p50 and p99 of each.
struct Rounds {
    server: Server,
    /// Where its journal is.
    _folder: TempDir,
    load: Load,
    /// The year of which reports are made meanwhile.
    beside: Option<Place>,
    figures: Vec<[f64; 2]>,
}

impl Rounds {
    /// At a server with these tables of its file.
    fn of(asked: &Asked, tables: &str) -> Self {
        let folder = tempfile::tempdir_in(RAM_DISK).expect("a folder");
        let server = Server::with(folder.path(), tables);
        let warm_up = Duration::from_secs(4);
        let load = Load {
            agents: 1_000,
            queues: 10,
            rate: "100".to_owned(),
            talk: Duration::from_secs(2),
            warm_up,
            length: warm_up + Duration::from_secs(asked.or_quick(8, 3)),
            is_prepared: false,
            token: None,
        };
        // The tenant is made, and the server has done all of it once.
        load.play(&server);
        Self {
            server,
            _folder: folder,
            load: Load {
                is_prepared: true,
                ..load
            },
            beside: None,
            figures: Vec::new(),
        }
    }

    fn play(&mut self) {
        let reports = self.beside.as_ref().map(Reports::begin);
        let report = self.load.play(&self.server);
        drop(reports);
        let figures = ["offer_ms.p50", "offer_ms.p99"].map(|path| report.at(path));
        self.figures.push(figures);
    }
}

/// Reports of the year, one after the other, until this is dropped.
struct Reports(Child);

impl Reports {
    fn begin(place: &Place) -> Self {
        let line = report(place, "queues", "2026");
        let words = line.iter().map(|word| format!("'{word}'"));
        let once = words.collect::<Vec<_>>().join(" ");
        let acd = acd();
        let script = format!("while '{}' {once} > /dev/null; do :; done", acd.display());
        let shell = Command::new("sh")
            .args(["-c", &script])
            .stdin(Stdio::null())
            .spawn();
        Self(shell.expect("a shell"))
    }
}

impl Drop for Reports {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}
