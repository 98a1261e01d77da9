//! A server that anyone on the network may command is refused.

use super::ServerConfig;
use crate::problem::Problem;

/// Why this server must not start: it would listen beyond loopback without both TLS and bearer tokens, so that anyone
/// on the network could read and move the tenants' contacts. None if it may. `file` is the name shown to people.
///
/// The metrics address is not judged: it tells figures, takes no commands, and is a key of its own.
pub fn exposure_problem(server: &ServerConfig, file: &str) -> Option<Problem> {
    grpc(server, file).or_else(|| console(server, file, server.auth.is_some()))
}

/// The same of the console alone, where it is a process of its own: the tokens of its people would cross the network in
/// plain text. A proxy that encrypts is named by `public_url`. Whether the engine asks for tokens is not known: such a
/// console gives nobody a seat without one unless it [is of this machine](super::ConsoleConfig::is_of_this_machine).
pub fn console_exposure_problem(server: &ServerConfig, file: &str) -> Option<Problem> {
    console(server, file, true)
}

fn console(server: &ServerConfig, file: &str, has_auth: bool) -> Option<Problem> {
    let console = server.console.as_ref()?;
    if console.is_of_this_machine() {
        return None;
    }
    let public_url = console.public_url.as_deref().unwrap_or_default();
    let missing = match (
        server.tls.is_some() || public_url.starts_with("https://"),
        has_auth,
    ) {
        (true, true) => return None,
        (false, true) => "TLS",
        (true, false) => "bearer tokens",
        (false, false) => "TLS and bearer tokens",
    };
    let (key, would) = match console.listen.ip().is_loopback() {
        true => ("public_url", format!("be reached at {public_url}")),
        false => ("listen", format!("listen on {}", console.listen)),
    };
    Some(Problem {
        file: file.to_owned(),
        place: None,
        path: format!("server.console.{key}"),
        message: format!("the console would {would}, beyond this machine, without {missing}"),
        remedy: "add [server.tls], or public_url = \"https://...\" where a proxy encrypts, and [server.auth], or listen \
                 on 127.0.0.1, or start with --insecure on a network where nobody can do harm"
            .to_owned(),
    })
}

fn grpc(server: &ServerConfig, file: &str) -> Option<Problem> {
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
