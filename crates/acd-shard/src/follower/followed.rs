//! One tenant as the follower knows it: its state and its streams.

use acd_core::event::Recorded;
use acd_core::ids::{TenantName, TimeMs};
use acd_core::state::{Facts, State};
use acd_journal::JournalId;
use acd_traces::{Input, Lapse, Origin, Sampling, Span, TimeNs, Traces};

use super::{Begin, Happened};
use crate::stream::{Gone, NewStream, Rendering, StreamEnd, StreamSettings, Streams};

/// A tenant.
#[derive(Debug)]
pub(crate) struct Followed {
    name: TenantName,
    /// Which of the tenants that had this name, one after the other.
    life: u64,
    state: State,
    streams: Streams,
    /// What is told of its contacts in traces; none: nothing.
    traces: Option<Traces>,
    /// Under which time it stands among those whose streams are to be told something.
    pub(super) noted_due_at: Option<TimeMs>,
}

impl Followed {
    /// A tenant of which nothing is known yet.
    pub(crate) fn new(name: TenantName, life: u64, settings: StreamSettings) -> Self {
        Self::restore(name, life, Facts::default(), settings)
    }

    /// A tenant as a snapshot describes it. Nobody looks yet.
    pub(crate) fn restore(
        name: TenantName,
        life: u64,
        facts: Facts,
        settings: StreamSettings,
    ) -> Self {
        let state = State::from_facts(facts);
        Self {
            streams: Streams::of(name.clone(), life, state.facts(), settings),
            name,
            life,
            state,
            traces: None,
            noted_due_at: None,
        }
    }

    pub(crate) fn name(&self) -> &TenantName {
        &self.name
    }

    pub(crate) fn life(&self) -> u64 {
        self.life
    }

    pub(crate) fn state(&self) -> &State {
        &self.state
    }

    /// Up to which event the state is exact.
    pub(crate) fn at(&self) -> u64 {
        self.state.facts().seq
    }

    /// Whether it exists for callers: a configuration was applied, and it was not deleted since.
    pub(crate) fn is_alive(&self) -> bool {
        let facts = self.state.facts();
        facts.config_version > 0 && !facts.deleted
    }

    /// Applies an event that happened before the last stop, so that tokens from before it are honoured.
    pub(crate) fn recover(&mut self, recorded: &Recorded) {
        if recorded.seq > self.at() {
            let touched = self.state.follow(recorded);
            self.streams.remember(recorded.seq, touched);
        }
    }

    /// Has traces told of its contacts, so many of them, from now on.
    pub(crate) fn tell_traces(&mut self, journal: JournalId, sampling: Sampling) {
        let origin = Origin {
            journal: &journal.to_string(),
            tenant: &self.name,
            life: self.life,
        };
        self.traces = Some(Traces::of(origin, sampling));
    }

    /// What traces tell of inputs that were committed in this time and are shown now.
    pub(crate) fn told(
        &mut self,
        inputs: &[Input],
        commit: Option<Lapse>,
        now: TimeNs,
    ) -> Vec<Span> {
        let traces = self.traces.as_mut();
        traces.map_or_else(Vec::new, |traces| traces.told(inputs, commit, now))
    }

    /// Applies durable events, one at a time, and tells the streams what they touched. How many readers were too slow and
    /// have been cut off.
    pub(crate) fn apply(&mut self, happened: &Happened, now: TimeMs) -> usize {
        let known = self.at();
        let Happened { events, inputs, .. } = happened;
        for recorded in events.iter().filter(|recorded| recorded.seq > known) {
            if let Some(traces) = &mut self.traces {
                traces.note(inputs, &self.state, recorded);
            }
            let touched = self.state.follow(recorded);
            self.streams.note(recorded, touched, &self.state, now);
        }
        self.streams.tell(&Rendering::of(&self.state, now), now)
    }

    /// Begins a stream. Whether it had a token that could not be honoured.
    pub(crate) fn begin(&mut self, begin: Begin, now: TimeMs) -> bool {
        let new = NewStream {
            interest: &begin.interest,
            resume_token: begin.resume_token.as_deref(),
            place: begin.place,
            departure: begin.departure,
        };
        let rendering = Rendering::of(&self.state, now);
        let (subscription, resync) = self.streams.subscribe(new, &rendering);
        begin.reply.send(Ok(Ok(subscription)));
        resync.is_some()
    }

    pub(crate) fn forget(&mut self, gone: &Gone) {
        self.streams.forget(gone);
    }

    pub(crate) fn due_at(&self) -> Option<TimeMs> {
        self.streams.due_at()
    }

    /// Tells what is due by now. How many readers were too slow and have been cut off.
    pub(crate) fn tell_due(&mut self, now: TimeMs) -> usize {
        if self.due_at().is_none_or(|due_at| due_at > now) {
            return 0;
        }
        self.streams.tell_due(&Rendering::of(&self.state, now), now)
    }

    /// Looks whether readers come back for more. How many have not for too long and have been cut off.
    pub(crate) fn look(&mut self) -> usize {
        self.streams.look()
    }

    /// Whether a whole view is on its way to its reader.
    pub(crate) fn is_gathering(&self) -> bool {
        self.streams.are_gathering()
    }

    /// Gathers a part of a whole view. How many readers were too slow and have been cut off.
    pub(crate) fn gather(&mut self, now: TimeMs) -> usize {
        self.streams.gather(&Rendering::of(&self.state, now))
    }

    pub(crate) fn end(&mut self, end: StreamEnd) {
        self.streams.end(end);
    }
}
