//! The Debian package: made of the binary under test, installed into a folder as dpkg installs into `/`, used there,
//! upgraded, removed and purged.

use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use tempfile::TempDir;

use super::{DATA, FILE, root, succeed, unit_line};
use crate::acd::{Guarded, installed, said};
use crate::checkout::packed;
use crate::server::{Server, addresses, signal};

#[test]
fn the_package_serves_a_machine_from_its_installation_to_its_purge() {
    let machine = Machine::new();
    let told = machine.dpkg(&["--install"], &machine.package);
    assert!(told.status.success(), "{}", said(&told));

    files_are_at_their_places(&machine);
    systemd_reads_the_units(&machine);
    manual_pages_are_in_order(&machine);
    shells_complete(&machine);
    every_linked_crate_has_its_licence(&machine);
    the_program_serves_as_the_unit_starts_it(&machine);
    the_console_serves_as_its_unit_starts_it(&machine);

    // A new installation is enabled and started, and its user is there.
    assert_eq!(machine.managed(), ["start acd.service"]);
    assert!(
        machine.read("etc/passwd").contains("\nacd:")
            || machine.read("etc/passwd").starts_with("acd:")
    );
    let wanted = machine.path("etc/systemd/system/multi-user.target.wants");
    assert!(wanted.join("acd.service").is_symlink());
    assert!(
        !wanted.join("acd-asterisk.service").is_symlink(),
        "it has no configuration yet"
    );

    // An upgrade costs a restart, and leaves the configuration of the place alone.
    let own = "[server]\n[tenants.hotline]\n";
    std::fs::write(machine.path(&FILE[1..]), own).expect("a file");
    let told = machine.dpkg(&["--install"], &machine.package);
    assert!(told.status.success(), "{}", said(&told));
    let restarts = [
        "restart acd.service",
        "restart acd-asterisk.service acd-console.service",
    ];
    assert_eq!(machine.managed(), restarts);
    assert_eq!(machine.read(&FILE[1..]), own);

    // With a configuration that the new program refuses, what runs is left as it is.
    std::fs::write(machine.path(&FILE[1..]), "[server]\nlisten = 7\n").expect("a file");
    let told = machine.dpkg(&["--install"], &machine.package);
    assert!(told.status.success(), "{}", said(&told));
    assert_eq!(machine.managed(), restarts[1..]);
    assert!(said(&told).contains("server.listen"), "{}", said(&told));
    assert!(
        said(&told).contains("systemctl restart acd"),
        "{}",
        said(&told)
    );

    // The journal outlives a removal, and not a purge, which says so.
    let journal = machine.path(&DATA[1..]).join("shard-000.db");
    std::fs::create_dir_all(journal.parent().expect("a folder")).expect("a folder");
    std::fs::write(&journal, "calls").expect("a file");
    let told = machine.dpkg(&["--remove"], Path::new("acd"));
    assert!(told.status.success(), "{}", said(&told));
    assert_eq!(
        machine.managed(),
        ["stop acd-asterisk.service acd-console.service acd.service"]
    );
    assert!(journal.exists() && machine.path(&FILE[1..]).exists());
    assert!(!machine.path("usr/bin/acd").exists());
    let told = machine.dpkg(&["--purge"], Path::new("acd"));
    assert!(told.status.success(), "{}", said(&told));
    assert!(!journal.exists() && !machine.path(&FILE[1..]).exists());
    assert!(
        said(&told).contains("the journal in /var/lib/acd is removed"),
        "{}",
        said(&told)
    );
}

