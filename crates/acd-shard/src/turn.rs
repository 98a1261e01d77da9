//! What was decided and is not durable yet.

use std::collections::BTreeMap;

use acd_core::command::Request;
use acd_core::event::Recorded;
use acd_core::ids::TenantName;
use acd_core::refusal::Refusal;
use acd_journal::codec::encode_input;
use acd_journal::{BATCH_MAX_BYTES, BATCH_MAX_ENTRIES, Entry};
use acd_traces::{Came, Input, Lapse};

use super::call::{Answered, CallError, Reply};
use super::follower::{Begin, Durable};
use crate::stream::Subscription;

/// Why a stream was refused: by the shard, or by the engine.
pub(crate) type RefusedStream = Result<Refusal, CallError>;

/// The most bytes and entries of one input. It is a request (a configuration is the largest, below one entry) with what
/// is decided of it, and a slice, of which neither half goes beyond 2 MiB but by its last piece.
const INPUT_MAX_BYTES: usize = BATCH_MAX_BYTES / 2;
const INPUT_MAX_ENTRIES: usize = BATCH_MAX_ENTRIES / 2;

/// What was decided at one instant: entries for the log, and all that waits for them.
#[derive(Default)]
pub(crate) struct Turn {
    pub(crate) entries: Vec<Entry>,
    bytes: usize,
    /// Calls taken from the mailbox.
    pub(crate) calls: usize,
    /// Requests decided.
    pub(crate) decisions: u32,
    pub(crate) answers: Vec<(Reply<Answered>, Result<Answered, CallError>)>,
    /// Streams that were refused: for what is in this batch, perhaps.
    pub(crate) refused_streams: Vec<(Reply<Result<Subscription, Refusal>>, RefusedStream)>,
    /// What happened, by tenant.
    pub(crate) happened: BTreeMap<TenantName, OfTenant>,
    /// When the entries were made durable, where traces are told.
    pub(crate) commit: Option<Lapse>,
    /// Streams that were let in.
    pub(crate) begins: Vec<Begin>,
    /// Who asked whether the shard answers.
    pub(crate) pings: Vec<Reply<()>>,
    /// The order to stop after this turn.
    pub(crate) drain: Option<Reply<()>>,
}

/// What happened to one tenant.
#[derive(Debug, Default)]
pub(crate) struct OfTenant {
    pub(crate) events: Vec<Recorded>,
    /// What caused it, in the same order, where traces are told.
    pub(crate) inputs: Vec<Input>,
}

/// What is told of an input in traces, besides its events.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Decided {
    pub(crate) came: Option<Came>,
    pub(crate) lapse: Lapse,
}

/// Where a turn has been made durable, and where it goes from there.
pub(crate) trait Committed {
    /// Which life of its name the tenant leads, by the log.
    fn life(&self, tenant: &TenantName) -> u64;
    /// Has it shown.
    fn hand_over(&mut self, durable: Durable);
    /// Removes all of a deleted tenant from the log. False if that failed.
    fn drop_deleted(&mut self, tenant: &TenantName) -> bool;
    /// Begins the next life of a deleted tenant's name with these entries. False if that failed.
    fn begin_anew(&mut self, tenant: &TenantName, entries: &[Entry]) -> bool;
}

impl Turn {
    /// Whether another input fits, however large its record.
    pub(crate) fn has_room(&self, calls_max: usize) -> bool {
        self.calls < calls_max
            && self.entries.len() + INPUT_MAX_ENTRIES <= BATCH_MAX_ENTRIES
            && self.bytes + INPUT_MAX_BYTES <= BATCH_MAX_BYTES
            && self.drain.is_none()
    }

    /// Adds what an input caused; nothing if it caused nothing.
    pub(crate) fn record(
        &mut self,
        tenant: &TenantName,
        request: Option<&Request>,
        events: Vec<Recorded>,
        decided: Option<Decided>,
    ) {
        let (Some(first), Some(last)) = (events.first(), events.last()) else {
            return;
        };
        let input = decided.map(|decided| Input {
            command: request.map(|request| request.command.name()),
            came: decided.came,
            decided: decided.lapse,
            events: (first.seq, last.seq),
        });
        for entry in encode_input(tenant, request, &events) {
            self.bytes += entry.bytes();
            self.entries.push(entry);
        }
        let of_tenant = match self.happened.get_mut(tenant) {
            Some(of_tenant) => of_tenant,
            None => self.happened.entry(tenant.clone()).or_default(),
        };
        of_tenant.inputs.extend(input);
        match of_tenant.events.is_empty() {
            true => of_tenant.events = events,
            false => of_tenant.events.extend(events),
        }
    }
}
