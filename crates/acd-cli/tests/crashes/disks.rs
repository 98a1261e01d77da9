//! File systems of their own on loop devices, which only a test knows: they fill up, break and lose their power without
//! harm to others.

use std::fs::{self, File};
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};

use tempfile::TempDir;

use crate::acd::{Guarded, installed, said};

/// Set where a test runs apart from the mounts of the machine.
const APART: &str = "ACD_CRASH_APART";
/// Takes the power away when it is told to: see there.
const POWER_CUT: &str = include_str!("power_cut.py");
/// Bytes of the disk below, and of the one that lies on it.
const PLATTERS_BYTES: u64 = 240 << 20;
const DISK_BYTES: u64 = 200 << 20;

/// Whether the test that asks is to do its work now. Mounts want root and a mount namespace, in which they end with the
/// test whatever happens: a test begins itself once more in one, by its full name, and the first one gets `false` when
/// that has succeeded. Where it cannot be done the test says so and does nothing.
pub(crate) fn apart(test: &str) -> bool {
    if std::env::var_os(APART).is_some() {
        return true;
    }
    if let Err(reason) = can_mount() {
        println!("SKIPPED {test}: {reason}");
        return false;
    }
    let again = Command::new("unshare")
        .args(["--mount", "--propagation", "private"])
        .arg(std::env::current_exe().expect("this program"))
        .args(["--exact", test, "--nocapture"])
        .env(APART, "1")
        .status();
    assert!(
        again.expect("unshare starts").success(),
        "{test}: see above"
    );
    false
}

/// Why this machine does not let a test mount a file system, if it does not.
fn can_mount() -> Result<(), String> {
    let folder = tempfile::tempdir().expect("a folder");
    let image = folder.path().join("image");
    File::create(&image)
        .and_then(|file| file.set_len(4 << 20))
        .expect("a file");
    let script = "mkfs.ext4 -q -F \"$0\" && mount -o loop \"$0\" /mnt";
    let tried = Command::new("unshare")
        .args([
            "--mount",
            "--propagation",
            "private",
            "sh",
            "-e",
            "-c",
            script,
        ])
        .arg(&image)
        .output();
    match tried {
        Ok(output) if output.status.success() => Ok(()),
        Ok(output) => Err(format!(
            "loop devices cannot be mounted here, which takes root and /dev/loop-control: {}",
            said(&output).trim()
        )),
        Err(error) => Err(format!("there is no `unshare`: {error}")),
    }
}

/// Runs a program to its end, which must be a success.
pub(crate) fn succeed(program: &str, arguments: &[&str]) -> Output {
    let output = Command::new(program).args(arguments).output();
    let output = output.unwrap_or_else(|error| panic!("{program}: {error}"));
    assert!(
        output.status.success(),
        "{program} {arguments:?}: {}",
        said(&output)
    );
    output
}

fn text(path: &Path) -> &str {
    path.to_str().expect("a path in UTF-8")
}

/// An empty ext4 in this file. All of it is written, so that nothing of it has to be found a place for later.
fn format(image: &Path, bytes: u64) {
    let mut file = File::create(image).expect("a file");
    std::io::copy(&mut std::io::repeat(0).take(bytes), &mut file).expect("room for it");
    let now = "lazy_itable_init=0,lazy_journal_init=0";
    succeed(
        "mkfs.ext4",
        &["-q", "-F", "-m", "0", "-E", now, text(image)],
    );
}

/// A mounted file system. It is taken away when this is dropped.
#[derive(Debug)]
pub(crate) struct Mounted(PathBuf);

impl Mounted {
    /// Mounts this image at a folder, which is made where there is none.
    fn image(image: &Path, at: PathBuf) -> Self {
        fs::create_dir_all(&at).expect("a folder");
        succeed("mount", &["-o", "loop", text(image), text(&at)]);
        Self(at)
    }

    /// An empty one in memory.
    fn in_memory(at: PathBuf) -> Self {
        fs::create_dir_all(&at).expect("a folder");
        succeed(
            "mount",
            &["-t", "tmpfs", "-o", "size=1g", "tmpfs", text(&at)],
        );
        Self(at)
    }

    /// Where it is.
    pub(crate) fn path(&self) -> &Path {
        &self.0
    }

    /// Takes it away although it is in use, as a volume that is gone.
    pub(crate) fn vanish(&self) {
        succeed("umount", &["--lazy", text(&self.0)]);
    }
}

impl Drop for Mounted {
    fn drop(&mut self) {
        // It may be gone already.
        let _ = Command::new("umount").arg(&self.0).output();
    }
}

/// An ext4 of this size.
pub(crate) struct SmallDisk {
    disk: Mounted,
    folder: TempDir,
}

impl SmallDisk {
    pub(crate) fn new(bytes: u64) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let image = folder.path().join("image");
        format(&image, bytes);
        let disk = Mounted::image(&image, folder.path().join("disk"));
        Self { disk, folder }
    }

    /// Has a file system that broke or was taken away checked, as a start of the machine does, and mounts it again.
    pub(crate) fn check_and_mount_again(&self) {
        let image = self.folder.path().join("image");
        // One that was taken away leaves its device when nobody uses it any more.
        let device = || succeed("losetup", &["--associated", text(&image)]).stdout;
        // It may be gone already.
        let _ = Command::new("umount").arg(self.disk.path()).output();
        while !device().is_empty() {}
        let checked = Command::new("e2fsck")
            .args(["-f", "-y"])
            .arg(&image)
            .output();
        let checked = checked.expect("e2fsck starts");
        // 1: there was something to mend.
        let is_mended = checked.status.code().is_some_and(|code| code <= 1);
        assert!(is_mended, "{}", said(&checked));
        succeed(
            "mount",
            &["-o", "loop", text(&image), text(self.disk.path())],
        );
    }

    pub(crate) fn mounted(&self) -> &Mounted {
        &self.disk
    }
}