fn files_are_at_their_places(machine: &Machine) {
    for file in [
        "usr/bin/acd",
        "etc/acd/acd.toml",
        "usr/lib/systemd/system/acd.service",
        "usr/share/doc/acd/operations.md",
        "usr/share/doc/acd/copyright",
        "usr/share/doc/acd/changelog.gz",
        "usr/share/doc/acd/examples/bank/acd.toml",
        "usr/share/acd/prometheus/prometheus.yml",
        "usr/share/acd/proto/acd/v1/agent.proto",
        "usr/share/man/man1/acd-serve.1.gz",
    ] {
        assert!(machine.path(file).is_file(), "{file}");
    }
    let info = Command::new("dpkg-deb")
        .arg("--field")
        .arg(&machine.package)
        .output();
    let info = String::from_utf8(info.expect("dpkg-deb starts").stdout).expect("UTF-8");
    assert!(
        info.contains(&format!("Version: {}\n", env!("CARGO_PKG_VERSION"))),
        "{info}"
    );
    assert!(info.contains("Depends: libc6 (>= 2."), "{info}");
    let owners = succeed(
        Command::new("dpkg-deb")
            .arg("--contents")
            .arg(&machine.package),
    );
    let owners = String::from_utf8(owners.stdout).expect("UTF-8");
    assert!(
        owners.lines().all(|line| line.contains(" root/root ")),
        "{owners}"
    );
    // Symbols are beside it, where a backtrace looks for them.
    let symbols = machine.built("acd-dbgsym_");
    let contents = succeed(Command::new("dpkg-deb").arg("--contents").arg(symbols));
    assert!(
        String::from_utf8_lossy(&contents.stdout).contains("./usr/lib/debug/usr/bin/acd.debug")
    );
    // The same files for other systems.
    let named = format!("acd-{}", env!("CARGO_PKG_VERSION"));
    let tarball = succeed(
        Command::new("tar")
            .arg("--list")
            .arg("--file")
            .arg(machine.built(&named)),
    );
    assert!(String::from_utf8_lossy(&tarball.stdout).contains(&format!("{named}/usr/bin/acd\n")));
}

/// The units, their programs and their documents, all of the installed folder.
fn systemd_reads_the_units(machine: &Machine) {
    let system = machine.path("usr/lib/systemd/system");
    // What the units name comes with others: targets with systemd, `kill` with procps.
    std::fs::copy("/usr/bin/kill", machine.path("usr/bin/kill")).expect("a copy");
    succeed(
        Command::new("cp")
            .args(["--recursive", "--no-clobber", "/usr/lib/systemd/system/."])
            .arg(&system),
    );
    succeed(
        Command::new(installed("ACD_SYSTEMD_ANALYZE"))
            .arg("verify")
            .args(["--man=no", "--recursive-errors=no"])
            .arg(format!("--root={}", machine.folder.path().display()))
            .args(["acd.service", "acd-asterisk.service", "acd-console.service"]),
    );
}

fn manual_pages_are_in_order(machine: &Machine) {
    let folder = machine.path("usr/share/man/man1");
    let pages = std::fs::read_dir(&folder).expect("a folder");
    let pages: Vec<PathBuf> = pages.map(|page| page.expect("an entry").path()).collect();
    succeed(Command::new("gunzip").args(&pages));
    let pages = pages.iter().map(|page| page.with_extension(""));
    succeed(
        Command::new(installed("ACD_MANDOC"))
            .args(["-T", "lint", "-W", "error"])
            .args(pages),
    );
    // Each command has one, and it says what `--help` says.
    let listed = machine.acd(&["--help"]);
    for command in commands(&listed) {
        let page = folder.join(format!("acd-{command}.1"));
        assert!(page.is_file(), "{}", page.display());
    }
    let mut html = Command::new(installed("ACD_MANDOC"));
    let serve = succeed(html.args(["-T", "html"]).arg(folder.join("acd-serve.1")));
    let serve = String::from_utf8(serve.stdout).expect("UTF-8");
    assert!(
        serve.contains("acd serve --config /etc/acd/acd.toml"),
        "{serve}"
    );
}

