//! The one clock. Engine time starts at the later of the wall clock and the last journaled time and then advances with
//! the monotone clock: it never goes back, whatever happens to the wall clock, and it does not stand still while the
//! machine is suspended. Both are read from a [`TimeSource`]: the machine's, or one that a test moves.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use acd_core::ids::{DurationMs, TimeMs};
use acd_traces::TimeNs;
use crossbeam_channel::{Receiver, Sender, after, bounded, never};
use rustix::time::{ClockId, clock_gettime};

/// The least difference between engine time and wall clock that counts as one, in milliseconds.
const STEP_MS: DurationMs = 1_000;
/// After so long at most a thread that waits looks at the clocks again. What wakes it stands still while the machine is
/// suspended, and nobody tells that the wall clock was set.
const LOOK_AGAIN: Duration = Duration::from_secs(1);

/// What time is read from.
pub trait TimeSource: fmt::Debug + Send + Sync {
    /// What the monotone clock shows: it never goes back, also counts while the machine is suspended, and only the
    /// distance of two readings means something.
    fn monotone(&self) -> Duration;

    /// What the wall clock shows, in milliseconds since the Unix epoch.
    fn wall_ms(&self) -> TimeMs;

    /// For a thread that waits: ready as soon as the monotone clock shows this much, and perhaps before: whoever is woken
    /// looks at the clocks and waits again.
    fn alarm(&self, reading: Duration) -> Receiver<Instant>;
}

/// The clocks of the machine.
#[derive(Clone, Copy, Debug, Default)]
pub struct MachineTime(());

impl MachineTime {
    /// The machine's clocks.
    pub fn new() -> Self {
        Self(())
    }
}

impl TimeSource for MachineTime {
    fn monotone(&self) -> Duration {
        // `Instant` would stand still while the machine is suspended.
        let since_boot = clock_gettime(ClockId::Boottime);
        let (seconds, nanoseconds) = (since_boot.tv_sec, since_boot.tv_nsec);
        Duration::new(seconds.unsigned_abs(), nanoseconds.unsigned_abs() as u32)
    }

    #[expect(
        clippy::disallowed_methods,
        reason = "here the machine's clock is read"
    )]
    fn wall_ms(&self) -> TimeMs {
        // A machine that believes to be before 1970 has no usable wall clock; the journal or 1970 is the better start.
        SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .map_or(0, millis)
    }

    fn alarm(&self, reading: Duration) -> Receiver<Instant> {
        after(reading.saturating_sub(self.monotone()).min(LOOK_AGAIN))
    }
}

/// Clocks that stand still until they are moved: for tests.
#[derive(Debug)]
pub struct ManualTime(Mutex<Moved>);

#[derive(Debug)]
struct Moved {
    monotone: Duration,
    wall_ms: TimeMs,
    /// Channels of which each becomes ready when its sender is dropped.
    alarms: BTreeMap<Duration, (Sender<Instant>, Receiver<Instant>)>,
}

impl ManualTime {
    /// Clocks of which the one on the wall shows this, in milliseconds since the Unix epoch.
    pub fn new(wall_ms: TimeMs) -> Self {
        Self(Mutex::new(Moved {
            monotone: Duration::ZERO,
            wall_ms,
            alarms: BTreeMap::new(),
        }))
    }

    /// Lets this much time pass on both clocks, and wakes whoever waited for it.
    pub fn advance(&self, by: Duration) {
        let mut moved = self.moved();
        moved.monotone += by;
        moved.wall_ms += millis(by);
        let now = moved.monotone;
        while let Some(due) = moved.alarms.first_entry()
            && *due.key() <= now
        {
            due.remove();
        }
    }

    /// Sets the clock on the wall, and no other. Whoever waits looks again, as they do from time to time.
    pub fn set_wall(&self, wall_ms: TimeMs) {
        let mut moved = self.moved();
        moved.wall_ms = wall_ms;
        moved.alarms.clear();
    }

    fn moved(&self) -> MutexGuard<'_, Moved> {
        // Nothing in here can fail half-way.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl TimeSource for ManualTime {
    fn monotone(&self) -> Duration {
        self.moved().monotone
    }

    fn wall_ms(&self) -> TimeMs {
        self.moved().wall_ms
    }

    fn alarm(&self, reading: Duration) -> Receiver<Instant> {
        let mut moved = self.moved();
        if reading <= moved.monotone {
            // Its sender is gone already.
            return bounded(0).1;
        }
        let alarm = moved.alarms.entry(reading).or_insert_with(|| bounded(0));
        alarm.1.clone()
    }
}

