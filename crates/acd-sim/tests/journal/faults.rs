//! What the journal promises on a disk that fails, fills up, rots, or is taken away.

use std::ops::ControlFlow;
use std::path::Path;

use acd_journal::{EventLog, LogError, LogKeeper, SqliteLog, Volume};
use acd_sim::disk::{Counts, Crash, Operation, SimDisk};
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};

use crate::model::{Act, DIRECTORY, Model, SHARD, TENANTS, check, draw, open, run, small_history};

/// Does what is drawn on a journal that stays open, whatever fails; returns how often something did.
fn go_on(
    disk: &SimDisk,
    model: &mut Model,
    rng: &mut StdRng,
    fault: impl Fn(&SimDisk, &mut StdRng),
) -> u32 {
    let (_directory, mut log, mut keeper, _) = open(&disk.volume()).expect("it opens");
    let mut failed = 0;
    for _ in 0..60 {
        if rng.random_bool(0.3) {
            fault(disk, rng);
        }
        let result = model.act(&mut log, &mut *keeper, &draw(rng));
        failed += u32::from(result.is_err());
        disk.heal();
        model.check_while_open(&*keeper);
    }
    failed
}

/// An operation fails once, or for as long as something is tried.
fn some_operation(disk: &SimDisk, rng: &mut StdRng) {
    let operation = Operation::ALL[rng.random_range(0..Operation::ALL.len())];
    let times = if rng.random() { 1 } else { u64::MAX };
    disk.fail(operation, rng.random_range(0..3), times);
}

#[test]
fn what_failed_is_not_there_and_the_journal_goes_on() {
    let mut failed = 0;
    for seed in 0..40 {
        let mut rng = StdRng::seed_from_u64(seed);
        let disk = SimDisk::new(seed);
        let mut model = Model::default();
        run(&disk, &mut model, &small_history());
        failed += go_on(&disk, &mut model, &mut rng, some_operation);
        disk.crash(Crash::Kill);
        check(&disk, &mut model);
    }
    assert!(failed > 100, "only {failed} failures were felt");
}

#[test]
fn what_is_acknowledged_after_a_failure_survives_a_power_cut() {
    let mut failed = 0;
    for seed in 0..40 {
        let mut rng = StdRng::seed_from_u64(seed);
        let disk = SimDisk::new(seed);
        let mut model = Model::default();
        run(&disk, &mut model, &small_history());
        failed += go_on(&disk, &mut model, &mut rng, some_operation);
        disk.crash(Crash::PowerCut);
        check(&disk, &mut model);
    }
    assert!(failed > 100, "only {failed} failures were felt");
}

/// A flush that failed may have forgotten what it was to flush, and what failed may have left frames behind the log.
#[test]
fn what_is_acknowledged_after_a_failed_flush_survives_a_power_cut() {
    let mut forgotten = 0;
    for seed in 0..200 {
        let mut rng = StdRng::seed_from_u64(seed);
        let disk = SimDisk::new(seed);
        let mut model = Model::default();
        run(&disk, &mut model, &small_history());
        go_on(&disk, &mut model, &mut rng, |disk, rng| {
            disk.fail(Operation::Sync, rng.random_range(0..3), 1);
        });
        disk.crash(Crash::PowerCut);
        check(&disk, &mut model);
        forgotten += disk.counts().forgotten_flushes;
    }
    assert!(forgotten > 200, "only {forgotten} flushes were forgotten");
}

