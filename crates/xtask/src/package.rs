//! `cargo xtask package`: the Debian package of `acd`, its debug symbols in one of their own, and the same files as a
//! tarball for other systems.
//!
//! Files are staged one by one and packed by `dpkg-deb`, which is on every Debian, and not by cargo-deb: that would have to
//! be built first, for minutes; it refuses the debug binary that the tests have, so that they would look at another package
//! than users get; and it knows neither where manual pages come from nor texts of licences.
//!
//! The same binary gives the same bytes: files are written in one order with one owner, and no file is younger than the
//! commit.

use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};

use crate::process::Program;
use crate::release_build::{self, Commit};
use crate::{licences, workspace};

#[derive(clap::Args)]
pub(crate) struct Options {
    /// Pack this binary, instead of building one as a release is built
    #[arg(long, value_name = "FILE")]
    binary: Option<PathBuf>,
    /// The folder for what is made; relative paths count from the checkout
    #[arg(long, value_name = "DIR", default_value = "target/package")]
    output: PathBuf,
    /// Compress hardly, to try it
    #[arg(long)]
    quick: bool,
}

pub(crate) fn run(options: &Options) -> Result<()> {
    let commit = Commit::current()?;
    let binary = match &options.binary {
        Some(binary) => workspace::root().join(binary),
        None => release_build::build(workspace::root(), &release_build::target(), &commit)?,
    };
    let output = workspace::root().join(&options.output);
    let compression = if options.quick {
        Compression::Quick
    } else {
        Compression::Small
    };
    for file in pack(&binary, &output, &commit, compression)? {
        println!("{}", file.display());
    }
    Ok(())
}

/// How packages are compressed.
#[derive(Clone, Copy)]
pub(crate) enum Compression {
    Small,
    Quick,
}

impl Compression {
    fn of_deb(self) -> [&'static str; 2] {
        match self {
            Self::Small => ["-Zxz", "-z9"],
            Self::Quick => ["-Znone", "-z0"],
        }
    }

    fn of_tarball(self) -> &'static str {
        match self {
            Self::Small => "gzip -9n",
            Self::Quick => "gzip -1n",
        }
    }
}

/// The version of everything, from the root `Cargo.toml`.
pub(crate) const VERSION: &str = env!("CARGO_PKG_VERSION");

/// What lies in the checkout and goes into the package as it is: file or folder, and where to.
const FILES: [(&str, &str); 32] = [
    ("LICENSE", "usr/share/doc/acd/LICENSE"),
    ("CHANGELOG.md", "usr/share/doc/acd/CHANGELOG.md"),
    ("deploy/debian/acd.toml", "etc/acd/acd.toml"),
    ("deploy/debian/copyright", "usr/share/doc/acd/copyright"),
    (
        "deploy/systemd/acd.service",
        "usr/lib/systemd/system/acd.service",
    ),
    (
        "deploy/systemd/acd-asterisk.service",
        "usr/lib/systemd/system/acd-asterisk.service",
    ),
    (
        "deploy/systemd/acd-console.service",
        "usr/lib/systemd/system/acd-console.service",
    ),
    ("deploy/systemd/acd.sysusers", "usr/lib/sysusers.d/acd.conf"),
    ("deploy/prometheus", "usr/share/acd/prometheus"),
    ("deploy/grafana", "usr/share/acd/grafana"),
    ("proto/acd/v1", "usr/share/acd/proto/acd/v1"),
    ("proto/acd/journal", "usr/share/acd/proto/acd/journal"),
    ("proto/google/rpc", "usr/share/acd/proto/google/rpc"),
    ("deploy/examples", "usr/share/doc/acd/examples"),
    ("deploy/asterisk", "usr/share/doc/acd/examples/asterisk"),
    ("deploy/console", "usr/share/doc/acd/examples/console"),
    ("docs/api.md", "usr/share/doc/acd/api.md"),
    ("docs/asterisk.md", "usr/share/doc/acd/asterisk.md"),
    (
        "docs/configuration.md",
        "usr/share/doc/acd/configuration.md",
    ),
    ("docs/console.md", "usr/share/doc/acd/console.md"),
    ("docs/metrics.md", "usr/share/doc/acd/metrics.md"),
    ("docs/operations.md", "usr/share/doc/acd/operations.md"),
    ("docs/reliability.md", "usr/share/doc/acd/reliability.md"),
    ("docs/scenarios.md", "usr/share/doc/acd/scenarios.md"),
    ("docs/agent-desk.md", "usr/share/doc/acd/agent-desk.md"),
    (
        "docs/asterisk-import.md",
        "usr/share/doc/acd/asterisk-import.md",
    ),
    ("docs/glossary.md", "usr/share/doc/acd/glossary.md"),
    ("docs/performance.md", "usr/share/doc/acd/performance.md"),
    ("docs/history.md", "usr/share/doc/acd/history.md"),
    ("docs/journal.md", "usr/share/doc/acd/journal.md"),
    ("docs/top.md", "usr/share/doc/acd/top.md"),
    ("docs/tracing.md", "usr/share/doc/acd/tracing.md"),
];

