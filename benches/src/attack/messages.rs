//! Messages that are too much, and streams that are not read.

use std::future::poll_fn;

use acd_proto::v1::{GetSnapshotRequest, ViewFilter, WatchRequest};
use bytes::Bytes;
use h2::SendStream;
use tokio::task::JoinSet;

use super::{Attacker, CONNECTIONS, Told, framed, whole};

const WATCH: &str = "/acd.v1.SupervisorService/Watch";
const APPLY: &str = "/acd.v1.ConfigService/Apply";
const SNAPSHOT: &str = "/acd.v1.SupervisorService/GetSnapshot";
/// How long a message may be, unless the server was told otherwise.
const MESSAGE: u32 = 4 * 1_024 * 1_024;
/// Of a giant this many bytes are sent at most at a time; as long is a compressed message.
const PIECE: usize = 64 * 1_024;
/// Calls at a time on one connection.
const AT_A_TIME: usize = 64;

pub(super) fn never_read(attacker: &Attacker, tasks: &mut JoinSet<()>) {
    attacker.at_a_time(
        CONNECTIONS,
        AT_A_TIME,
        tasks,
        |attacker, sender| async move {
            let watch = WatchRequest {
                tenant: attacker.watched.as_ref().to_owned(),
                ..WatchRequest::default()
            };
            let request = attacker.request(WATCH);
            if let Some(response) = attacker.call(sender, request, whole(&watch)).await? {
                let mut body = response.into_body();
                // The window stays shut: only the end comes through.
                while let Some(Ok(_)) = body.data().await {}
                Told::one_more(&attacker.told.ended);
            }
            Ok(())
        },
    );
}

pub(super) fn whole_snapshots(attacker: &Attacker, tasks: &mut JoinSet<()>) {
    attacker.at_a_time(
        CONNECTIONS,
        AT_A_TIME,
        tasks,
        |attacker, sender| async move {
            let filter = ViewFilter {
                queues: true,
                agents: true,
                contacts: true,
                ..ViewFilter::default()
            };
            let snapshot = GetSnapshotRequest {
                tenant: attacker.watched.as_ref().to_owned(),
                filter: Some(filter),
            };
            let request = attacker.request(SNAPSHOT);
            let answer = attacker.call(sender, request, whole(&snapshot)).await;
            answer.map(drop)
        },
    );
}

pub(super) fn never_ended(attacker: &Attacker, tasks: &mut JoinSet<()>) {
    let piece = Bytes::from(vec![0; PIECE]);
    attacker.at_a_time(CONNECTIONS, AT_A_TIME, tasks, move |attacker, sender| {
        let piece = piece.clone();
        async move {
            let mut sender = sender.ready().await?;
            let (response, stream) = sender.send_request(attacker.request(APPLY), false)?;
            Told::one_more(&attacker.told.begun);
            tokio::select! {
                sent = nearly_all(stream, piece) => sent?,
                response = response => if response.is_ok() {
                    Told::one_more(&attacker.told.answered);
                }
            }
            Ok(())
        }
    });
}

/// Sends a message but for its last piece, and then nothing more.
async fn nearly_all(mut stream: SendStream<Bytes>, piece: Bytes) -> Result<(), h2::Error> {
    stream.send_data(framed(false, MESSAGE, &[]), false)?;
    let mut left = MESSAGE as usize - PIECE;
    while left > 0 {
        stream.reserve_capacity(PIECE);
        let Some(room) = poll_fn(|context| stream.poll_capacity(context)).await else {
            return Ok(());
        };
        let bytes = room?.min(PIECE).min(left);
        stream.send_data(piece.slice(..bytes), false)?;
        left -= bytes;
    }
    std::future::pending().await
}

pub(super) fn compressed(attacker: &Attacker, tasks: &mut JoinSet<()>) {
    let bomb = framed(true, PIECE as u32, &bomb());
    attacker.at_a_time(CONNECTIONS, AT_A_TIME, tasks, move |attacker, sender| {
        let bomb = bomb.clone();
        async move {
            let mut request = attacker.request(APPLY);
            let gzip = http::HeaderValue::from_static("gzip");
            request.headers_mut().insert("grpc-encoding", gzip);
            attacker.call(sender, request, bomb).await.map(drop)
        }
    });
}

/// What begins as gzip does. Nobody is to look inside.
fn bomb() -> Vec<u8> {
    let mut bytes = vec![0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3];
    bytes.resize(PIECE, 0);
    bytes
}
