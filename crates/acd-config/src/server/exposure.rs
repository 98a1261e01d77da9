//! A server that anyone on the network may command is refused.

use super::ServerConfig;
use crate::problem::Problem;

/// Why this server must not start: it would listen beyond loopback without both TLS and bearer tokens, so that anyone
/// on the network could read and move the tenants' contacts. None if it may. `file` is the name shown to people.
///
/// The metrics address is not judged: it tells figures, takes no commands, and is a key of its own.
pub fn exposure_problem(server: &ServerConfig, file: &str) -> Option<Problem> {
    if server.listen.ip().is_loopback() {
        return None;
    }
    let missing = match (&server.tls, &server.auth) {
        (Some(_), Some(_)) => return None,
        (None, Some(_)) => "TLS",
        (Some(_), None) => "bearer tokens",
        (None, None) => "TLS and bearer tokens",
    };
    Some(Problem {
        file: file.to_owned(),
        place: None,
        path: "server.listen".to_owned(),
        message: format!("the server would listen on {}, beyond this machine, without {missing}", server.listen),
        remedy: "add [server.tls] and [server.auth], or listen on 127.0.0.1, or start with --insecure on a network \
                 where nobody can do harm"
            .to_owned(),
    })
}