/// Completions: the shell, and where it looks for them.
const COMPLETIONS: [(&str, &str); 3] = [
    ("bash", "usr/share/bash-completion/completions/acd"),
    ("zsh", "usr/share/zsh/vendor-completions/_acd"),
    ("fish", "usr/share/fish/vendor_completions.d/acd.fish"),
];

/// Packs the binary with all that belongs to it; gives the files it made in `output`.
pub(crate) fn pack(
    binary: &Path,
    output: &Path,
    commit: &Commit,
    compression: Compression,
) -> Result<Vec<PathBuf>> {
    let stage = Folder::empty(output.join("stage"))?;
    let symbols = Folder::empty(output.join("stage-dbgsym"))?;
    program(binary, &stage, &symbols)?;
    for (from, to) in FILES {
        stage.copy(&workspace::root().join(from), to)?;
    }
    for (shell, to) in COMPLETIONS {
        let script = Program::new(binary).args(["completions", shell]).output()?;
        stage.write(to, &script)?;
    }
    let pages = stage.path("usr/share/man/man1");
    Program::new(binary).arg("man").arg(&pages).output()?;
    compress(&pages, "*.1")?;
    stage.write(
        "usr/share/doc/acd/third-party-licences.txt",
        &licences::text()?,
    )?;
    let changelog = debian_changelog(commit)?;
    stage.write("usr/share/doc/acd/changelog", &changelog)?;
    compress(&stage.path("usr/share/doc/acd"), "changelog")?;

    // The tarball is what a package unpacks, without what dpkg is told.
    stage.tidy()?;
    let tarball = tarball(&stage, output, commit, compression)?;
    let libraries = libraries(binary)?;
    let package = debian(&stage, output, "control", &libraries, commit, compression)?;
    let of_symbols = debian(&symbols, output, "control-dbgsym", "", commit, compression)?;
    Ok(vec![package, of_symbols, tarball])
}

/// The binary without symbols, and the symbols, each knowing of the other.
fn program(binary: &Path, stage: &Folder, symbols: &Folder) -> Result<()> {
    let program = stage.path("usr/bin/acd");
    let debug = symbols.path("usr/lib/debug/usr/bin/acd.debug");
    stage.copy(binary, "usr/bin/acd")?;
    symbols.parents(&debug)?;
    let objcopy = || Program::new("objcopy");
    objcopy()
        .arg("--only-keep-debug")
        .arg(&program)
        .arg(&debug)
        .output()?;
    objcopy().arg("--strip-all").arg(&program).output()?;
    let link = format!("--add-gnu-debuglink={}", debug.display());
    objcopy().arg(link).arg(&program).output()?;
    set_mode(&program, 0o755)
}

/// Compresses the files of the folder that match, without name and time.
fn compress(folder: &Path, pattern: &str) -> Result<()> {
    Program::new("find")
        .arg(folder)
        .args(["-name", pattern, "-exec", "gzip", "-9n", "{}", "+"])
        .output()?;
    Ok(())
}

fn tarball(
    stage: &Folder,
    output: &Path,
    commit: &Commit,
    compression: Compression,
) -> Result<PathBuf> {
    let machine = std::env::consts::ARCH;
    let tarball = output.join(format!("acd-{VERSION}-linux-{machine}.tar.gz"));
    Program::new("tar")
        .args([
            "--create",
            "--sort=name",
            "--owner=0",
            "--group=0",
            "--numeric-owner",
        ])
        .args([
            format!("--mtime=@{}", commit.epoch),
            format!("--use-compress-program={}", compression.of_tarball()),
        ])
        .arg(format!("--transform=s,^[.],acd-{VERSION},"))
        .arg("--file")
        .arg(&tarball)
        .arg("--directory")
        .arg(&stage.0)
        .arg(".")
        .output()?;
    Ok(tarball)
}

/// The changelog in the form that Debian wants one, which leads to ours.
fn debian_changelog(commit: &Commit) -> Result<String> {
    let text = std::fs::read_to_string(workspace::root().join("deploy/debian/changelog"))?;
    let date = Program::new("date")
        .args(["--utc", "--rfc-email", &format!("--date=@{}", commit.epoch)])
        .env("LC_ALL", "C")
        .output()?;
    Ok(text
        .replace("{version}", VERSION)
        .replace("{date}", date.trim()))
}

/// The Debian packages with the shared libraries that the binary wants, at the least version that has what it uses.
fn libraries(binary: &Path) -> Result<String> {
    let told = Program::new("objdump")
        .arg("--private-headers")
        .arg(binary)
        .output()?;
    let needed = told
        .lines()
        .filter_map(|line| line.trim().strip_prefix("NEEDED"));
    let mut packages = vec![format!("libc6 (>= {})", glibc(&told)?)];
    for library in needed.map(str::trim) {
        match library {
            "libgcc_s.so.1" => packages.push("libgcc-s1".to_owned()),
            "libc.so.6" | "libm.so.6" => {}
            loader if loader.starts_with("ld-linux") => {}
            other => bail!("acd is linked with {other}: say in which Debian package it is"),
        }
    }
    Ok(packages.join(", "))
}

