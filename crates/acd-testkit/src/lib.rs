//! What tests of clients and adapters need.
//!
//! - [`Clients`], [`Desk`] and [`Pbx`] speak to a real server, as an agent's desktop and a telephone exchange do.
//! - [`fake_server`] is a server that plays what the test says: it drops, repeats, skips, refuses and falls silent.
//!
//! All of it uses the public API and nothing else, and panics where the other side does not do as the API promises.

mod clients;
mod desk;
pub mod fake_server;
mod pbx;

use std::time::Duration;

use acd_proto::v1::ErrorReason;
use tonic::Status;
use tonic_types::StatusExt as _;

pub use clients::{Clients, call};
pub use desk::Desk;
pub use pbx::Pbx;

/// How long anything may take before a test gives up on it. No test waits for time to pass.
pub const PATIENCE: Duration = Duration::from_secs(30);

/// What comes of this in time.
pub async fn in_time<T>(what: &str, future: impl Future<Output = T>) -> T {
    tokio::time::timeout(PATIENCE, future)
        .await
        .unwrap_or_else(|_| panic!("{what}: nothing came within {PATIENCE:?}"))
}

/// A request id that no other call of this process has.
pub fn request_id() -> String {
    use std::sync::atomic::{AtomicU64, Ordering};
    static NEXT: AtomicU64 = AtomicU64::new(1);
    format!("request-{}", NEXT.fetch_add(1, Ordering::Relaxed))
}

/// The reason of a refused call, which must be one of the API with field names and remedy where they belong.
#[track_caller]
pub fn reason(status: &Status) -> ErrorReason {
    let info = status
        .get_details_error_info()
        .unwrap_or_else(|| panic!("no ErrorInfo: {status:?}"));
    assert_eq!(info.domain, "acd.v1");
    assert!(
        info.metadata
            .get("remedy")
            .is_some_and(|remedy| !remedy.is_empty()),
        "no remedy: {status:?}"
    );
    ErrorReason::from_wire_name(&info.reason)
        .unwrap_or_else(|| panic!("unknown reason {}", info.reason))
}

/// One entry of a refused call's metadata.
#[track_caller]
pub fn metadata(status: &Status, key: &str) -> String {
    let info = status.get_details_error_info().expect("ErrorInfo");
    info.metadata
        .get(key)
        .cloned()
        .unwrap_or_else(|| panic!("no metadata {key}: {:?}", info.metadata))
}

/// The refusal of a call that must be refused.
#[track_caller]
pub fn refused<T: std::fmt::Debug>(answer: Result<T, Status>) -> Status {
    match answer {
        Err(status) => status,
        Ok(answer) => panic!("not refused: {answer:?}"),
    }
}