/// A disk with a write cache that is lost with the power, and a way to take the power away.
///
/// ```text
/// disk/              ext4, on a loop device over
/// platters/image     a file of another ext4: what is written to the disk waits in its page cache, and a flush of the
///                    disk is a flush of this file, to the loop device over
/// memory/image       what stands on the platters; where the power comes back, a copy of it is
/// ```
///
/// The power goes by a shutdown of the file system of the platters (`FS_IOC_SHUTDOWN` without a flush), at one instant and
/// under full load: from then on nothing more reaches `memory/image`, and every write and flush fails. What was written to
/// the file system of the disk and not flushed is lost with its page cache; what reached the disk and was not flushed is
/// lost with that of the platters. Both are shown at each cut ([`PowerCut`]).
pub(crate) struct VolatileDisk {
    disk: Option<Mounted>,
    platters: Option<Mounted>,
    memory: Mounted,
    folder: TempDir,
    images: u32,
}

impl VolatileDisk {
    pub(crate) fn new() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let memory = Mounted::in_memory(folder.path().join("memory"));
        let image = memory.path().join("image-0");
        format(&image, PLATTERS_BYTES);
        let platters = Mounted::image(&image, folder.path().join("platters"));
        format(&platters.path().join("image"), DISK_BYTES);
        // What the disk came with is on it.
        succeed("sync", &["--file-system", text(platters.path())]);
        let mut disk = Self {
            disk: None,
            platters: Some(platters),
            memory,
            folder,
            images: 0,
        };
        disk.mount();
        disk
    }

    /// Where its file system is.
    pub(crate) fn path(&self) -> PathBuf {
        self.folder.path().join("disk")
    }

    fn mount(&mut self) {
        let platters = self.folder.path().join("platters");
        self.disk = Some(Mounted::image(&platters.join("image"), self.path()));
    }

    /// Makes ready to take the power away.
    pub(crate) fn cut(&self) -> PowerCut {
        PowerCut::prepare(&self.path(), &self.folder.path().join("platters"))
    }

    /// The power is back, on a copy of what stood on the platters. Nobody may use it before.
    pub(crate) fn power_on(&mut self) {
        let image = |number: u32| self.memory.path().join(format!("image-{number}"));
        let (old, new) = (image(self.images), image(self.images + 1));
        self.images += 1;
        succeed("cp", &["--sparse=always", text(&old), text(&new)]);
        self.disk = None;
        self.platters = None;
        fs::remove_file(old).expect("it is there");
        let platters = self.folder.path().join("platters");
        self.platters = Some(Mounted::image(&new, platters));
        self.mount();
    }
}

impl Drop for VolatileDisk {
    fn drop(&mut self) {
        self.disk = None;
        self.platters = None;
    }
}

/// A power cut that is to come, with what shows that it is one: a file that is flushed, one that is only written, and one
/// that is written past the page cache and not flushed.
pub(crate) struct PowerCut {
    process: Guarded,
    flushed: PathBuf,
    written: PathBuf,
    cached: PathBuf,
}

/// What a cut has left of the files that show that it was one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Left {
    /// What was flushed is there.
    pub(crate) flushed: bool,
    /// What was written and not flushed is there.
    pub(crate) written: bool,
    /// What was handed to the disk and not flushed is there.
    pub(crate) cached: bool,
}

impl PowerCut {
    fn prepare(disk: &Path, platters: &Path) -> Self {
        let mut process = Command::new(installed("ACD_PYTHON"))
            .args(["-c", POWER_CUT])
            .args([disk, platters])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("Python starts");
        assert_eq!(line(&mut process), "prepared\n");
        Self {
            process: Guarded(process),
            flushed: disk.join("flushed"),
            written: disk.join("written"),
            cached: disk.join("cached"),
        }
    }

    /// Takes the power away, now.
    pub(crate) fn now(&mut self) {
        let mut stdin = self.process.0.stdin.take().expect("a pipe");
        stdin.write_all(b"now\n").expect("it listens");
        assert_eq!(line(&mut self.process.0), "cut\n");
        self.process.0.wait().expect("it ends");
    }

    /// What is left of its files, once the power is back.
    pub(crate) fn left(&self) -> Left {
        let begins = |file: &Path, with: &[u8]| fs::read(file).is_ok_and(|it| it.starts_with(with));
        Left {
            flushed: begins(&self.flushed, b"new"),
            written: begins(&self.written, b"new"),
            cached: begins(&self.cached, b"new"),
        }
    }
}

/// The next line of its output.
fn line(process: &mut Child) -> String {
    let stdout = process.stdout.as_mut().expect("a pipe");
    let mut line = String::new();
    // It writes one line and waits.
    BufReader::new(stdout).read_line(&mut line).expect("a line");
    line
}
