//! Connections that say little.

use std::time::Duration;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::task::JoinSet;

use super::{Attacker, Told};

/// Connections of either kind.
const SILENT: usize = 5_000;
/// The begin of every HTTP/2 connection, and an empty SETTINGS frame.
const BEGIN: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0";

pub(super) fn idle(attacker: &Attacker, tasks: &mut JoinSet<()>) {
    for said in [&b""[..], BEGIN] {
        for nth in 0..SILENT {
            let attacker = attacker.clone();
            tasks.spawn(async move {
                // They do not all come at the same instant.
                tokio::time::sleep(Duration::from_micros(400 * nth as u64)).await;
                loop {
                    let _ = attacker.silent(said).await;
                    tokio::time::sleep(Duration::from_millis(500)).await;
                }
            });
        }
    }
}

impl Attacker {
    /// Says this and no more, until the server has enough of it.
    async fn silent(&self, said: &[u8]) -> std::io::Result<()> {
        let mut socket = self.socket().await?;
        Told::one_more(&self.told.begun);
        socket.write_all(said).await?;
        while socket.read(&mut [0; 256]).await? > 0 {}
        Told::one_more(&self.told.ended);
        Ok(())
    }
}