/// Pages that were moved into the database while a reader kept others from it are not flushed: the flush that is for all of them
/// may forget them, too.
#[test]
fn what_was_moved_before_a_failed_flush_survives_a_power_cut() {
    let mut forgotten = 0;
    for seed in 0..20 {
        let disk = SimDisk::new(seed);
        let mut model = Model::default();
        let volume = disk.volume();
        let (directory, mut log, mut keeper, _) = open(&volume).expect("it opens");
        let reader = log.keeper().expect("a keeper");
        // More pages than pass until some are moved, and in three batches fewer than the system writes back by itself.
        let much = Act::Append(vec![(0, 1, 2_200_000), (1, 1, 2_200_000)]);
        let mut act = |log: &mut SqliteLog, keeper: &mut dyn LogKeeper, act: &Act| {
            model.act(log, keeper, act)
        };
        act(&mut log, &mut *keeper, &much).expect("appended");
        let mut visit = |_| {
            act(&mut log, &mut *keeper, &much).expect("appended");
            act(&mut log, &mut *keeper, &Act::Maintain).expect("moved in part");
            ControlFlow::Break(())
        };
        reader.read(TENANTS[0], 0, &mut visit).expect("read");
        act(&mut log, &mut *keeper, &much).expect("appended");
        // Of the log, and of the database.
        disk.fail(Operation::Sync, 1, 1);
        _ = act(&mut log, &mut *keeper, &Act::Maintain);
        disk.heal();
        for _ in 0..40 {
            act(&mut log, &mut *keeper, &much).expect("appended");
            act(&mut log, &mut *keeper, &Act::Maintain).expect("moved");
        }
        forgotten += disk.counts().forgotten_flushes;
        disk.crash(Crash::PowerCut);
        drop((reader, keeper, log, directory));
        check(&disk, &mut model);
    }
    assert!(forgotten > 5, "only {forgotten} flushes were forgotten");
}

#[test]
fn a_full_disk_refuses_and_goes_on_when_there_is_room() {
    for seed in 0..20 {
        let mut rng = StdRng::seed_from_u64(seed);
        let disk = SimDisk::new(seed);
        let mut model = Model::default();
        run(&disk, &mut model, &small_history());
        go_on(&disk, &mut model, &mut rng, |disk, rng| {
            let room = disk.room();
            let used = room.size_bytes - room.free_bytes;
            disk.set_size(if rng.random() { used + 5_000 } else { 1 << 40 });
        });
        disk.set_size(1 << 40);
        disk.crash(Crash::PowerCut);
        check(&disk, &mut model);
        assert!(disk.counts().full > 0);
    }
}

#[test]
fn a_disk_that_can_only_be_read_refuses_all_and_loses_nothing() {
    let disk = SimDisk::new(1);
    let mut model = Model::default();
    run(&disk, &mut model, &small_history());
    {
        let (_directory, mut log, mut keeper, _) = open(&disk.volume()).expect("it opens");
        disk.set_read_only(true);
        let append = Act::Append(vec![(0, 1, 10)]);
        let refused = model.act(&mut log, &mut *keeper, &append);
        assert!(matches!(refused, Err(LogError::Storage { .. })));
        model.check_while_open(&*keeper);
    }
    assert!(open(&disk.volume()).is_err());
    disk.set_read_only(false);
    check(&disk, &mut model);
}

#[test]
fn a_journal_that_was_taken_away_or_replaced_acknowledges_nothing() {
    let take: [fn(&SimDisk); 3] = [
        |disk| disk.vanish(Path::new(SHARD)).expect("a file"),
        |disk| disk.vanish(Path::new(DIRECTORY)).expect("a directory"),
        |disk| {
            let content = disk.content(Path::new(SHARD)).expect("a file");
            disk.replace(Path::new(SHARD), &content).expect("a place");
        },
    ];
    for take in take {
        let disk = SimDisk::new(1);
        let mut model = Model::default();
        run(&disk, &mut model, &small_history());
        let (_directory, mut log, mut keeper, _) = open(&disk.volume()).expect("it opens");
        take(&disk);
        let append = Act::Append(vec![(0, 1, 10)]);
        let refused = model.act(&mut log, &mut *keeper, &append);
        assert!(matches!(refused, Err(LogError::Gone { .. })), "{refused:?}");
        assert!(matches!(log.check_place(), Err(LogError::Gone { .. })));
    }
}

#[test]
fn a_disk_that_lies_about_flushes_is_found_out_or_opens_something_older() {
    let mut older = 0;
    for seed in 0..60 {
        let disk = SimDisk::new(seed);
        let mut model = Model::default();
        run(&disk, &mut model, &small_history());
        disk.set_lying(true);
        run(&disk, &mut model, &small_history()[..3]);
        disk.crash(Crash::PowerCut);
        disk.set_lying(false);
        // What is then there is not promised; that it is read without damage, or refused with a reason, is.
        if let Ok((_directory, log, keeper, _)) = open(&disk.volume()) {
            for tenant in log.tenants() {
                let kept_after = keeper.standing(&tenant).map_or(0, |it| it.kept_after);
                let read = keeper.read(&tenant, kept_after, &mut |_| ControlFlow::Continue(()));
                read.expect("what it opened with can be read");
            }
            older += u32::from(log.last_seq("bank") < last_seq(&model, "bank"));
        }
    }
    assert!(older > 0, "no lie was felt");
}

