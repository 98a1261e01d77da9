//! What docs/api.md states and can be held: names, tables, numbers, the sample token.

use std::collections::BTreeSet;

use acd_config::ServerLimits;
use acd_core::config::Limits;
use acd_proto::v1::ErrorReason;
use prost::Message as _;
use prost_types::{DescriptorProto, FileDescriptorProto, FileDescriptorSet};
use serde_json::{Value, json};

use crate::harness::{Clients, Pbx, TENANT, TestServer};
use crate::security::{auth, token};

fn guide() -> String {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/api.md");
    std::fs::read_to_string(path).expect("docs/api.md")
}

/// The part of the guide below this heading, up to the next heading.
fn section(heading: &str) -> String {
    let guide = guide();
    let (_, below) = guide
        .split_once(&format!("\n{heading}\n"))
        .unwrap_or_else(|| panic!("no heading {heading:?}"));
    let end = below.find("\n#").unwrap_or(below.len());
    below[..end].to_owned()
}

fn api() -> Vec<FileDescriptorProto> {
    let set = FileDescriptorSet::decode(acd_proto::FILE_DESCRIPTOR_SET).expect("descriptors");
    let files = set.file.into_iter();
    files.filter(|file| file.package() == "acd.v1").collect()
}

fn messages() -> Vec<DescriptorProto> {
    api()
        .into_iter()
        .flat_map(|file| file.message_type)
        .collect()
}

/// What stands in backticks, outside of blocks of code.
fn quoted(text: &str) -> Vec<&str> {
    let prose = text.split("```").step_by(2);
    prose
        .flat_map(|prose| prose.split('`').skip(1).step_by(2))
        .collect()
}

#[test]
fn every_field_and_call_that_the_guide_names_is_there() {
    let guide = guide();
    let (messages, api) = (messages(), api());
    let services: Vec<_> = api.iter().flat_map(|file| &file.service).collect();
    let mut seen = 0;
    for name in quoted(&guide) {
        let Some((owner, member)) = name.split_once('.') else {
            continue;
        };
        let is_there = if let Some(message) = messages.iter().find(|it| it.name() == owner) {
            message.field.iter().any(|field| field.name() == member)
        } else if let Some(service) = services.iter().find(|it| it.name() == owner) {
            service.method.iter().any(|method| method.name() == member)
        } else {
            continue;
        };
        assert!(is_there, "docs/api.md names {name}, which there is not");
        seen += 1;
    }
    assert!(seen > 10, "{seen} names were found");
}

#[test]
fn the_guide_names_every_message_of_the_adapters_stream() {
    let (guide, messages) = (guide(), messages());
    let named: BTreeSet<&str> = quoted(&guide).into_iter().collect();
    for stream in ["AdapterMessage", "AdapterServerMessage"] {
        let message = messages.iter().find(|it| it.name() == stream);
        for field in &message.expect(stream).field {
            let name = field.type_name().rsplit('.').next().unwrap_or_default();
            assert!(named.contains(name), "docs/api.md says nothing of {name}");
        }
    }
}

#[test]
fn the_table_of_refused_events_has_every_event() {
    let messages = messages();
    let event = messages.iter().find(|it| it.name() == "Event");
    let kinds = &event.expect("the message").field;
    let kinds = kinds.iter().filter(|field| field.oneof_index.is_some());
    let kinds: BTreeSet<_> = kinds
        .filter_map(|field| field.type_name().rsplit('.').next())
        .collect();
    let settled = section("### 1. What is settled");
    let rows = settled.lines().filter(|line| line.starts_with("| `"));
    let first: Vec<_> = rows.filter_map(|row| row.split('|').nth(1)).collect();
    let told: BTreeSet<_> = first.iter().flat_map(|cell| quoted(cell)).collect();
    assert_eq!(told, kinds);
}

/// The words in capitals that are reasons of the API.
fn reasons(text: &str) -> BTreeSet<ErrorReason> {
    let words = text.split(|c: char| !c.is_ascii_uppercase() && c != '_');
    words.filter_map(ErrorReason::from_wire_name).collect()
}

#[test]
fn the_table_of_what_ends_the_stream_is_that_of_the_definition() {
    let files = api();
    let (file, service) = files
        .iter()
        .find_map(|file| {
            let at = file
                .service
                .iter()
                .position(|it| it.name() == "AdapterService");
            at.map(|at| (file, at))
        })
        .expect("the service");
    let methods = &file.service[service].method;
    let method = methods.iter().position(|it| it.name() == "Connect");
    // The path of a method's comment: services are field 6 of a file, methods field 2 of a service.
    let path = [6, service as i32, 2, method.expect("the method") as i32];
    let told = file.source_code_info.iter().flat_map(|info| &info.location);
    let comment = told
        .filter(|location| location.path == path)
        .find_map(|location| location.leading_comments.clone())
        .expect("a comment");
    let table = section("### What ends the stream");
    let rows = table.lines().filter(|line| line.starts_with('|'));
    let first = rows.filter_map(|row| row.split('|').nth(1));
    let documented: BTreeSet<_> = first.flat_map(reasons).collect();
    assert_eq!(documented, reasons(&comment));
}

#[test]
fn the_numbers_of_the_guide_are_those_of_the_program() {
    let (guide, limits) = (guide(), ServerLimits::default());
    let words: String = guide.split_whitespace().collect::<Vec<_>>().join(" ");
    let refusals = Limits::default().unconfirmed_refusals;
    for stated in [
        format!("every {} s", limits.keepalive_interval.as_secs()),
        format!("within {} s", limits.keepalive_timeout.as_secs()),
        format!("every {} s, `heartbeat`", limits.heartbeat.as_secs()),
        format!("`message_bytes` ({} MiB)", limits.message_bytes >> 20),
        format!(
            "keeps {},{:03} refusals",
            refusals / 1_000,
            refusals % 1_000
        ),
    ] {
        assert!(
            words.contains(&stated),
            "docs/api.md does not say {stated:?}"
        );
    }
}

#[tokio::test]
async fn the_window_is_as_the_guide_says() {
    let server = TestServer::start().await;
    let pbx = Pbx::connect(&server.clients().await, "run-1").await;
    let window = pbx.welcome.max_unacknowledged_events;
    let stated = format!("({},{:03})", window / 1_000, window % 1_000);
    assert!(section("### 3. Events that are not settled").contains(&stated));
}

#[tokio::test]
async fn the_sample_token_lets_its_adapter_in_and_no_other() {
    let connecting = section("## Connecting");
    let (_, sample) = connecting.split_once("```json").expect("a sample");
    let (sample, _) = sample.split_once("```").expect("its end");
    let mut claims: Value = serde_json::from_str(sample).expect("JSON");
    // The sample is good until some day; this test does not look at a calendar.
    claims.as_object_mut().expect("claims").remove("exp");
    let claims = token(json!(claims));
    let directory = tempfile::tempdir().expect("a directory");
    let server = TestServer::secured(None, Some(auth(directory.path()))).await;
    let clients = Clients::over(TENANT, server.channel().await, Some(&claims));
    Pbx::connect(&clients, "run-1").await;
    let other = Pbx::try_connect(&clients, TENANT, "sip", "run-1").await;
    let status = other.map(|_| ()).expect_err("it is bound to one adapter");
    assert_eq!(status.code(), tonic::Code::PermissionDenied);
}
