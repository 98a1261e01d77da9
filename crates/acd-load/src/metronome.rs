//! A thread that hands over each arrival at its instant, to some ten microseconds: the timers of the runtime tell whole
//! milliseconds, which is longer than what is to be measured.

use std::io;
use std::num::NonZeroU64;
use std::sync::mpsc::{RecvTimeoutError, SyncSender, sync_channel};
use std::thread::JoinHandle;

use tokio::sync::mpsc;
use tokio::time::Instant;

use crate::arrivals::Arrival;

/// Arrivals that are due and not yet taken; one that finds it full waits, and its lateness is told.
const DUE_MAX: usize = 65_536;

/// The thread; it ends when this is dropped, or after the last arrival.
pub(crate) struct Metronome {
    thread: Option<JoinHandle<()>>,
    /// Dropped to stop it.
    stop: Option<SyncSender<()>>,
}

impl Metronome {
    /// Starts it, with as many takers as asked for, among which the arrivals go round.
    pub(crate) fn start(
        arrivals: impl Iterator<Item = Arrival> + Send + 'static,
        begin: Instant,
        takers: u32,
    ) -> io::Result<(Self, Vec<mpsc::Receiver<Arrival>>)> {
        let (due, taken): (Vec<_>, Vec<_>) = (0..takers).map(|_| mpsc::channel(DUE_MAX)).unzip();
        let (stop, stopped) = sync_channel::<()>(1);
        let work = move || {
            // Where it is not allowed the thread wakes some fifty microseconds later, and the report tells how late.
            let _ = rustix::thread::set_current_timer_slack(NonZeroU64::new(1));
            let mut next = due.iter().cycle();
            for arrival in arrivals {
                loop {
                    let wait = (begin + arrival.at).saturating_duration_since(Instant::now());
                    match stopped.recv_timeout(wait) {
                        Err(RecvTimeoutError::Timeout) if wait.is_zero() => break,
                        Err(RecvTimeoutError::Timeout) => {}
                        Ok(()) | Err(RecvTimeoutError::Disconnected) => return,
                    }
                }
                let Some(due) = next.next() else { return };
                if due.blocking_send(arrival).is_err() {
                    return;
                }
            }
        };
        let thread = std::thread::Builder::new()
            .name("metronome".to_owned())
            .spawn(work)?;
        let metronome = Self {
            thread: Some(thread),
            stop: Some(stop),
        };
        Ok((metronome, taken))
    }
}

impl Drop for Metronome {
    fn drop(&mut self) {
        self.stop.take();
        if let Some(thread) = self.thread.take() {
            // It only fails if it panicked, and then that was told.
            let _ = thread.join();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::arrivals::Arrivals;
    use crate::plan::Plan;
    use crate::profile::Profile;

    fn plan() -> Plan {
        Plan {
            rate: Profile::constant(100_000.0),
            ..Plan::default()
        }
    }

    #[tokio::test]
    async fn none_comes_before_its_instant_and_all_come_in_their_order() {
        let begin = Instant::now();
        let arrivals = Arrivals::of(&plan()).take(1_000);
        let (_metronome, mut taken) = Metronome::start(arrivals, begin, 2).expect("a thread");
        for number in 0..1_000 {
            let next = taken[number % 2].recv().await.expect("an arrival");
            assert_eq!(next.number, number as u64);
            assert!(begin + next.at <= Instant::now());
        }
        assert_eq!(taken[0].recv().await, None);
    }

    #[tokio::test]
    async fn one_that_is_dropped_ends_at_once() {
        let far = Arrivals::of(&Plan {
            rate: Profile::constant(1e-9),
            length: std::time::Duration::from_secs(1_000_000_000_000),
            ..Plan::default()
        });
        let (metronome, mut taken) = Metronome::start(far, Instant::now(), 1).expect("a thread");
        drop(metronome);
        assert_eq!(taken[0].recv().await, None);
    }
}
