//! Whoever looks at personal data of the past is recorded, with whose it was.

use acd_config::HistoryConfig;
use acd_proto::v1::{self, ActKind};
use serde_json::json;

use super::{Asking, a_day, ids};
use crate::harness::{Clients, TENANT, TestServer, in_time};
use crate::security::{auth, token};

/// A server with a history, and who may do everything there.
struct Looked {
    _server: TestServer,
    _files: tempfile::TempDir,
    channel: tonic::transport::Channel,
    all: Asking,
}

impl Looked {
    async fn server() -> Self {
        let files = tempfile::tempdir().unwrap();
        let access = auth(files.path());
        let server = TestServer::with(|config| {
            config.history = Some(HistoryConfig::default());
            config.auth = Some(access);
        })
        .await;
        let channel = server.channel().await;
        let roles = ["adapter", "agent", "supervisor", "administrator"];
        let everything = token(json!({ "role": roles, "sub": "everybody" }));
        let clients = Clients::over(TENANT, channel.clone(), Some(&everything));
        let all = Asking { clients };
        all.until(a_day(&all.clients).await).await;
        Self {
            _server: server,
            _files: files,
            channel,
            all,
        }
    }

    fn supervisor(&self, name: &str) -> Asking {
        let token = token(json!({ "role": "supervisor", "sub": name }));
        Asking {
            clients: Clients::over(TENANT, self.channel.clone(), Some(&token)),
        }
    }

    /// Who read whose data, the first who did first, as soon as so many reads are in the rows.
    async fn reads(&self, filter: v1::ActFilter, count: usize) -> Vec<(String, Vec<u64>)> {
        let request = v1::FindActsRequest {
            tenant: TENANT.into(),
            filter: Some(v1::ActFilter {
                kinds: vec![ActKind::ReadPersonal.into()],
                ..filter
            }),
            ..Default::default()
        };
        loop {
            let mut histories = self.all.clients.histories.clone();
            let answer = in_time("acts", histories.find_acts(request.clone())).await;
            let acts = answer.unwrap().into_inner().acts;
            if acts.len() >= count {
                let acts = acts.into_iter().rev();
                return acts.map(|act| (act.author, act.contact_numbers)).collect();
            }
        }
    }
}

#[tokio::test]
async fn whoever_looks_at_a_contact_or_a_list_is_recorded_with_whose_data_it_was() {
    let centre = Box::pin(Looked::server()).await;
    // Of the two contacts one has a customer and notes.
    let listed = centre
        .supervisor("lena")
        .page(v1::ContactFilter::default(), 0, "")
        .await;
    let listed = listed.unwrap().contacts;
    assert_eq!(ids(&listed), ["answered", "left"]);
    let number = listed[0].contact_sequence;
    let whole = centre.supervisor("gregor").contact("answered").await;
    assert_eq!(whole.contact.unwrap().contact_sequence, number);
    let mut exports = centre.supervisor("erika").clients.histories;
    let export = v1::ExportContactsRequest {
        tenant: TENANT.into(),
        ..Default::default()
    };
    let stream = in_time("an export", exports.export_contacts(export)).await;
    let mut stream = stream.unwrap().into_inner();
    while in_time("a part", stream.message()).await.unwrap().is_some() {}

    let expected = ["lena", "gregor", "erika"].map(|author| (author.to_owned(), vec![number]));
    assert_eq!(centre.reads(v1::ActFilter::default(), 3).await, expected);
    let of = |contact_id: &str| v1::ActFilter {
        contact_id: contact_id.into(),
        ..Default::default()
    };
    assert_eq!(centre.reads(of("answered"), 3).await, expected);
    assert_eq!(centre.reads(of("left"), 0).await, []);
    // It is told with the contact, in which it is no step.
    let life = centre.all.contact("answered").await;
    let reads = life
        .acts
        .iter()
        .filter(|act| act.kind() == ActKind::ReadPersonal);
    let readers: Vec<&str> = reads.map(|act| act.author.as_str()).collect();
    assert_eq!(readers, ["lena", "gregor", "erika"]);
    assert!(!life.sentences.iter().any(|it| it.contains("gregor")));
}

#[tokio::test]
async fn nobody_is_recorded_for_a_list_that_tells_nothing_personal() {
    let centre = Box::pin(Looked::server()).await;
    let without_customer = v1::ContactFilter {
        queues: vec!["loans".into()],
        ..Default::default()
    };
    let lena = centre.supervisor("lena");
    assert_eq!(lena.find(without_customer).await, ["left"]);
    centre.supervisor("gregor").contact("answered").await;
    let reads = centre.reads(v1::ActFilter::default(), 1).await;
    let authors = reads.iter().map(|(author, _)| author.as_str());
    assert_eq!(authors.collect::<Vec<_>>(), ["gregor"]);
}
