//! How the console is run.

use std::path::PathBuf;

/// How the console is run: `[server.console]`, or the file of `acd console`.
#[derive(Clone, Debug)]
pub struct Options {
    /// The key that seals sessions; it is made where it is missing. None: a new one with each start, which signs
    /// everybody out.
    pub key_file: Option<PathBuf>,
    /// Whether browsers reach it over TLS, here or at a proxy: cookies are then marked `Secure`.
    pub secure: bool,
    /// Origins whose pages may show the desk in a frame, e.g. `https://crm.example`.
    pub embed_origins: Vec<String>,
    /// Most streams at once.
    pub streams_max: usize,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            key_file: None,
            secure: false,
            embed_origins: Vec::new(),
            streams_max: 4_096,
        }
    }
}
