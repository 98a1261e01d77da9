//! What makes the content of a mutation recognisable, so that the same request id with other content is noticed.

use acd_proto::Mutation;
use sha2::{Digest, Sha256};

/// The first 64 bits of the SHA-256 of kind and content: two kinds may look alike on the wire. The request id is taken
/// out before. The encoding of a message without maps is always the same, so that the fingerprint survives a restart and
/// an upgrade.
pub(super) fn fingerprint<M: Mutation>(content: &M) -> u64 {
    let mut hash = Sha256::new();
    hash.update(M::NAME);
    hash.update(content.encode_to_vec());
    let digest = hash.finalize();
    digest
        .iter()
        .take(8)
        .fold(0, |bits, byte| bits << 8 | u64::from(*byte))
}

#[cfg(test)]
mod tests {
    use acd_proto::v1;

    use super::*;

    fn hold(request_id: &str, handling_id: u64) -> v1::HoldRequest {
        v1::HoldRequest {
            tenant: "bank".into(),
            request_id: request_id.into(),
            agent: "anna".into(),
            session_id: 7,
            handling_id,
        }
    }

    #[test]
    fn content_and_kind_count_and_the_request_id_does_not() {
        let print = |mut request: v1::HoldRequest| {
            request.take_request_id();
            fingerprint(&request)
        };
        assert_eq!(print(hold("a", 1)), print(hold("b", 1)));
        assert_ne!(print(hold("a", 1)), print(hold("a", 2)));
        let v1::HoldRequest {
            tenant,
            agent,
            session_id,
            handling_id,
            ..
        } = hold("", 1);
        let resume = v1::ResumeRequest {
            tenant,
            request_id: String::new(),
            agent,
            session_id,
            handling_id,
        };
        assert_ne!(fingerprint(&resume), print(hold("a", 1)));
    }

    /// Answers are remembered across restarts and upgrades together with this number.
    #[test]
    fn the_fingerprint_never_changes() {
        let mut request = hold("a", 1);
        request.take_request_id();
        assert_eq!(fingerprint(&request), 14_195_813_697_322_598_419);
    }
}
