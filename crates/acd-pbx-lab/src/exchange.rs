//! A private Asterisk.

use std::net::Ipv4Addr;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::network::Network;
use crate::plan::Plan;
use crate::process::{Looks, PATIENCE, Process, until};
use crate::site::Site;
use crate::{Error, Installation};

/// The folders that Asterisk wants.
const FOLDERS: [&str; 9] = [
    "etc",
    "lib",
    "cache",
    "spool/recording",
    "spool/monitor",
    "run",
    "log",
    "music",
    "phones",
];

/// The socket of its command line, below the site's folder.
const SOCKET: &str = "run/asterisk.ctl";

/// A running Asterisk with folders and addresses of its own; it is killed, and its folder removed, when it is dropped.
#[derive(Debug)]
pub struct Exchange {
    asterisk: Process,
    site: Arc<Site>,
    user: String,
    password: String,
}

impl Exchange {
    /// Starts an Asterisk and waits until it has booted.
    pub async fn start(installation: &Installation, plan: Plan) -> Result<Self, Error> {
        let network = Network::take()?;
        let phones = plan.addresses(&network)?;
        let site = Site::make(installation, network, phones)?;
        lay_out(&site, &plan)?;
        let (user, password) = plan.user();
        let mut exchange = Self {
            asterisk: start(&site)?,
            site: Arc::new(site),
            user: user.to_owned(),
            password: password.to_owned(),
        };
        exchange.booted().await?;
        Ok(exchange)
    }

    /// Its address, where it speaks SIP at port 5060.
    pub fn address(&self) -> Ipv4Addr {
        self.site.network.exchange()
    }

    /// Where ARI answers: `http://ADDRESS:8088`, without `/ari`.
    pub fn ari_url(&self) -> String {
        format!("http://{}:8088", self.address())
    }

    /// Whom ARI lets in.
    pub fn user(&self) -> &str {
        &self.user
    }

    /// The password of [`user`](Self::user).
    pub fn password(&self) -> &str {
        &self.password
    }

    /// The process id, for example to read what processor time it took.
    pub fn process_id(&self) -> u32 {
        self.asterisk.id()
    }

    /// The folder with `etc`, `log`, `spool` (recordings in `spool/recording`), `lib` and `run`.
    pub fn folder(&self) -> &Path {
        self.site.folder()
    }

    /// What Asterisk's command line answers.
    pub async fn cli(&self, command: &str) -> Result<String, Error> {
        let mut asterisk = tokio::process::Command::from(self.site.program("asterisk"));
        asterisk
            .arg("-C")
            .arg(self.site.inside("etc/asterisk.conf"))
            .args(["-rx", command])
            .stdin(std::process::Stdio::null())
            .kill_on_drop(true);
        let output = tokio::time::timeout(PATIENCE, asterisk.output())
            .await
            .map_err(|_| Error::TimedOut {
                what: format!("`asterisk -rx {command:?}`"),
                limit: PATIENCE,
                told: self.log(),
            })?
            .map_err(Error::io("starting `asterisk -rx`"))?;
        let answer = String::from_utf8_lossy(&output.stdout).into_owned();
        if output.status.success() {
            return Ok(answer);
        }
        Err(Error::Ended {
            program: format!("asterisk -rx {command:?}"),
            status: output.status.to_string(),
            told: answer,
        })
    }

    /// How many channels there are.
    pub async fn channels(&self) -> Result<usize, Error> {
        let answer = self.cli("core show channels count").await?;
        let counted = answer.lines().find(|line| line.contains("active channel"));
        let number = counted.and_then(|line| line.split(' ').next()?.parse().ok());
        number.ok_or_else(|| self.not_understood("core show channels count", &answer))
    }

    /// How many bridges there are.
    pub async fn bridges(&self) -> Result<usize, Error> {
        let answer = self.cli("bridge show all").await?;
        let mut lines = answer.lines();
        lines
            .next()
            .filter(|title| title.starts_with("Bridge-ID"))
            .ok_or_else(|| self.not_understood("bridge show all", &answer))?;
        Ok(lines.filter(|line| !line.trim().is_empty()).count())
    }

