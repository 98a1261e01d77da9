//! The compose file with what watches the engine, against the specification's schema, the programs it starts, and what
//! whoever starts it must be able to rely on.

use std::process::Command;

use serde_json::{Value, json};

use super::{path, python_tool, server, succeed, yaml};
use crate::acd::installed;

fn compose() -> Value {
    yaml("compose/compose.yaml").remove(0)
}

fn services() -> Vec<(String, Value)> {
    let services = compose()["services"].as_object().expect("services").clone();
    services.into_iter().collect()
}

fn texts(value: &Value) -> Vec<String> {
    let list = value.as_array().cloned().unwrap_or_default();
    list.iter()
        .map(|it| it.as_str().expect("a text").to_owned())
        .collect()
}

#[test]
fn the_specifications_schema_accepts_it() {
    succeed(
        python_tool("check-jsonschema")
            .args(["--builtin-schema", "vendor.compose-spec"])
            .arg(path("compose/compose.yaml")),
    );
}

#[test]
fn every_service_can_do_nothing_but_its_work() {
    for (name, service) in services() {
        assert_eq!(service["read_only"], true, "{name}");
        assert_eq!(service["cap_drop"], json!(["ALL"]), "{name}");
        assert_eq!(
            service["security_opt"],
            json!(["no-new-privileges:true"]),
            "{name}"
        );
        let user = service["user"].as_str().expect("a user");
        assert!(
            !user.starts_with('0') && !user.starts_with("root"),
            "{name}"
        );
        assert!(
            service["mem_limit"].is_string() && service["pids_limit"].is_number(),
            "{name}"
        );
        assert!(service["healthcheck"]["test"].is_array(), "{name}");
        let (_, tag) = service["image"]
            .as_str()
            .and_then(|it| it.rsplit_once(':'))
            .expect("a tag");
        assert!(tag.contains('.'), "{name}: {tag} is no version");
    }
}

#[test]
fn secrets_are_files() {
    for (name, service) in services() {
        for (key, value) in service["environment"].as_object().into_iter().flatten() {
            let is_secret = ["PASSWORD", "SECRET", "TOKEN"]
                .iter()
                .any(|word| key.contains(word));
            assert!(
                !is_secret || key.ends_with("__FILE"),
                "{name}: {key} is {value}"
            );
        }
    }
    for (name, secret) in compose()["secrets"].as_object().expect("secrets") {
        assert!(secret["file"].is_string(), "{name}");
    }
}

#[test]
fn only_the_engine_is_reached_from_elsewhere_and_its_metrics_are_not() {
    let server = server("compose/acd.toml");
    let console = server.console.as_ref().expect("a console").listen.port();
    let open = [server.listen.port(), console].map(|port| format!("{port}:{port}"));
    for (name, service) in services() {
        let ports = texts(&service["ports"]);
        if name == "acd" {
            assert_eq!(ports, open);
        } else {
            assert!(
                ports.iter().all(|port| port.starts_with("127.0.0.1:")),
                "{name}: {ports:?}"
            );
        }
    }
    assert_eq!(compose()["networks"]["metrics"]["internal"], true);
    assert!(server.tls.is_some() && server.auth.is_some());
}

#[test]
fn a_stop_is_given_the_time_of_a_drain() {
    let grace = compose()["services"]["acd"]["stop_grace_period"].clone();
    let seconds = grace
        .as_str()
        .and_then(|it| it.strip_suffix('s'))
        .expect("seconds");
    let drain = server("compose/acd.toml").drain_timeout;
    assert!(seconds.parse::<u64>().expect("a number") > drain.as_secs());
}

#[test]
fn what_it_mounts_is_there() {
    for (name, service) in services() {
        for volume in texts(&service["volumes"])
            .iter()
            .filter(|it| it.starts_with('.'))
        {
            let (host, inside) = volume.split_once(':').expect("two places");
            assert!(path("compose").join(host).exists(), "{name}: {host}");
            assert!(inside.ends_with(":ro"), "{name}: {volume}");
        }
    }
}

#[test]
fn prometheus_and_alertmanager_read_their_files() {
    let mut promtool = Command::new(installed("ACD_PROMTOOL"));
    succeed(
        promtool
            .args(["check", "config"])
            .arg(path("compose/prometheus.yml")),
    );
    let mut amtool = Command::new(installed("ACD_AMTOOL"));
    succeed(
        amtool
            .arg("check-config")
            .arg(path("compose/alertmanager.yml")),
    );
}

#[test]
fn prometheus_scrapes_the_engine_where_it_listens() {
    let file = yaml("compose/prometheus.yml").remove(0);
    let jobs = file["scrape_configs"].as_array().expect("jobs").clone();
    let job = jobs
        .iter()
        .find(|job| job["job_name"] == "acd")
        .expect("the job that the rules look for");
    let port = server("compose/acd.toml").metrics_listen.port();
    assert_eq!(
        job["static_configs"][0]["targets"],
        json!([format!("acd:{port}")])
    );
}

#[test]
fn grafana_is_given_the_source_and_the_dashboards() {
    let source = &yaml("grafana/provisioning/datasources/prometheus.yaml")[0]["datasources"][0];
    assert_eq!(source["url"], "http://prometheus:9090");
    let provider = &yaml("grafana/provisioning/dashboards/acd.yaml")[0]["providers"][0];
    let folder = provider["options"]["path"].as_str().expect("a folder");
    let mounts = texts(&compose()["services"]["grafana"]["volumes"]);
    assert!(
        mounts.contains(&format!("../grafana/dashboards:{folder}:ro")),
        "{mounts:?}"
    );
}
