//! What else befalls a disk: it is full, stands still, breaks, is gone.

use std::fs::{self, File};
use std::io::{ErrorKind, Read as _, Write as _};
use std::net::TcpStream;
use std::path::{Path, PathBuf};

use acd_client::Supervisor;
use acd_client::supervisor::{Update, Watch};
use acd_client::v1::{ErrorReason, ViewFilter};
use acd_journal::{DataDir, EventLog as _};
use acd_testkit::{Clients, Desk, in_time, reason};

use crate::acd::installed;
use crate::disks::{SmallDisk, apart, succeed};
use crate::load::TENANT;
use crate::run::Run;
use crate::table::Table;

/// Bytes of a disk for a short run.
const DISK_BYTES: u64 = 24 << 20;
/// Answers before a fault, and after it.
const ANSWERS: u64 = 150;

fn table(fault: &str) -> Table {
    let mut table = Table::default();
    table.row("fault", fault);
    table
}

/// Fills the disk to its last byte; gives the file that does it.
fn fill(folder: &Path) -> PathBuf {
    let path = folder.join("filler");
    let mut file = File::create(&path).expect("a file");
    for block in [64 << 10, 512] {
        let zeros = vec![0; block];
        let error = loop {
            if let Err(error) = file.write_all(&zeros).and_then(|()| file.sync_data()) {
                break error;
            }
        };
        assert_eq!(error.kind(), ErrorKind::StorageFull, "{error}");
    }
    path
}

