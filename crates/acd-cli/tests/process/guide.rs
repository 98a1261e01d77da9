//! docs/operations.md: every command that stands there, run in its order on a machine made for it: a Debian with systemd
//! and Prometheus, into which the package is installed as the guide says.

use std::process::{Command, Output, Stdio};

use tempfile::TempDir;

use crate::acd::{Guarded, installed, said};
use crate::checkout::{packed, root};
use crate::shown::{Shown, commands_of, difference, is_shown};

/// Commands that ask what comes by itself a little later: a service that is starting, the next scrape.
const ASKING: [&str; 4] = ["acd health", "acd status", "promtool query", "curl "];
/// How often such a command is asked again at the most; each time is a process.
const ATTEMPTS: usize = 6_000;

#[test]
fn the_commands_of_the_operations_guide_do_what_it_says() {
    let guide = root().join("docs/operations.md");
    let text = std::fs::read_to_string(guide).expect("the guide can be read");
    let machine = Machine::start();
    let commands = commands_of(&text);
    assert!(commands.len() > 30, "{} commands", commands.len());
    for shown in &commands {
        machine.run(shown);
    }
}

/// A running machine. What is done in it is gone with it.
struct Machine {
    _made: TempDir,
    _booted: Guarded,
    /// Its init, as this machine knows it.
    init: String,
}

/// Where the package is in the machine, and the commands are typed.
const FOLDER: &str = "/srv";

impl Machine {
    fn start() -> Self {
        let made = packed();
        let booted = Command::new(installed("ACD_NSPAWN"))
            .arg(format!(
                "--directory={}",
                installed("ACD_MACHINE_ROOT").display()
            ))
            .args(["--volatile=overlay", "--private-network", "--boot"])
            .args(["--register=no", "--keep-unit", "--console=pipe", "--quiet"])
            .arg(format!("--bind-ro={}:{FOLDER}", made.path().display()))
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .spawn();
        let booted = Guarded(booted.expect("systemd-nspawn starts"));
        let init = init_of(&booted);
        let machine = Self {
            _made: made,
            _booted: booted,
            init,
        };
        machine.run(&Shown {
            command: "systemctl is-system-running --wait".to_owned(),
            output: vec!["running".to_owned()],
        });
        machine
    }

    /// Runs a command of the guide: it prints what is shown, and succeeds.
    fn run(&self, shown: &Shown) {
        let is_asking = ASKING.iter().any(|with| shown.command.starts_with(with))
            || shown.command.contains("is-system-running");
        let mut attempts = if is_asking { ATTEMPTS } else { 1 };
        loop {
            let output = self.shell(&shown.command);
            let seen = said(&output);
            if output.status.success() && is_shown(shown, &seen) {
                return;
            }
            attempts -= 1;
            if attempts == 0 {
                let log = self.shell("journalctl --unit acd --lines 30 --no-pager");
                panic!("{}\nits log:\n{}", difference(shown, &seen), said(&log));
            }
        }
    }

    fn shell(&self, command: &str) -> Output {
        Command::new("nsenter")
            .args(["--mount", "--uts", "--ipc", "--net", "--pid"])
            .args(["--target", &self.init, "/bin/sh", "-c"])
            .arg(format!("cd {FOLDER} && {command}"))
            .env_clear()
            .env(
                "PATH",
                "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
            )
            .env("LANG", "C.UTF-8")
            .env("DEBIAN_FRONTEND", "noninteractive")
            .stdin(Stdio::null())
            .output()
            .expect("nsenter starts")
    }
}

impl Drop for Machine {
    fn drop(&mut self) {
        // With its first process all others of the machine end; systemd-nspawn, killed, would leave them.
        let mut kill = Command::new("kill");
        let _ = kill.args(["-s", "KILL", &self.init]).status();
    }
}

/// The first process of the machine, as soon as there is one.
fn init_of(booted: &Guarded) -> String {
    let pid = booted.0.id();
    let children = format!("/proc/{pid}/task/{pid}/children");
    loop {
        let children = std::fs::read_to_string(&children).expect("it runs");
        // It has helpers of its own while it sets up.
        let is_init = |pid: &&str| {
            let name = std::fs::read_to_string(format!("/proc/{pid}/comm"));
            name.is_ok_and(|name| name == "systemd\n")
        };
        if let Some(init) = children.split_whitespace().find(is_init) {
            return init.to_owned();
        }
        std::thread::yield_now();
    }
}
