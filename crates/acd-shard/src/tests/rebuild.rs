//! A tenant's state at any instant that is kept, and whether its snapshots are what its events make of it.

use acd_core::Engine;
use acd_core::command::{Command, Login, Request};
use acd_core::ids::{TenantName, TimeMs};
use acd_core::state::Facts;
use acd_journal::codec::{encode_input, encode_snapshot};
use acd_journal::{EventLog, LogKeeper, MemoryLog};

use super::bench::{apply, config};
use crate::recovery::{Agreement, RebuildError, UpTo, compare, rebuild};

/// A tenant with its log, and its digest after each input.
struct Told {
    keeper: Box<dyn LogKeeper>,
    log: MemoryLog,
    engine: Engine,
    name: TenantName,
    now: TimeMs,
    /// The last event of each input, its instant, and the digest after it.
    digests: Vec<(u64, TimeMs, u64)>,
}

impl Told {
    fn new() -> Self {
        let log = MemoryLog::new().unwrap();
        let name = TenantName::from("bank");
        let mut told = Self {
            keeper: log.keeper().unwrap(),
            log,
            engine: Engine::new(name.clone()),
            name,
            now: 1_000,
            digests: Vec::new(),
        };
        told.handle(Command::ApplyConfig(apply(config())));
        told
    }

    fn handle(&mut self, command: Command) {
        self.now += 10;
        let request = Request::internal(command);
        let handled = self.engine.handle(self.now, request.clone());
        let entries = encode_input(&self.name, Some(&request), &handled.events);
        self.log.append(&entries).unwrap();
        let state = self.engine.state();
        self.digests
            .push((state.facts().seq, self.now, state.digest()));
    }

    fn log_in(&mut self, times: usize) {
        for _ in 0..times {
            let agent = "nora".into();
            self.handle(Command::Login(Login { agent }));
        }
    }

    fn save(&mut self, facts: &Facts) {
        let (seq, at_ms, _) = *self.digests.last().unwrap();
        let snapshot = encode_snapshot(&self.name, seq, at_ms, facts.clone(), 0).unwrap();
        self.keeper.save_snapshot(&snapshot).unwrap();
    }

    fn save_as_it_is(&mut self) {
        let facts = self.engine.state().facts().clone();
        self.save(&facts);
    }

    fn digest(&self, up_to: UpTo) -> Result<(u64, u64), RebuildError> {
        let rebuilt = rebuild(0, &*self.keeper, &self.name, up_to)?;
        Ok((rebuilt.state.digest(), rebuilt.snapshot_seq))
    }

    fn agreements(&self) -> Vec<Agreement> {
        let compared = compare(0, &*self.keeper, &self.name).unwrap();
        assert_eq!(compared.digest, self.engine.state().digest());
        compared.snapshots.into_iter().map(|(_, it)| it).collect()
    }
}

#[test]
fn a_state_is_rebuilt_as_it_was_after_each_event_and_at_each_instant() {
    let mut told = Told::new();
    told.log_in(5);
    let first = told.digests.last().unwrap().0;
    told.save_as_it_is();
    told.log_in(5);
    for (seq, at_ms, digest) in &told.digests {
        let from = if *seq < first { 0 } else { first };
        assert_eq!(told.digest(UpTo::Seq(*seq)).unwrap(), (*digest, from));
        assert_eq!(told.digest(UpTo::Time(*at_ms)).unwrap(), (*digest, from));
        let until_the_next = UpTo::Time(*at_ms + 9);
        assert_eq!(told.digest(until_the_next).unwrap(), (*digest, from));
    }
    let (last, _, digest) = *told.digests.last().unwrap();
    assert_eq!(told.digest(UpTo::End).unwrap().0, digest);
    assert_eq!(told.digest(UpTo::Time(TimeMs::MAX)).unwrap().0, digest);
    let ahead = told.digest(UpTo::Seq(last + 1)).unwrap_err();
    assert!(matches!(ahead, RebuildError::Ahead { last_seq, .. } if last_seq == last));
    let nothing = rebuild(0, &*told.keeper, &told.name, UpTo::Time(0)).unwrap();
    assert_eq!(nothing.state.facts().seq, 0);
}

#[test]
fn what_is_given_up_is_refused_with_the_earliest_instant_that_is_left() {
    let mut told = Told::new();
    told.log_in(5);
    let (oldest, oldest_at, _) = *told.digests.last().unwrap();
    told.save_as_it_is();
    told.log_in(5);
    told.save_as_it_is();
    told.keeper.truncate("bank", oldest).unwrap();
    for up_to in [UpTo::Seq(oldest - 1), UpTo::Time(oldest_at - 1)] {
        let error = told.digest(up_to).unwrap_err();
        let RebuildError::NotKept { oldest: left, .. } = &error else {
            panic!("{error}");
        };
        assert_eq!(left.unwrap().at_ms, oldest_at);
        assert!(error.to_string().contains("keep_journal"), "{error}");
    }
    for (seq, at_ms, digest) in &told.digests {
        if *seq >= oldest {
            assert_eq!(told.digest(UpTo::Seq(*seq)).unwrap().0, *digest);
            assert_eq!(told.digest(UpTo::Time(*at_ms)).unwrap().0, *digest);
        }
    }
    assert_eq!(told.agreements(), [Agreement::Alone, Agreement::Same]);
}

#[test]
fn a_snapshot_that_is_not_what_the_events_make_is_told() {
    let mut told = Told::new();
    told.log_in(3);
    assert!(told.agreements().is_empty());
    told.save_as_it_is();
    told.log_in(3);
    assert_eq!(told.agreements(), [Agreement::Same]);
    let right = told.engine.state().digest();
    let mut wrong = told.engine.state().facts().clone();
    wrong.emergency = !wrong.emergency;
    told.save(&wrong);
    told.log_in(1);
    let agreements = told.agreements();
    let [Agreement::Same, Agreement::Differs { snapshot, events }] = agreements[..] else {
        panic!("{agreements:?}");
    };
    assert_eq!(events, right);
    assert_ne!(snapshot, right);
    assert!(!agreements[1].holds());
}