/// Engine time. Copies of one clock agree.
#[derive(Clone, Debug)]
pub struct Clock {
    source: Arc<dyn TimeSource>,
    /// What the monotone clock showed when the engine's time was `start_ms`.
    origin: Duration,
    start_ms: TimeMs,
    behind_ms: DurationMs,
}

impl Clock {
    /// The clock of a server whose journal ends at `last_journaled`, in milliseconds since the Unix epoch.
    pub fn start(source: Arc<dyn TimeSource>, last_journaled: Option<TimeMs>) -> Self {
        let wall_ms = source.wall_ms();
        let start_ms = last_journaled.map_or(wall_ms, |last| last.max(wall_ms));
        Self {
            origin: source.monotone(),
            source,
            start_ms,
            behind_ms: start_ms - wall_ms,
        }
    }

    /// Engine time now.
    pub fn now(&self) -> TimeMs {
        self.start_ms + millis(self.source.monotone().saturating_sub(self.origin))
    }

    /// Engine time now to the nanosecond, since the Unix epoch: for traces. It agrees with [`Clock::now`].
    pub fn now_ns(&self) -> TimeNs {
        let start_ns = u64::try_from(self.start_ms)
            .unwrap_or(0)
            .saturating_mul(1_000_000);
        let since = self.source.monotone().saturating_sub(self.origin);
        start_ns.saturating_add(u64::try_from(since.as_nanos()).unwrap_or(u64::MAX))
    }

    /// The wall clock now, in milliseconds since the Unix epoch: for tokens, whose times are civil times.
    pub fn wall_ms(&self) -> TimeMs {
        self.source.wall_ms()
    }

    /// How far engine time is ahead of the wall clock now, in milliseconds; negative if it is behind. A difference of
    /// less than a second is none: it is the grain of reading two clocks, or of a clock that is being adjusted.
    pub fn ahead_of_wall_ms(&self) -> DurationMs {
        ahead_of(self.now(), self.wall_ms())
    }

    /// Whether the wall clock was set since it stood like this, and how it stands now.
    pub(crate) fn wall_set_since(&self, stood: WallStands) -> Option<WallStands> {
        let stands = self.wall_stands();
        let by_ms = stands.ahead_ms - stood.ahead_ms;
        (by_ms.abs() >= STEP_MS).then_some(stands)
    }

    /// How the wall clock stands now.
    pub(crate) fn wall_stands(&self) -> WallStands {
        WallStands {
            ahead_ms: self.now() - self.wall_ms(),
        }
    }

    /// How far the wall clock was behind the journal at the start, in milliseconds; 0 if it was not.
    pub fn wall_clock_behind_ms(&self) -> DurationMs {
        self.behind_ms
    }

    /// For a thread that waits: ready as soon as engine time is `at`, and perhaps before; never if that is beyond what can
    /// be told.
    pub fn alarm(&self, at: TimeMs) -> Receiver<Instant> {
        let ahead = u64::try_from(at - self.start_ms).unwrap_or(0);
        let reading = self.origin.checked_add(Duration::from_millis(ahead));
        reading.map_or_else(never, |reading| self.source.alarm(reading))
    }

    /// The deadline of a call that came just now and may take this long.
    pub fn deadline(&self, timeout: Duration) -> Deadline {
        let timeout = timeout.as_nanos().div_ceil(1_000_000);
        let timeout = DurationMs::try_from(timeout).unwrap_or(DurationMs::MAX);
        Deadline(self.now().saturating_add(timeout))
    }
}

/// How the wall clock stands to engine time, to the millisecond.
#[derive(Clone, Copy, Debug)]
pub(crate) struct WallStands {
    ahead_ms: DurationMs,
}

/// The instant of engine time by which a call must have been decided.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Deadline(TimeMs);

impl Deadline {
    /// Whether it has passed when a call is decided at this instant.
    pub fn has_passed(self, now: TimeMs) -> bool {
        now >= self.0
    }

    /// How much time is left at this instant; negative if it has passed.
    pub fn left_ms(self, now: TimeMs) -> DurationMs {
        self.0.saturating_sub(now)
    }
}

/// A stop-watch for metrics. No decision depends on it: it measures how long the machine works, which is no matter of a
/// clock that a test moves.
#[derive(Clone, Copy, Debug)]
pub struct Stopwatch(Instant);

impl Stopwatch {
    /// Begins to measure.
    #[expect(clippy::disallowed_methods, reason = "how long the machine works")]
    pub fn start() -> Self {
        Self(Instant::now())
    }

    /// The time since the begin.
    pub fn elapsed(self) -> Duration {
        self.0.elapsed()
    }
}

