//! A tenant of a data directory: which one is meant, and its log, which a server may be writing.

use std::ops::ControlFlow;
use std::path::PathBuf;

use acd_core::ids::TenantName;
use acd_journal::{Entry, LogReader, ReadOnlyDir};
use anyhow::{Context as _, bail};

use crate::connection::ConnectionArgs;

/// What is read of a journal before it is told: a reader that waits for whoever reads it would hold up the journal.
const ENTRIES_AT_ONCE: usize = 1_000;
const BYTES_AT_ONCE: usize = 4 << 20;

/// Where the journal is.
#[derive(clap::Args, Clone, Debug)]
pub(crate) struct DirArgs {
    /// The data directory, also of a running server; or a back-up
    #[arg(value_name = "DIR")]
    data_dir: PathBuf,
}

/// The log of one tenant.
pub(crate) struct TenantLog {
    /// Its name.
    pub(crate) name: TenantName,
    /// The shard that holds it.
    pub(crate) shard: usize,
    pub(crate) log: Box<dyn LogReader>,
}

impl DirArgs {
    /// The log of the tenant that was named, or of the only one there is.
    pub(crate) fn tenant(&self, connection: &ConnectionArgs) -> anyhow::Result<TenantLog> {
        let dir = ReadOnlyDir::open(&self.data_dir)?;
        let mut found = Vec::new();
        let mut names = Vec::new();
        for shard in 0..dir.shards() {
            let log = dir.reader(shard)?;
            let tenants = log.tenants();
            names.extend(tenants.iter().map(ToString::to_string));
            let named = |name: &str| connection.tenant().is_none_or(|it| it == name);
            for name in tenants.into_iter().filter(|name| named(name)) {
                found.push((shard, TenantName::from(&*name)));
            }
        }
        names.sort();
        let [(shard, name)] = &found[..] else {
            let names = match names.is_empty() {
                true => "it has none".to_owned(),
                false => format!("it has {}", names.join(", ")),
            };
            let dir = self.data_dir.display();
            match connection.tenant() {
                Some(tenant) => bail!("--tenant: {dir} has no tenant {tenant:?}; {names}"),
                None => bail!("--tenant is needed for {dir}: {names}"),
            }
        };
        if let Err(error) = dir.check_keys(*shard) {
            eprintln!("note: personal data is shown as [erased]: {error}");
        }
        Ok(TenantLog {
            name: name.clone(),
            shard: *shard,
            log: dir.reader(*shard)?,
        })
    }
}

impl TenantLog {
    /// Hands out the entries with events after the first of these up to the second, until it is enough.
    pub(crate) fn entries(
        &self,
        after: u64,
        up_to: u64,
        visit: &mut dyn FnMut(&Entry) -> anyhow::Result<ControlFlow<()>>,
    ) -> anyhow::Result<()> {
        let mut known = after;
        while known < up_to {
            let mut entries = Vec::new();
            let mut bytes = 0;
            self.log.read(self.name.as_str(), known, &mut |entry| {
                bytes += entry.bytes();
                entries.push(entry);
                match entries.len() < ENTRIES_AT_ONCE && bytes < BYTES_AT_ONCE {
                    true => ControlFlow::Continue(()),
                    false => ControlFlow::Break(()),
                }
            })?;
            let last = entries.last().context("the tenant was deleted meanwhile")?;
            known = last.last_seq;
            for entry in &entries {
                if visit(entry)?.is_break() {
                    return Ok(());
                }
            }
        }
        Ok(())
    }
}
