//! The manifests of Kubernetes, against its own schemas and against what the engine needs.

use std::collections::BTreeSet;
use std::time::Duration;

use serde_json::{Value, json};

use super::{
    DATA, FILE, container_arguments, default_ports, path, python_tool, server, succeed, yaml,
};

/// Kinds that are not Kubernetes' own, so that it has no schema for them.
const FOREIGN: [&str; 2] = ["kustomization.yaml", "servicemonitor.yaml"];

fn manifests() -> Vec<String> {
    let entries = std::fs::read_dir(path("kubernetes")).expect("a folder");
    let names = entries.map(|entry| {
        entry
            .expect("an entry")
            .file_name()
            .into_string()
            .expect("UTF-8")
    });
    let mut names: Vec<String> = names.filter(|name| name.ends_with(".yaml")).collect();
    names.sort();
    names
}

fn manifest(name: &str) -> Value {
    let mut documents = yaml(&format!("kubernetes/{name}"));
    assert_eq!(documents.len(), 1, "{name}");
    documents.remove(0)
}

fn pod() -> Value {
    manifest("statefulset.yaml")["spec"]["template"]["spec"].clone()
}

fn container() -> Value {
    pod()["containers"][0].clone()
}

#[test]
fn kubernetes_own_schemas_accept_the_manifests() {
    let own = manifests()
        .into_iter()
        .filter(|name| !FOREIGN.contains(&name.as_str()));
    let files = own.map(|name| path("kubernetes").join(name));
    let output = succeed(
        python_tool("kubernetes-validate")
            .arg("--strict")
            .args(files),
    );
    let told = String::from_utf8_lossy(&output.stderr) + String::from_utf8_lossy(&output.stdout);
    assert!(!told.contains("find schema"), "{told}");
}

#[test]
fn kustomize_takes_every_manifest() {
    let kustomization = manifest("kustomization.yaml");
    let listed = kustomization["resources"].as_array().expect("a list");
    let listed: BTreeSet<&str> = listed
        .iter()
        .map(|it| it.as_str().expect("a name"))
        .collect();
    let names = manifests();
    let own = names
        .iter()
        .map(String::as_str)
        .filter(|name| !FOREIGN.contains(name));
    assert_eq!(listed, own.collect());
    assert_eq!(
        kustomization["configMapGenerator"][0]["files"],
        json!(["acd.toml"])
    );
    assert_eq!(
        kustomization["images"][0]["newTag"],
        env!("CARGO_PKG_VERSION")
    );
    assert_eq!(
        container()["image"],
        format!("acd:{}", env!("CARGO_PKG_VERSION"))
    );
}

#[test]
fn the_pod_can_do_nothing_but_its_work() {
    let pod = pod();
    assert_eq!(pod["securityContext"]["runAsNonRoot"], true);
    assert_eq!(pod["securityContext"]["runAsUser"], 65532);
    assert_eq!(pod["automountServiceAccountToken"], false);
    let security = container()["securityContext"].clone();
    assert_eq!(security["readOnlyRootFilesystem"], true);
    assert_eq!(security["allowPrivilegeEscalation"], false);
    assert_eq!(security["capabilities"], json!({"drop": ["ALL"]}));
}

#[test]
fn one_writer_has_the_journal_and_time_to_end() {
    let set = manifest("statefulset.yaml");
    assert_eq!(set["spec"]["replicas"], 1);
    let claim = &set["spec"]["volumeClaimTemplates"][0];
    assert_eq!(claim["spec"]["accessModes"], json!(["ReadWriteOncePod"]));
    let mounts = container()["volumeMounts"]
        .as_array()
        .expect("mounts")
        .clone();
    let mounted = |name: &str| {
        mounts
            .iter()
            .find(|it| it["name"] == name)
            .expect("it is mounted")["mountPath"]
            .clone()
    };
    assert_eq!(mounted("data"), DATA);
    assert_eq!(mounted("config"), FILE);
    let arguments = container_arguments();
    assert!(arguments.iter().any(|it| it == DATA) && arguments.iter().any(|it| it == FILE));
    assert!(container()["args"].is_null(), "it runs as the image says");

    let grace = pod()["terminationGracePeriodSeconds"]
        .as_u64()
        .expect("seconds");
    assert!(Duration::from_secs(grace) > server("kubernetes/acd.toml").drain_timeout);
    assert_eq!(
        manifest("poddisruptionbudget.yaml")["spec"]["maxUnavailable"],
        0
    );
}

#[test]
fn its_memory_is_its_own_and_its_processors_are_not_throttled() {
    let resources = container()["resources"].clone();
    assert!(resources["limits"]["memory"].is_string());
    assert_eq!(
        resources["limits"]["memory"],
        resources["requests"]["memory"]
    );
    assert!(resources["limits"]["cpu"].is_null());
}

#[test]
fn ports_and_probes_are_where_the_engine_listens() {
    let server = server("kubernetes/acd.toml");
    let console = server.console.as_ref().expect("a console");
    let listens = [server.listen, server.metrics_listen, console.listen].map(|it| it.port());
    assert_eq!(listens, default_ports());
    let named = |ports: &Value, key: &str| {
        let ports = ports.as_array().expect("ports").clone();
        ["grpc", "metrics", "console"].map(|name| {
            let port = ports
                .iter()
                .find(|it| it["name"] == name)
                .expect("the port");
            port[key]
                .as_u64()
                .and_then(|it| u16::try_from(it).ok())
                .expect("a number")
        })
    };
    assert_eq!(named(&container()["ports"], "containerPort"), listens);
    assert_eq!(
        named(&manifest("service.yaml")["spec"]["ports"], "port"),
        listens
    );
    let asked = |probe: &str| container()[probe]["httpGet"].clone();
    for probe in ["startupProbe", "readinessProbe"] {
        assert_eq!(asked(probe), json!({"path": "/readyz", "port": "metrics"}));
    }
    // A shard that does not answer in time is no reason to take all streams away.
    assert_eq!(
        asked("livenessProbe"),
        json!({"path": "/healthz", "port": "metrics"})
    );
}

#[test]
fn metrics_are_for_those_who_scrape() {
    let policy = manifest("networkpolicy.yaml");
    let rules = policy["spec"]["ingress"].as_array().expect("rules").clone();
    let metrics = server("kubernetes/acd.toml").metrics_listen.port();
    let open: Vec<&Value> = rules
        .iter()
        .filter(|rule| rule["from"].is_null())
        .flat_map(|rule| rule["ports"].as_array().expect("ports"))
        .map(|port| &port["port"])
        .collect();
    assert_eq!(open, [7400, 7402]);
    assert!(!open.iter().any(|port| **port == metrics));
    let scraped = rules
        .iter()
        .find(|rule| !rule["from"].is_null())
        .expect("a rule for those who scrape");
    assert_eq!(scraped["ports"][0]["port"], metrics);
}
