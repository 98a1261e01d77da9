//! How many instructions each event of a row takes, counted by callgrind: the same on every machine of a kind, whatever
//! else it does.

use std::fs;
use std::io;
use std::os::unix::process::ExitStatusExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use crate::rows::Row;

/// The variables that name the programs; where they are not set, those on `PATH` are meant.
const VALGRIND: &str = "ACD_VALGRIND";
const VGDB: &str = "ACD_VGDB";

/// The signal that ends a program whose processor time is used up.
const SIGXCPU: i32 = 24;

/// The function that is one event, as callgrind names it.
const EVENT: &str = "acd_benches::centre::measured_event";

/// What the C library must not use of a processor.
const SAME_EVERYWHERE: &str = "glibc.cpu.hwcaps=-AVX2,-AVX512F,-AVX512VL,-AVX512BW,-ERMS,-FSRM,\
                               -AVX_Fast_Unaligned_Load,-Prefer_No_VZEROUPPER,-BMI2,-LZCNT,-MOVBE";

/// How many instructions an event took.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Counted {
    /// What kind of event it was.
    pub kind: String,
    /// The instructions.
    pub instructions: u64,
}

/// What is to be counted.
#[derive(Clone, Copy)]
pub struct Job {
    /// The row.
    pub row: Row,
    /// With so many agents.
    pub agents: usize,
    /// Over so many ordinary hours.
    pub hours: usize,
    /// In at most this time of a processor: what else the machine does is no reason to give a row up.
    pub within: Duration,
}

impl Job {
    /// Counts; none: it came to no end in its time. `program` is `acd-benches`.
    ///
    /// # Errors
    /// If valgrind cannot be run, or the row fails.
    pub fn count(&self, program: &Path) -> io::Result<Option<Vec<Counted>>> {
        let dir = std::env::temp_dir().join(format!(
            "acd-{}-{}-{}",
            self.row.key,
            self.agents,
            std::process::id()
        ));
        fs::create_dir_all(&dir)?;
        let counted = self.count_in(program, &dir);
        fs::remove_dir_all(&dir)?;
        counted
    }

    fn count_in(&self, program: &Path, dir: &Path) -> io::Result<Option<Vec<Counted>>> {
        let (profile, kinds) = (dir.join("profile"), dir.join("kinds"));
        let printed = fs::File::create(dir.join("log"))?;
        let status = Command::new("prlimit")
            .arg(format!("--cpu={}:", self.within.as_secs()))
            .arg(named(VALGRIND, "valgrind"))
            .arg("--tool=callgrind")
            // Putting the centre into its state takes ten times as long while it is counted.
            .arg("--instr-atstart=no")
            .arg(format!("--zero-before={EVENT}"))
            .arg(format!("--dump-after={EVENT}"))
            .args(["--combine-dumps=yes", "--dump-line=no"])
            .arg(format!("--callgrind-out-file={}", profile.display()))
            .arg(format!("--vgdb-prefix={}", dir.join("vgdb").display()))
            .arg(program)
            .args(["row", self.row.key])
            .args([self.agents, self.hours].map(|number| number.to_string()))
            .arg(&kinds)
            .arg(dir.join("vgdb"))
            // The C library copies in another way on each processor; this is the way that all of them know.
            .env("GLIBC_TUNABLES", SAME_EVERYWHERE)
            // What was freed as the centre was put into its state is not given back in the midst of an event.
            .env("MIMALLOC_PURGE_DELAY", "-1")
            .stdin(Stdio::null())
            .stdout(printed.try_clone()?)
            .stderr(printed)
            .status()?;
        if status.signal() == Some(SIGXCPU) {
            return Ok(None);
        }
        if !status.success() {
            let log = fs::read_to_string(dir.join("log"))?;
            let what = format!("{} with {} agents: {log}", self.row.key, self.agents);
            return Err(io::Error::other(what));
        }
        let counts = totals(&fs::read_to_string(&profile)?);
        let kinds = fs::read_to_string(&kinds)?;
        let kinds: Vec<&str> = kinds.lines().collect();
        if kinds.len() != counts.len() {
            let what = format!("{} events and {} counts", kinds.len(), counts.len());
            return Err(io::Error::other(what));
        }
        let counted = kinds.into_iter().zip(counts);
        Ok(Some(
            counted
                .map(|(kind, instructions)| Counted {
                    kind: kind.to_owned(),
                    instructions,
                })
                .collect(),
        ))
    }
}

/// Does all jobs, as many at the same time as there are cores, and tells each result in turn.
///
/// # Errors
/// The first of any job.
pub fn count_all(program: &Path, jobs: &[Job]) -> io::Result<Vec<Option<Vec<Counted>>>> {
    let left = Mutex::new(jobs.iter().enumerate());
    let done = Mutex::new(Vec::new());
    let workers = std::thread::available_parallelism().map_or(1, usize::from);
    std::thread::scope(|scope| {
        for _ in 0..workers {
            scope.spawn(|| {
                loop {
                    let next = left.lock().expect("whole").next();
                    let Some((no, job)) = next else { return };
                    let counted = job.count(program);
                    done.lock().expect("whole").push((no, counted));
                }
            });
        }
    });
    let mut done = done.into_inner().expect("whole");
    done.sort_by_key(|(no, _)| *no);
    done.into_iter().map(|(_, counted)| counted).collect()
}

/// Lives a row under valgrind: the program's side of [`Job::count`].
///
/// # Errors
/// If the kinds cannot be written, or counting cannot be begun.
pub fn live(row: Row, agents: usize, hours: usize, kinds: &Path, vgdb: &Path) -> io::Result<()> {
    let scene = row.scene(agents);
    begin_counting(vgdb)?;
    let told = Arc::new(Mutex::new(String::new()));
    let note = told.clone();
    scene.live(
        hours,
        Box::new(move |kind, work| {
            work();
            let mut told = note.lock().expect("whole");
            told.push_str(kind);
            told.push('\n');
        }),
    );
    let told = told.lock().expect("whole");
    fs::write(kinds, told.as_bytes())
}

/// Asks the valgrind that runs this program to count from here on.
fn begin_counting(prefix: &Path) -> io::Result<()> {
    let mut vgdb = Command::new(named(VGDB, "vgdb"))
        .arg(format!("--vgdb-prefix={}", prefix.display()))
        .arg(format!("--pid={}", std::process::id()))
        .args(["instrumentation", "on"])
        .stdout(Stdio::null())
        .spawn()?;
    // Valgrind looks for commands while the program runs, not while it waits.
    loop {
        if let Some(status) = vgdb.try_wait()? {
            return match status.success() {
                true => Ok(()),
                false => Err(io::Error::other("vgdb failed")),
            };
        }
        std::hint::spin_loop();
    }
}

fn named(variable: &str, name: &str) -> PathBuf {
    std::env::var_os(variable).map_or_else(|| name.into(), PathBuf::from)
}

/// The totals of the events in callgrind's file, one part each; the last part is the end of the program.
fn totals(profile: &str) -> Vec<u64> {
    let mut is_event = false;
    let mut totals = Vec::new();
    for line in profile.lines() {
        if let Some(trigger) = line.strip_prefix("desc: Trigger: ") {
            is_event = trigger.starts_with("--dump-after");
        } else if let Some(total) = line.strip_prefix("totals: ").filter(|_| is_event) {
            totals.push(total.trim().parse().expect("a number of instructions"));
        }
    }
    totals
}