/// Logs an agent in over and over until it is refused because of the disk.
async fn refused_for_the_disk(run: &Run) {
    let clients = Clients::at(TENANT, format!("http://{}", run.server.grpc)).await;
    loop {
        if let Err(status) = Desk::login(&clients, "agent-0").await {
            assert_eq!(reason(&status), ErrorReason::Storage, "{status:?}");
            return;
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_full_disk_that_is_given_room_in_time_is_only_a_pause() {
    if !apart("faults::a_full_disk_that_is_given_room_in_time_is_only_a_pause") {
        return;
    }
    let disk = SmallDisk::new(DISK_BYTES);
    let run = Run::begin_in(&disk.mounted().path().join("data"));
    run.answers(ANSWERS).await;
    let filler = fill(disk.mounted().path());
    refused_for_the_disk(&run).await;
    fs::remove_file(filler).expect("it is there");
    run.answers(ANSWERS).await;
    run.compare(table("the disk is full for a while")).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_disk_that_stays_full_ends_the_server_and_loses_nothing() {
    if !apart("faults::a_disk_that_stays_full_ends_the_server_and_loses_nothing") {
        return;
    }
    let disk = SmallDisk::new(DISK_BYTES);
    let mut run = Run::begin_in(&disk.mounted().path().join("data"));
    run.answers(ANSWERS).await;
    let filler = fill(disk.mounted().path());
    assert_eq!(run.server.wait(), Some(1), "it says why, and ends");
    fs::remove_file(filler).expect("it is there");
    run.start().await;
    run.answers(ANSWERS).await;
    run.compare(table("the disk is full, the server ends"))
        .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_file_system_that_turns_read_only_ends_the_server_and_loses_nothing() {
    if !apart("faults::a_file_system_that_turns_read_only_ends_the_server_and_loses_nothing") {
        return;
    }
    let disk = SmallDisk::new(DISK_BYTES);
    let path = disk.mounted().path().to_str().expect("UTF-8");
    succeed("mount", &["-o", "remount,errors=remount-ro", path]);
    let mut run = Run::begin_in(&disk.mounted().path().join("data"));
    run.answers(ANSWERS).await;
    // What the kernel does when it finds the file system damaged.
    let device = succeed("findmnt", &["--noheadings", "--output", "SOURCE", path]);
    let device = String::from_utf8(device.stdout).expect("UTF-8");
    let device = device.trim().trim_start_matches("/dev/");
    let broken = fs::write(format!("/sys/fs/ext4/{device}/trigger_fs_error"), "1");
    broken.expect("the kernel can be told so");
    assert_eq!(run.server.wait(), Some(1), "it says why, and ends");
    disk.check_and_mount_again();
    run.start().await;
    run.answers(ANSWERS).await;
    run.compare(table("the file system turns read-only")).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_volume_that_is_taken_away_ends_the_server_and_loses_nothing() {
    if !apart("faults::a_volume_that_is_taken_away_ends_the_server_and_loses_nothing") {
        return;
    }
    let disk = SmallDisk::new(DISK_BYTES);
    let mut run = Run::begin_in(&disk.mounted().path().join("data"));
    run.answers(ANSWERS).await;
    disk.mounted().vanish();
    assert_eq!(run.server.wait(), Some(1), "it says why, and ends");
    disk.check_and_mount_again();
    run.start().await;
    run.answers(ANSWERS).await;
    run.compare(table("the volume is gone for a while")).await;
}

/// Waits for some heartbeats.
async fn heartbeats(watch: &mut Watch) {
    let mut left = 3;
    while left > 0 {
        let step = in_time("a heartbeat", watch.next()).await;
        if let Update::Heartbeat = step.expect("the stream goes on").update {
            left -= 1;
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_disk_that_stands_still_is_waited_for() {
    if !apart("faults::a_disk_that_stands_still_is_waited_for") {
        return;
    }
    let disk = SmallDisk::new(DISK_BYTES);
    let path = disk.mounted().path().to_str().expect("UTF-8");
    let run = Run::begin_in(&disk.mounted().path().join("data"));
    let supervisor = Supervisor::new(&run.server.endpoint(), TENANT);
    let mut watch = supervisor.watch(ViewFilter::default());
    for _ in 0..3 {
        run.answers(ANSWERS).await;
        succeed("fsfreeze", &["--freeze", path]);
        // What was durable before may still be told; then nothing is, while others are told that all is well: a view has
        // its heartbeats.
        heartbeats(&mut watch).await;
        let before = *run.load.told().answers().borrow();
        heartbeats(&mut watch).await;
        assert_eq!(*run.load.told().answers().borrow(), before);
        succeed("fsfreeze", &["--unfreeze", path]);
    }
    run.answers(ANSWERS).await;
    run.compare(table("the disk stands still three times"))
        .await;
}

/// The wall clock of the server is set by steps, while it runs and while it is down. Its monotone clock is the machine's.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_wall_clock_that_is_set_back_and_forth_loses_nothing() {
    let folder = tempfile::tempdir().expect("a folder");
    let clock = folder.path().join("clock");
    let set = |offset: &str| fs::write(&clock, offset).expect("a file");
    set("+0");
    let environment = [
        ("LD_PRELOAD", installed("ACD_FAKETIME")),
        ("FAKETIME_TIMESTAMP_FILE", clock.clone()),
        ("FAKETIME_NO_CACHE", "1".into()),
        ("FAKETIME_DONT_FAKE_MONOTONIC", "1".into()),
    ];
    let mut run = Run::begin_with(&environment);
    let mut furthest = 0;
    // No start is further ahead of the one before than `request_window`: within it a repeated request has its answer.
    for (while_it_runs, while_it_is_down) in [("+1d", "-3h"), ("-1d", "+10m"), ("+2d", "+0")] {
        run.answers(ANSWERS).await;
        set(while_it_runs);
        run.answers(ANSWERS).await;
        run.server.kill();
        let last = last_at_ms(&run.data);
        assert!(
            last >= furthest,
            "engine time went from {furthest} to {last}"
        );
        furthest = last;
        set(while_it_is_down);
        run.start().await;
    }
    // The last starts were at +10 min and at +0.
    let behind = scraped(&run.server.metrics, "acd_wall_clock_behind_seconds");
    assert!(behind > 300.0, "{behind} s");
    run.compare(table("the wall clock is set back and forth"))
        .await;
}

/// When the last entry of a journal was made, by engine time.
fn last_at_ms(data: &Path) -> i64 {
    let dir = DataDir::open_existing(data).expect("nobody else has it");
    let (log, _) = dir.open_shard(0).expect("a journal in order");
    log.last_at_ms().expect("it has entries")
}

/// A figure without labels that the server tells Prometheus.
fn scraped(address: &str, name: &str) -> f64 {
    let mut stream = TcpStream::connect(address).expect("it listens");
    let request = "GET /metrics HTTP/1.1\r\nHost: test\r\nConnection: close\r\n\r\n";
    stream.write_all(request.as_bytes()).expect("it is sent");
    let mut text = String::new();
    stream.read_to_string(&mut text).expect("an answer");
    let mut lines = text.lines().filter_map(|line| line.split_once(' '));
    let line = lines.find(|(found, _)| *found == name);
    let (_, value) = line.unwrap_or_else(|| panic!("no {name} in {text}"));
    value.parse().expect("a number")
}
