//! The centre that is attacked, with those who work there and those who do harm.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use acd_benches::attack;
use jsonwebtoken::{EncodingKey, Header};
use serde_json::{Value, json};

use crate::load::Load;
use crate::servers::Server;

/// The tenant of the load, which its attackers may watch.
pub(crate) const TENANT: &str = "load";
const SECRET: &[u8] = b"a secret of at least thirty-two bytes";
/// The year 2100.
const LATER: i64 = 4_102_444_800;

pub(crate) struct Centre {
    pub(crate) server: Server,
    /// The files with the tokens of who works there, and of who does harm.
    pub(crate) worker: PathBuf,
    pub(crate) attacker: PathBuf,
    _folder: tempfile::TempDir,
}

impl Centre {
    /// A server with a tenant of the attackers, which has these tables besides, its journal on this disk.
    pub(crate) fn open(disk: &Path, tables: &str) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let written = |name: &str, bytes: &[u8]| {
            let path = folder.path().join(name);
            fs::write(&path, bytes).expect("a file");
            path
        };
        let secret = written("secret", SECRET);
        let claims = json!({"sub": "worker", "tenant": "*",
            "role": ["administrator", "supervisor", "agent", "adapter"]});
        let worker = written("worker", token(claims).as_bytes());
        let claims = json!({"sub": "attacker", "tenant": [TENANT, attack::TENANT],
            "role": ["administrator", "supervisor", "adapter"]});
        let attacker = written("attacker", token(claims).as_bytes());
        let tables = format!(
            "[server.auth]\nalgorithm = \"HS256\"\nkey_file = {secret:?}\n\
             [tenants.{}]\nadapters = [\"{}\"]\n[tenants.{}.queues.{}]\n{tables}",
            attack::TENANT,
            attack::ADAPTER,
            attack::TENANT,
            attack::QUEUE,
        );
        Self {
            server: Server::with(disk, &tables),
            worker,
            attacker,
            _folder: folder,
        }
    }

    /// What goes on there for so many seconds after it has begun.
    pub(crate) fn load(&self, seconds: u64) -> Load {
        let warm_up = Duration::from_secs(4);
        Load {
            agents: 1_000,
            queues: 10,
            rate: "100".to_owned(),
            talk: Duration::from_secs(2),
            warm_up,
            length: warm_up + Duration::from_secs(seconds),
            is_prepared: false,
            token: Some(self.worker.clone()),
        }
    }
}

fn token(mut claims: Value) -> String {
    claims["aud"] = "acd".into();
    claims["exp"] = LATER.into();
    let key = EncodingKey::from_secret(SECRET);
    jsonwebtoken::encode(&Header::default(), &claims, &key).expect("a token")
}
