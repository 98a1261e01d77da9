//! Calls of the API: the bytes are messages on the wire, to any method there is.
//!
//! The real services answer, over a real shard that takes its steps in this thread, its log in memory, and no network.

mod house;
mod time;

use acd_proto::RPCS;

pub(crate) use house::{House, TENANT, arrival};

/// The most operations of one input.
const OPERATIONS_MAX: usize = 30;
/// Beyond the calls: a message on the stream of the adapter, and time that passes.
pub(crate) const SAY: usize = RPCS.len();
pub(crate) const WAIT: usize = RPCS.len() + 1;
const KINDS: usize = RPCS.len() + 2;
/// How long passes for each unit of what the input says.
const WAIT_UNIT_MS: u64 = 50;

/// Each call is answered, with an answer or a reason that is no defect, and what is decided is what is shown.
pub fn run(bytes: &[u8]) {
    on_runtime(async {
        let mut house = House::open().await;
        operate(&mut house, bytes).await;
        house.close();
    });
}

/// Does what the bytes say.
pub(crate) async fn operate(house: &mut House, bytes: &[u8]) {
    for (kind, message) in operations(bytes).take(OPERATIONS_MAX) {
        match kind {
            WAIT => {
                let units = message
                    .iter()
                    .take(2)
                    .fold(0, |sum, byte| sum * 256 + u64::from(*byte));
                house.wait(units * WAIT_UNIT_MS).await;
            }
            SAY => house.say(message).await,
            nth => house.call(RPCS[nth].path, message).await,
        }
    }
}

/// Runs it on one thread, with time that passes when it is told to.
pub(crate) fn on_runtime<T>(future: impl Future<Output = T>) -> T {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .start_paused(true)
        .build()
        .expect("a runtime without any resources of the machine");
    runtime.block_on(future)
}

/// What is done, and the message it is done with: a byte, the length of the message in two, and the message.
fn operations(mut bytes: &[u8]) -> impl Iterator<Item = (usize, Vec<u8>)> + use<'_> {
    std::iter::from_fn(move || {
        let ([kind, low, high], rest) = bytes.split_first_chunk::<3>()?;
        let length = usize::from(u16::from_le_bytes([*low, *high]));
        let (message, rest) = rest.split_at(length.min(rest.len()));
        bytes = rest;
        Some((usize::from(*kind) % KINDS, message.to_vec()))
    })
}

/// An operation as [`operations`] reads it.
pub(crate) fn operation(kind: usize, message: &[u8]) -> Vec<u8> {
    let kind = u8::try_from(kind).expect("fewer kinds than a byte has values");
    let length = u16::try_from(message.len()).expect("a short message");
    let mut bytes = vec![kind];
    bytes.extend(length.to_le_bytes());
    bytes.extend(message);
    bytes
}