    /// Waits until no channel and no bridge is left.
    pub async fn quiet(&self) -> Result<(), Error> {
        let limit = PATIENCE;
        let mut looks = Looks::at(limit);
        while looks.again().await {
            if self.channels().await? + self.bridges().await? == 0 {
                return Ok(());
            }
        }
        let what = "no channel and no bridge".to_owned();
        let told =
            self.cli("core show channels concise").await? + &self.cli("bridge show all").await?;
        Err(Error::TimedOut { what, limit, told })
    }

    /// Kills it, as a power cut would: nobody is told.
    pub fn kill(&mut self) {
        self.asterisk.kill();
    }

    /// Starts it again, in the same folders and at the same address.
    pub async fn start_again(&mut self) -> Result<(), Error> {
        self.kill();
        self.asterisk = start(&self.site)?;
        self.booted().await
    }

    /// What it logged and printed: notices, warnings and errors.
    pub fn log(&self) -> String {
        log(&self.site)
    }

    pub(crate) fn site(&self) -> &Arc<Site> {
        &self.site
    }

    async fn booted(&mut self) -> Result<(), Error> {
        let socket = self.site.inside(SOCKET);
        let (asterisk, site) = (&mut self.asterisk, &self.site);
        let look = || match asterisk.ended()? {
            Some(status) => Err(Error::Ended {
                program: "asterisk".to_owned(),
                status: status.to_string(),
                told: log(site),
            }),
            None => Ok(listens(&socket)?.then_some(())),
        };
        until("asterisk's command line", PATIENCE, look, || log(site)).await?;
        self.cli("core waitfullybooted").await?;
        Ok(())
    }

    fn not_understood(&self, command: &str, answer: &str) -> Error {
        Error::Ended {
            program: format!("asterisk -rx {command:?}"),
            status: "an answer of another form".to_owned(),
            told: answer.to_owned(),
        }
    }
}

fn lay_out(site: &Site, plan: &Plan) -> Result<(), Error> {
    let write = |path: PathBuf, content: &[u8]| {
        std::fs::write(&path, content).map_err(Error::io(format!("writing {}", path.display())))
    };
    for folder in FOLDERS {
        let folder = site.folder().join(folder);
        std::fs::create_dir_all(&folder)
            .map_err(Error::io(format!("making {}", folder.display())))?;
    }
    let folder = site.inside("").to_string_lossy().into_owned();
    let modules = site.installation().modules().to_string_lossy();
    let files = plan.files(
        &site.network,
        &site.phones,
        folder.trim_end_matches('/'),
        &modules,
    );
    for (name, text) in files {
        write(site.folder().join("etc").join(name), text.as_bytes())?;
    }
    write(site.folder().join("music/tone.ulaw"), &tone())
}

/// One second of 500 Hz in the telephone's own coding.
fn tone() -> Vec<u8> {
    // Eight samples of a sine that is half as loud as can be, at 8000 of them a second for 4000 periods of two: 1000 Hz
    // would be one turn of eight, so each is held twice.
    const SINE: [u8; 8] = [0xff, 0x98, 0x90, 0x98, 0xff, 0x18, 0x10, 0x18];
    SINE.iter()
        .flat_map(|sample| [*sample, *sample])
        .cycle()
        .take(8_000)
        .collect()
}

fn start(site: &Site) -> Result<Process, Error> {
    // One that was killed leaves its socket behind.
    let _ = std::fs::remove_file(site.folder().join(SOCKET));
    let mut asterisk = site.program("asterisk");
    asterisk
        .args(["-f", "-C"])
        .arg(site.inside("etc/asterisk.conf"));
    Process::start("asterisk", asterisk, &console(site))
}

fn console(site: &Site) -> PathBuf {
    site.folder().join("log/console")
}

/// Whether a process of this machine accepts connections at the path, as that process sees it.
fn listens(path: &Path) -> Result<bool, Error> {
    const ACCEPTS: &str = " 00010000 ";
    let table =
        std::fs::read_to_string("/proc/net/unix").map_err(Error::io("reading /proc/net/unix"))?;
    let path = path.to_string_lossy();
    let mut own = table.lines().filter(|line| line.ends_with(&*path));
    Ok(own.any(|line| line.contains(ACCEPTS)))
}

fn log(site: &Site) -> String {
    let files = [site.folder().join("log/messages"), console(site)];
    files
        .iter()
        .filter_map(|file| std::fs::read_to_string(file).ok())
        .collect()
}