fn ahead_of(engine_ms: TimeMs, wall_ms: TimeMs) -> DurationMs {
    let ahead = engine_ms - wall_ms;
    if ahead.abs() < STEP_MS { 0 } else { ahead }
}

/// A length of time in milliseconds; the longest there is if it is longer.
pub(crate) fn millis(duration: Duration) -> DurationMs {
    DurationMs::try_from(duration.as_millis()).unwrap_or(DurationMs::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_ready(alarm: &Receiver<Instant>) -> bool {
        alarm.try_recv() != Err(crossbeam_channel::TryRecvError::Empty)
    }

    #[test]
    fn engine_time_starts_at_the_later_of_wall_clock_and_journal() {
        for (last_journaled, starts_at, behind) in [
            (None, 5_000, 0),
            (Some(4_000), 5_000, 0),
            (Some(9_000), 9_000, 4_000),
        ] {
            let clock = Clock::start(Arc::new(ManualTime::new(5_000)), last_journaled);
            assert_eq!(clock.now(), starts_at);
            assert_eq!(clock.wall_clock_behind_ms(), behind);
        }
    }

    #[test]
    fn engine_time_is_ahead_of_the_wall_clock_only_by_a_step() {
        let time = Arc::new(ManualTime::new(50_000));
        let clock = Clock::start(time.clone(), None);
        for (wall_ms, ahead_ms) in [
            (50_000, 0),
            (49_001, 0),
            (50_999, 0),
            (49_000, 1_000),
            (54_000, -4_000),
        ] {
            time.set_wall(wall_ms);
            assert_eq!(clock.ahead_of_wall_ms(), ahead_ms);
            assert_eq!(clock.now(), 50_000, "engine time does not follow the wall");
        }
    }

    #[test]
    fn an_alarm_is_ready_from_its_instant_on() {
        let time = Arc::new(ManualTime::new(1_000));
        let clock = Clock::start(time.clone(), None);
        let alarms = [0, 1_000, 61_000, 61_000, 61_001].map(|at| clock.alarm(at));
        let ready = || alarms.each_ref().map(is_ready);
        assert_eq!(ready(), [true, true, false, false, false]);
        time.advance(Duration::from_millis(60_000));
        assert_eq!(clock.now(), 61_000);
        assert_eq!(clock.now_ns(), 61_000_000_000);
        assert_eq!(ready(), [true, true, true, true, false]);
        assert!(!is_ready(&clock.alarm(TimeMs::MAX)));
    }

    #[test]
    fn the_alarm_of_the_machine_comes_by_itself() {
        let clock = Clock::start(Arc::new(MachineTime::new()), None);
        let at = clock.now() + 2;
        clock.alarm(at).recv().unwrap();
        assert!(clock.now() >= at);
    }

    #[test]
    fn the_machine_is_looked_at_again_before_a_far_instant() {
        // An alarm on a clock that stood still for as long as the machine was suspended would come so much too late.
        let time = MachineTime::new();
        let in_an_hour = time.monotone() + Duration::from_secs(3_600);
        time.alarm(in_an_hour).recv().unwrap();
        assert!(time.monotone() < in_an_hour);
    }

    #[test]
    fn the_monotone_clock_of_the_machine_also_counts_suspended_time() {
        let before = clock_gettime(ClockId::Boottime).tv_sec.unsigned_abs();
        let shown = MachineTime::new().monotone().as_secs();
        let after = clock_gettime(ClockId::Boottime).tv_sec.unsigned_abs();
        assert!((before..=after).contains(&shown));
    }

    #[test]
    fn the_wall_clock_was_set_when_it_moved_by_a_second_against_engine_time() {
        let time = Arc::new(ManualTime::new(50_000));
        let clock = Clock::start(time.clone(), None);
        let stood = clock.wall_stands();
        time.advance(Duration::from_secs(10));
        assert!(clock.wall_set_since(stood).is_none(), "time passed");
        time.set_wall(60_999);
        assert!(clock.wall_set_since(stood).is_none(), "it is adjusted");
        time.set_wall(59_000);
        let stands = clock.wall_set_since(stood).expect("a leap second");
        // Two clocks are not read at one instant: the difference may be a millisecond less at the next look.
        time.set_wall(59_001);
        assert!(clock.wall_set_since(stands).is_none(), "once");
    }

    #[test]
    fn a_deadline_passes_at_its_instant() {
        let clock = Clock::start(Arc::new(ManualTime::new(1_000)), None);
        let deadline = clock.deadline(Duration::from_millis(5));
        assert!(!deadline.has_passed(1_004) && deadline.has_passed(1_005));
        assert!(!clock.deadline(Duration::MAX).has_passed(TimeMs::MAX - 1));
    }
}
