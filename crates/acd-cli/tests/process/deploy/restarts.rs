//! The samples over a restart: what was changed through the API does not keep the service from coming back with the
//! command line that they give and the file as it is.

use std::path::PathBuf;
use std::process::Stdio;

use acd_client::v1::SkillLevel;
use acd_client::{Configurator, Endpoint, endpoint};
use tempfile::TempDir;

use crate::acd::{Guarded, acd, run, stderr};
use crate::deploy::{DATA, FILE, container_arguments, sample, unit_line};
use crate::server::addresses;

/// A machine with the bank's sample configuration.
struct Machine {
    folder: TempDir,
}

impl Machine {
    fn new() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let text = sample("examples/bank/acd.toml");
        std::fs::write(folder.path().join("acd.toml"), text).expect("a file");
        Self { folder }
    }

    /// The arguments with the paths of this machine.
    fn here(&self, arguments: &[String]) -> Vec<String> {
        let path = |name: &str| -> PathBuf { self.folder.path().join(name) };
        let local = |argument: &String| match argument.as_str() {
            FILE => path("acd.toml").display().to_string(),
            DATA => path("data").display().to_string(),
            other => other.to_owned(),
        };
        arguments.iter().map(local).collect()
    }

    /// Starts the service; gives where it listens.
    fn start(&self, arguments: &[String]) -> (Guarded, String) {
        let any_port = ["--listen", "127.0.0.1:0", "--metrics-listen", "127.0.0.1:0"];
        let mut process = acd(&[])
            .args(self.here(arguments))
            .args(any_port)
            .stdout(Stdio::piped())
            .spawn()
            .expect("acd starts");
        let (grpc, _) = addresses(process.stdout.take().expect("a pipe"));
        (Guarded(process), grpc)
    }
}

async fn starts_again_after_a_change_by_api(arguments: &[String]) {
    let machine = Machine::new();
    let (mut service, grpc) = machine.start(arguments);
    let set = set_skills(&grpc).await;
    assert!(set > 1, "a version of its own");
    service.0.kill().expect("it can be killed");
    service.0.wait().expect("it ends");
    let before = unit_line("acd.service", "ExecStartPre=");
    let before = machine.here(&before);
    let before: Vec<&str> = before.iter().map(String::as_str).collect();
    let checked = run(&before);
    assert!(checked.status.success(), "{}", stderr(&checked));
    let (_service, grpc) = machine.start(arguments);
    let endpoint = Endpoint::new(endpoint::Options::new(format!("http://{grpc}"))).expect("good");
    let in_force = Configurator::new(&endpoint).get("bank", None).await;
    let version = in_force.expect("an answer").version.expect("a version");
    assert_eq!(version.version, set, "what was set is in force");
}

/// Sets the skills of the first agent; gives the version from then on.
async fn set_skills(grpc: &str) -> u64 {
    let endpoint = Endpoint::new(endpoint::Options::new(format!("http://{grpc}"))).expect("good");
    let configurator = Configurator::new(&endpoint);
    let document = configurator.get("bank", None).await.expect("an answer");
    let config = acd_config::parse_tenant(&document.document, "bank").expect("a document");
    let skills = vec![SkillLevel {
        skill: "cards".to_owned(),
        level: 7,
    }];
    let set = configurator.set_agent_skills("bank", config.agents[0].name.as_str(), skills);
    set.await.expect("they are set").version
}

#[tokio::test]
async fn the_systemd_unit_starts_again_after_a_change_by_api_and_a_kill() {
    starts_again_after_a_change_by_api(&unit_line("acd.service", "ExecStart=")).await;
}

#[tokio::test]
async fn the_container_and_the_pod_start_again_after_a_change_by_api_and_a_kill() {
    starts_again_after_a_change_by_api(&container_arguments()).await;
}