/// The names of the commands, as the help lists them.
fn commands(help: &str) -> Vec<&str> {
    let lines = help.lines().skip_while(|line| *line != "Commands:").skip(1);
    let lines = lines.take_while(|line| !line.is_empty());
    // What is indented by more goes on with what the line before tells.
    let lines = lines.filter_map(|line| line.strip_prefix("  "));
    let lines = lines.filter(|line| !line.starts_with(' '));
    let names = lines.filter_map(|line| line.split(' ').next());
    let names: Vec<&str> = names.filter(|name| *name != "help").collect();
    assert!(names.len() > 10, "{help}");
    names
}

fn shells_complete(machine: &Machine) {
    let script = machine.path("usr/share/bash-completion/completions/acd");
    let ask =
        ". \"$0\"; COMP_WORDS=(acd ser); COMP_CWORD=1; _acd acd ser acd; echo \"${COMPREPLY[@]}\"";
    let output = succeed(Command::new("bash").args(["-c", ask]).arg(script));
    assert_eq!(output.stdout, b"serve\n");
    for file in [
        "zsh/vendor-completions/_acd",
        "fish/vendor_completions.d/acd.fish",
    ] {
        assert!(
            machine.read(&format!("usr/share/{file}")).contains("serve"),
            "{file}"
        );
    }
}

fn every_linked_crate_has_its_licence(machine: &Machine) {
    let tree = succeed(
        Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
            .args([
                "tree",
                "--locked",
                "--package",
                "acd-cli",
                "--prefix",
                "none",
            ])
            .args(["--edges", "normal,no-proc-macro", "--format", "{p}|{l}"])
            .current_dir(root()),
    );
    let tree = String::from_utf8(tree.stdout).expect("UTF-8");
    let text = machine.read("usr/share/doc/acd/third-party-licences.txt");
    let mut crates = 0;
    for line in tree
        .lines()
        .filter(|line| !line.contains("(/") && !line.is_empty())
    {
        let (name, licence) = line
            .trim_end_matches(" (*)")
            .split_once('|')
            .expect("a licence");
        let name = name.replacen(" v", " ", 1);
        assert!(
            text.contains(&format!("\n{name}: {licence}\n")),
            "{name} is listed"
        );
        let with_text = text
            .lines()
            .filter(|line| line.split(", ").any(|it| it == name));
        assert!(with_text.count() > 0, "{name} has a text");
        crates += 1;
    }
    assert!(crates > 100, "{tree}");
}

fn the_program_serves_as_the_unit_starts_it(machine: &Machine) {
    let data = tempfile::tempdir().expect("a folder");
    let here = |argument: String| match argument.as_str() {
        FILE => machine.path(&FILE[1..]).into_os_string(),
        DATA => data.path().as_os_str().to_owned(),
        _ => argument.into(),
    };
    succeed(
        Command::new(machine.path("usr/bin/acd")).args(
            unit_line("acd.service", "ExecStartPre=")
                .into_iter()
                .map(here),
        ),
    );
    let mut process = Command::new(machine.path("usr/bin/acd"))
        .args(unit_line("acd.service", "ExecStart=").into_iter().map(here))
        .args(["--listen", "127.0.0.1:0", "--metrics-listen", "127.0.0.1:0"])
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .spawn()
        .expect("acd starts");
    let (_, metrics) = addresses(process.stdout.take().expect("a pipe"));
    let mut process = Guarded(process);
    assert_eq!(machine.acd(&["health", "--metrics", &metrics]), "ready\n");
    signal(&process.0, "TERM");
    assert_eq!(process.0.wait().expect("it ends").code(), Some(0));
}

/// A console of its own, with the file that its unit's head asks for and nothing in it that could be left out.
fn the_console_serves_as_its_unit_starts_it(machine: &Machine) {
    let engine = Server::start("");
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("console.toml");
    let console = "[server.console]\nlisten = \"127.0.0.1:0\"\n";
    std::fs::write(&file, console).expect("a file");
    let key = folder.path().join("console.key");
    let here = |argument: String| match argument.as_str() {
        "/etc/acd/console.toml" => file.clone().into_os_string(),
        "/var/lib/acd-console/console.key" => key.clone().into_os_string(),
        "${ACD_SERVER}" => engine.grpc.clone().into(),
        _ => argument.into(),
    };
    let mut process = Command::new(machine.path("usr/bin/acd"))
        .args(
            unit_line("acd-console.service", "ExecStart=")
                .into_iter()
                .map(here),
        )
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .spawn()
        .expect("acd starts");
    let mut line = String::new();
    let mut told = BufReader::new(process.stdout.take().expect("a pipe"));
    let _process = Guarded(process);
    told.read_line(&mut line).expect("a line");
    assert!(line.starts_with("ready console="), "{line:?}");
    assert!(key.exists());
}