fn last_seq(model: &Model, tenant: &str) -> u64 {
    let entries = model.acknowledged.get(tenant);
    entries
        .and_then(|it| it.last())
        .map_or(0, |entry| entry.last_seq)
}

/// A bit flips in a journal whose process was killed, or has ended in order. What it holds then is refused, or is right.
#[test]
fn a_flipped_bit_is_refused_or_changes_nothing() {
    let mut refused = 0;
    for seed in 0..600 {
        let mut rng = StdRng::seed_from_u64(seed);
        let disk = SimDisk::new(seed);
        let mut model = Model::default();
        let volume = disk.volume();
        {
            let (_directory, mut log, mut keeper, _) = open(&volume).expect("it opens");
            for act in small_history() {
                let done = model.act(&mut log, &mut *keeper, &act);
                done.expect("nothing fails");
            }
            if rng.random() {
                disk.crash(Crash::Kill);
            }
        }
        let (file, byte) = disk.rot(None).expect("something is flushed");
        disk.crash(Crash::Kill);
        let Ok((_directory, log, keeper, report)) = open(&disk.volume()) else {
            refused += 1;
            continue;
        };
        let held = || format!("seed {seed}: byte {byte} of {}, {report:?}", file.display());
        assert_eq!(report.cut, [], "{}", held());
        let tenants: Vec<_> = log.tenants().iter().map(|it| it.to_string()).collect();
        let wanted: Vec<_> = model.acknowledged.keys().copied().collect();
        assert_eq!(tenants, wanted, "{}", held());
        for (tenant, entries) in &model.acknowledged {
            let kept_after = keeper.standing(tenant).map_or(0, |it| it.kept_after);
            let mut found = Vec::new();
            let mut visit = |entry| {
                found.push(entry);
                ControlFlow::Continue(())
            };
            match keeper.read(tenant, kept_after, &mut visit) {
                Ok(()) => {
                    let kept = entries.iter().filter(|it| it.last_seq > kept_after);
                    assert!(kept.eq(&found), "{}", held());
                }
                Err(error) => assert!(matches!(error, LogError::Damaged(_)), "{error}"),
            }
        }
    }
    assert!(refused > 50, "only {refused} were refused");
}

#[test]
fn the_same_seed_and_the_same_calls_give_the_same() {
    let history = |seed| -> (Counts, Vec<(std::path::PathBuf, usize)>) {
        let mut rng = StdRng::seed_from_u64(seed);
        let disk = SimDisk::new(seed);
        let mut model = Model::default();
        for _ in 0..6 {
            let acts: Vec<Act> = (0..30).map(|_| draw(&mut rng)).collect();
            disk.crash_after(rng.random_range(0..400));
            run(&disk, &mut model, &acts);
            disk.crash(Crash::PowerCut);
            check(&disk, &mut model);
        }
        let files = disk.files().into_iter().map(|path| {
            let length = disk.content(&path).map_or(0, |content| content.len());
            (path, length)
        });
        (disk.counts(), files.collect())
    };
    assert_eq!(history(7), history(7));
    assert_ne!(history(7).0, history(8).0);
}

#[test]
fn many_disks_live_side_by_side_and_know_nothing_of_each_other() {
    let disks: Vec<SimDisk> = (0..20).map(SimDisk::new).collect();
    let open = |disk: &SimDisk| SqliteLog::open_or_create_on(&disk.volume(), Path::new("/it.db"));
    let logs: Vec<_> = disks
        .iter()
        .map(|disk| open(disk).expect("a journal").0)
        .collect();
    let ids: std::collections::BTreeSet<_> = logs
        .iter()
        .map(|log| log.journal_id().to_string())
        .collect();
    assert_eq!(ids.len(), disks.len());
    let names = |volume: std::sync::Arc<dyn Volume>| volume.sqlite_vfs().map(str::to_owned);
    let vfs: std::collections::BTreeSet<_> =
        disks.iter().map(|disk| names(disk.volume())).collect();
    assert_eq!(vfs.len(), disks.len());
}
