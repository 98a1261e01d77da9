//! The container file. There is no engine that could build it, so its steps that do not compile are run by themselves:
//! what it puts into the image is put into a folder, and run there as the image would be.

use std::collections::BTreeSet;
use std::path::Path;
use std::process::{Command, Stdio};

use super::{DATA, container_arguments, default_ports, root, sample, succeed};
use crate::acd::Guarded;
use crate::server::addresses;

/// The file with continued lines joined.
fn instructions() -> Vec<String> {
    let text = sample("container/Containerfile").replace("\\\n", " ");
    let lines = text
        .lines()
        .map(str::trim)
        .filter(|line| !line.is_empty() && !line.starts_with('#'));
    lines
        .map(|line| line.split_whitespace().collect::<Vec<_>>().join(" "))
        .collect()
}

fn arguments(instruction: &str) -> Vec<String> {
    let lines = instructions().into_iter();
    lines
        .filter_map(|line| Some(line.strip_prefix(instruction)?.trim().to_owned()))
        .collect()
}

#[test]
fn it_is_built_with_the_projects_toolchain_from_the_whole_workspace() {
    let toolchain = std::fs::read_to_string(root().join("rust-toolchain.toml")).expect("a file");
    let channel = toolchain
        .lines()
        .find_map(|line| line.strip_prefix("channel = "));
    let channel = channel.expect("a channel").trim_matches('"');
    assert!(
        arguments("FROM")[0].contains(&format!("rust:{channel}-")),
        "{:?}",
        arguments("FROM")
    );

    let copied = arguments("COPY").join(" ");
    let sent = std::fs::read_to_string(root().join(".dockerignore")).expect("a file");
    for needed in ["Cargo.toml", "Cargo.lock", "proto", "crates", "benches"] {
        assert!(
            copied.split(' ').any(|word| word == needed),
            "{needed} is copied"
        );
        assert!(
            sent.lines().any(|line| line == format!("!{needed}")),
            "{needed} is sent"
        );
    }
}

#[test]
fn the_image_says_what_it_is_and_where_it_listens() {
    let version = env!("CARGO_PKG_VERSION");
    let labels = arguments("LABEL").join(" ");
    assert!(labels.contains(&format!("org.opencontainers.image.version=\"{version}\"")));
    let exposed = arguments("EXPOSE").join(" ");
    let ports: Vec<u16> = exposed
        .split(' ')
        .map(|port| port.parse().expect("a port"))
        .collect();
    assert_eq!(ports, default_ports());
    assert_eq!(arguments("STOPSIGNAL"), ["SIGTERM"]);
    assert_eq!(arguments("USER"), ["65532:65532"]);
}

#[test]
fn the_image_holds_all_that_runs_and_writes_its_journal_only() {
    let folder = tempfile::tempdir().expect("a folder");
    let image = folder.path().join("image");
    assemble(&image);
    let config = "[server.console]\nlisten = \"127.0.0.1:0\"\n[tenants.hotline]\n";
    std::fs::write(image.join("etc/acd/acd.toml"), config).expect("a file");
    let before = files(&image);

    let any_port = ["--listen", "127.0.0.1:0", "--metrics-listen", "127.0.0.1:0"];
    let mut process = inside(&image)
        .args(container_arguments())
        .args(any_port)
        .stdout(Stdio::piped())
        .spawn()
        .expect("chroot starts");
    let (_, metrics) = addresses(process.stdout.take().expect("a pipe"));
    let mut process = Guarded(process);
    let health = succeed(inside(&image).args(["health", "--metrics", &metrics]));
    assert_eq!(health.stdout, b"ready\n");
    crate::server::signal(&process.0, "TERM");
    assert_eq!(process.0.wait().expect("it ends").code(), Some(0));

    let written: Vec<String> = files(&image).difference(&before).cloned().collect();
    assert!(!written.is_empty(), "it has a journal");
    let elsewhere: Vec<&String> = written.iter().filter(|it| !it.starts_with(DATA)).collect();
    assert!(elsewhere.is_empty(), "{elsewhere:?}");
}

/// Does what the container file does once the binary is built.
fn assemble(image: &Path) {
    let steps = arguments("RUN");
    let step = steps
        .iter()
        .find(|step| step.contains("/image"))
        .expect("the step");
    let step = step
        .replace("target/release/acd", env!("CARGO_BIN_EXE_acd"))
        .replace("/image", image.to_str().expect("UTF-8"));
    succeed(Command::new("sh").args(["-ec", &step]));
    assert_eq!(
        arguments("COPY").last().map(String::as_str),
        Some("--from=build /image /")
    );
}

/// The image's own program, as its user and without anything else; nothing but the journal's folder is that user's.
fn inside(image: &Path) -> Command {
    let mut command = Command::new("chroot");
    command
        .arg(format!("--userspec={}", arguments("USER")[0]))
        .arg(image)
        .arg("/usr/bin/acd");
    command.stdin(Stdio::null());
    command
}

/// Every file and folder, as paths within.
fn files(image: &Path) -> BTreeSet<String> {
    let found =
        succeed(
            Command::new("find")
                .arg(image)
                .args(["-mindepth", "1", "-printf", "/%P\\n"]),
        );
    String::from_utf8(found.stdout)
        .expect("UTF-8")
        .lines()
        .map(str::to_owned)
        .collect()
}