/// The newest version of glibc whose symbols are used.
fn glibc(headers: &str) -> Result<String> {
    let versions = headers
        .split_whitespace()
        .filter_map(|it| it.strip_prefix("GLIBC_"));
    let numbers = versions.filter_map(|it| {
        let (major, minor) = it.split_once('.')?;
        let minor = minor.split('.').next().unwrap_or(minor);
        Some((major.parse::<u32>().ok()?, minor.parse::<u32>().ok()?))
    });
    let (major, minor) = numbers
        .max()
        .context("the binary names no version of glibc")?;
    Ok(format!("{major}.{minor}"))
}

/// Adds what dpkg is told and packs the folder.
fn debian(
    stage: &Folder,
    output: &Path,
    control: &str,
    libraries: &str,
    commit: &Commit,
    compression: Compression,
) -> Result<PathBuf> {
    let folder = workspace::root().join("deploy/debian");
    let text = std::fs::read_to_string(folder.join(control))?;
    let architecture = Program::new("dpkg").arg("--print-architecture").output()?;
    let architecture = architecture.trim();
    let size = Program::new("du")
        .args(["-sk", "--apparent-size"])
        .arg(&stage.0)
        .output()?;
    let text = text
        .replace("{version}", VERSION)
        .replace("{architecture}", architecture)
        .replace("{libraries}", libraries)
        .replace(
            "{kilobytes}",
            size.split_whitespace().next().unwrap_or_default(),
        );
    stage.write("DEBIAN/control", &text)?;
    if control == "control" {
        for script in ["postinst", "prerm", "postrm"] {
            stage.copy(&folder.join(script), &format!("DEBIAN/{script}"))?;
            set_mode(&stage.path(&format!("DEBIAN/{script}")), 0o755)?;
        }
        stage.write("DEBIAN/conffiles", "/etc/acd/acd.toml\n")?;
    }
    let sums =
        "find . -path ./DEBIAN -prune -o -type f -printf '%P\\0' | sort -z | xargs -0 md5sum";
    let sums = Program::new("sh")
        .args(["-c", sums])
        .current_dir(&stage.0)
        .output()?;
    stage.write("DEBIAN/md5sums", &sums)?;
    stage.tidy()?;
    let name = text.lines().find_map(|line| line.strip_prefix("Package: "));
    let name = name.context("the control file names no package")?;
    let package = output.join(format!("{name}_{VERSION}_{architecture}.deb"));
    Program::new("dpkg-deb")
        .args(["--root-owner-group", "--build"])
        .args(compression.of_deb())
        .arg(&stage.0)
        .arg(&package)
        .env("SOURCE_DATE_EPOCH", &commit.epoch)
        .output()?;
    Ok(package)
}

/// A folder in which the files of a package are gathered.
struct Folder(PathBuf);

impl Folder {
    fn empty(folder: PathBuf) -> Result<Self> {
        if folder.exists() {
            std::fs::remove_dir_all(&folder)
                .with_context(|| format!("cannot empty {}", folder.display()))?;
        }
        std::fs::create_dir_all(&folder)
            .with_context(|| format!("cannot make {}", folder.display()))?;
        Ok(Self(folder))
    }

    fn path(&self, to: &str) -> PathBuf {
        self.0.join(to)
    }

    fn parents(&self, file: &Path) -> Result<()> {
        let folder = file.parent().unwrap_or(&self.0);
        std::fs::create_dir_all(folder).with_context(|| format!("cannot make {}", folder.display()))
    }

    fn write(&self, to: &str, text: &str) -> Result<()> {
        let file = self.path(to);
        self.parents(&file)?;
        std::fs::write(&file, text).with_context(|| format!("cannot write {}", file.display()))
    }

    /// Copies a file, or a folder with all that is in it.
    fn copy(&self, from: &Path, to: &str) -> Result<()> {
        if !from.is_dir() {
            let file = self.path(to);
            self.parents(&file)?;
            std::fs::copy(from, &file)
                .with_context(|| format!("cannot copy {}", from.display()))?;
            return Ok(());
        }
        for entry in
            std::fs::read_dir(from).with_context(|| format!("cannot read {}", from.display()))?
        {
            let entry = entry?;
            let name = entry.file_name();
            self.copy(&entry.path(), &format!("{to}/{}", name.to_string_lossy()))?;
        }
        Ok(())
    }

    /// Gives folders and files the modes that a package has, whatever the umask was: whoever may write is the owner, and
    /// programs stay programs.
    fn tidy(&self) -> Result<()> {
        Program::new("chmod")
            .arg("-R")
            .arg("u=rwX,go=rX")
            .arg(&self.0)
            .output()?;
        Ok(())
    }
}

fn set_mode(file: &Path, mode: u32) -> Result<()> {
    std::fs::set_permissions(file, PermissionsExt::from_mode(mode))
        .with_context(|| format!("cannot set the mode of {}", file.display()))
}