/// A folder that dpkg takes for a machine: systemd runs there as far as scripts can tell, and what they tell it is noted.
struct Machine {
    folder: TempDir,
    made: TempDir,
    package: PathBuf,
}

impl Machine {
    fn new() -> Self {
        let made = packed();
        let folder = tempfile::tempdir().expect("a folder");
        let package = found(made.path(), "acd_");
        let machine = Self {
            folder,
            made,
            package,
        };
        for folder in [
            "var/lib/dpkg/info",
            "var/lib/dpkg/updates",
            "run/systemd/system",
            "usr/bin",
        ] {
            std::fs::create_dir_all(machine.path(folder)).expect("a folder");
        }
        std::fs::write(machine.path("var/lib/dpkg/status"), "").expect("a file");
        let programs = machine.made.path().join("programs");
        std::fs::create_dir(&programs).expect("a folder");
        for (name, script) in [
            (
                "deb-systemd-invoke",
                "#!/bin/sh\necho \"$@\" >> \"$MANAGED\"\n",
            ),
            ("systemctl", "#!/bin/sh\n"),
        ] {
            std::fs::write(programs.join(name), script).expect("a file");
            succeed(Command::new("chmod").arg("755").arg(programs.join(name)));
        }
        machine
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn read(&self, name: &str) -> String {
        std::fs::read_to_string(self.path(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
    }

    /// What `cargo xtask package` made, by the beginning of its name.
    fn built(&self, begin: &str) -> PathBuf {
        found(self.made.path(), begin)
    }

    fn dpkg(&self, act: &[&str], what: &Path) -> Output {
        let programs = self.made.path().join("programs");
        let path = std::env::join_paths(std::iter::once(programs).chain(std::env::split_paths(
            &std::env::var_os("PATH").expect("a path"),
        )));
        Command::new("dpkg")
            .arg(format!("--root={}", self.folder.path().display()))
            .args([
                "--force-script-chrootless",
                "--force-depends",
                "--force-bad-path",
                "--force-confold",
            ])
            .args(act)
            .arg(what)
            .env("PATH", path.expect("a path"))
            .env("MANAGED", self.made.path().join("managed"))
            .env("DEBIAN_FRONTEND", "noninteractive")
            .stdin(Stdio::null())
            .output()
            .expect("dpkg starts")
    }

    /// What the manager of services was told since this was asked last.
    fn managed(&self) -> Vec<String> {
        let file = self.made.path().join("managed");
        let text = std::fs::read_to_string(&file).unwrap_or_default();
        std::fs::write(&file, "").expect("a file");
        text.lines().map(str::to_owned).collect()
    }

    /// Runs the installed program.
    fn acd(&self, arguments: &[&str]) -> String {
        let output = succeed(Command::new(self.path("usr/bin/acd")).args(arguments));
        String::from_utf8(output.stdout).expect("UTF-8")
    }
}

/// The file of this folder whose name begins so.
fn found(folder: &Path, begin: &str) -> PathBuf {
    let entries = std::fs::read_dir(folder)
        .expect("a folder")
        .map(|it| it.expect("an entry").path());
    let mut files = entries.filter(|it| {
        it.file_name()
            .is_some_and(|name| name.to_string_lossy().starts_with(begin))
    });
    files
        .next()
        .unwrap_or_else(|| panic!("no {begin} in {}", folder.display()))
}
