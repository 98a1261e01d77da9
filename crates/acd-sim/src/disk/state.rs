//! All that is on a disk and all that is to go wrong with it.

use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};
use std::io::{self, ErrorKind};
use std::path::{Component, Path, PathBuf};
use std::sync::{Arc, Weak};

use acd_journal::Room;
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};

use super::Crash;
use super::counts::{Counts, Operation};
use super::file::{File, Luck};
use super::locks::Locks;
use super::shared_memory::SharedMemory;

/// The directory that all others are in.
const ROOT: u64 = 0;
/// How much a disk holds unless something else is said.
const SIZE_BYTES: u64 = 1 << 40;

#[derive(Debug)]
pub(super) struct State {
    rng: StdRng,
    /// Draws what processes ask for: apart, so that what goes wrong does not follow from how often they ask.
    drawn: StdRng,
    nodes: BTreeMap<u64, Node>,
    /// The number of the next file, and of the next that opens one. None is given twice.
    next: u64,
    /// How many processes have ended: what was opened by one that has is of no use.
    pub(super) life: u64,
    /// Operations until the process is killed.
    pub(super) fuse: Option<u64>,
    pub(super) is_down: bool,
    pub(super) is_lying: bool,
    pub(super) is_read_only: bool,
    pub(super) size: u64,
    /// What all files take.
    used: u64,
    /// What is to fail: after how many, and how many.
    pub(super) failures: BTreeMap<Operation, (u64, u64)>,
    pub(super) counts: Counts,
    /// Who has locked a file.
    locked: BTreeMap<u64, u64>,
    /// SQLite's locks on a file.
    pub(super) locks: BTreeMap<u64, Locks>,
    /// The memory that connections to a database file share.
    shared_memory: BTreeMap<u64, Weak<SharedMemory>>,
}

#[derive(Debug)]
enum Node {
    File(File),
    Directory(Directory),
}

#[derive(Debug, Default)]
struct Directory {
    /// What is seen.
    names: BTreeMap<OsString, u64>,
    /// What a power cut cannot take.
    durable: BTreeMap<OsString, u64>,
    /// What makes the one of the other, in order.
    unflushed: Vec<NameChange>,
}

/// A change of the names in a directory, whole or absent.
#[derive(Debug)]
struct NameChange {
    removed: Option<OsString>,
    added: Option<(OsString, u64)>,
}

impl NameChange {
    fn apply(&self, names: &mut BTreeMap<OsString, u64>) {
        if let Some(removed) = &self.removed {
            names.remove(removed);
        }
        if let Some((name, node)) = &self.added {
            names.insert(name.clone(), *node);
        }
    }
}

impl Directory {
    fn change(&mut self, change: NameChange) {
        change.apply(&mut self.names);
        self.unflushed.push(change);
    }

    fn sync(&mut self) {
        for change in self.unflushed.drain(..) {
            change.apply(&mut self.durable);
        }
    }

    /// Returns how many changes are lost.
    fn cut_power(&mut self, rng: &mut StdRng) -> u64 {
        let kept = Luck::draw(rng).of(self.unflushed.len(), rng);
        let lost = self.unflushed.split_off(kept).len();
        self.sync();
        self.names.clone_from(&self.durable);
        lost as u64
    }

    /// All files that it names, or may name after a power cut.
    fn nodes(&self) -> impl Iterator<Item = u64> {
        let added = self.unflushed.iter().filter_map(|it| it.added.as_ref());
        let named = self.names.values().chain(self.durable.values());
        named.chain(added.map(|(_, node)| node)).copied()
    }
}

/// What is to become of an operation.
enum Fate {
    Done,
    /// It fails.
    Fails,
    /// The process is killed while it is under way.
    Killed,
}

impl State {
    pub(super) fn new(seed: u64) -> Self {
        Self {
            rng: StdRng::seed_from_u64(seed),
            drawn: StdRng::seed_from_u64(!seed),
            nodes: [(ROOT, Node::Directory(Directory::default()))].into(),
            next: ROOT + 1,
            life: 0,
            fuse: None,
            is_down: false,
            is_lying: false,
            is_read_only: false,
            size: SIZE_BYTES,
            used: 0,
            failures: BTreeMap::new(),
            counts: Counts::default(),
            locked: BTreeMap::new(),
            locks: BTreeMap::new(),
            shared_memory: BTreeMap::new(),
        }
    }

    /// A number that nobody has.
    pub(super) fn number(&mut self) -> u64 {
        let number = self.next;
        self.next += 1;
        number
    }

    /// Fails if whoever was there in this life is there no more.
    pub(super) fn check_alive(&self, life: u64) -> io::Result<()> {
        if self.is_down || life != self.life {
            return Err(io::Error::other("the process has ended"));
        }
        Ok(())
    }

    fn begin(&mut self, operation: Operation) -> io::Result<Fate> {
        self.check_alive(self.life)?;
        if operation.changes() && self.is_read_only {
            return Err(ErrorKind::ReadOnlyFilesystem.into());
        }
        self.counts.note_done(operation);
        if operation.changes()
            && let Some(left) = &mut self.fuse
        {
            if *left == 0 {
                self.fuse = None;
                self.is_down = true;
                self.counts.cut_operations += 1;
                return Ok(Fate::Killed);
            }
            *left -= 1;
        }
        match self.failures.get_mut(&operation) {
            Some((after @ 1.., _)) => *after -= 1,
            Some((0, times @ 1..)) => {
                *times = if *times == u64::MAX {
                    *times
                } else {
                    *times - 1
                };
                self.counts.note_failed(operation);
                return Ok(Fate::Fails);
            }
            _ => {}
        }
        Ok(Fate::Done)
    }

    /// Does what is done as a whole or not at all.
    fn whole<T>(
        &mut self,
        operation: Operation,
        act: impl FnOnce(&mut Self) -> io::Result<T>,
    ) -> io::Result<T> {
        match self.begin(operation)? {
            Fate::Done => act(self),
            Fate::Fails => Err(failed()),
            Fate::Killed => {
                if self.rng.random() {
                    act(self)?;
                }
                Err(failed())
            }
        }
    }

    /// What is at a path.
    fn find(&self, path: &Path) -> io::Result<u64> {
        let mut at = ROOT;
        for part in path.components() {
            match part {
                Component::RootDir | Component::CurDir => {}
                Component::Normal(name) => {
                    let names = &self.directory(at)?.names;
                    at = *names.get(name).ok_or(ErrorKind::NotFound)?;
                }
                _ => return Err(ErrorKind::InvalidInput.into()),
            }
        }
        Ok(at)
    }

    /// The directory of a path, and the name in it.
    fn parent<'p>(&self, path: &'p Path) -> io::Result<(u64, &'p OsStr)> {
        let name = path.file_name().ok_or(ErrorKind::InvalidInput)?;
        let directory = self.find(path.parent().unwrap_or(Path::new("")))?;
        self.directory(directory)?;
        Ok((directory, name))
    }

    fn directory(&self, node: u64) -> io::Result<&Directory> {
        match self.nodes.get(&node) {
            Some(Node::Directory(directory)) => Ok(directory),
            _ => Err(ErrorKind::NotADirectory.into()),
        }
    }

    fn directory_mut(&mut self, node: u64) -> io::Result<&mut Directory> {
        match self.nodes.get_mut(&node) {
            Some(Node::Directory(directory)) => Ok(directory),
            _ => Err(ErrorKind::NotADirectory.into()),
        }
    }

    fn file(&self, node: u64) -> io::Result<&File> {
        match self.nodes.get(&node) {
            Some(Node::File(file)) => Ok(file),
            Some(Node::Directory(_)) => Err(ErrorKind::IsADirectory.into()),
            None => Err(ErrorKind::NotFound.into()),
        }
    }

    fn file_mut(&mut self, node: u64) -> io::Result<&mut File> {
        match self.nodes.get_mut(&node) {
            Some(Node::File(file)) => Ok(file),
            Some(Node::Directory(_)) => Err(ErrorKind::IsADirectory.into()),
            None => Err(ErrorKind::NotFound.into()),
        }
    }

    fn add(&mut self, node: Node) -> u64 {
        let number = self.number();
        self.nodes.insert(number, node);
        number
    }

    /// Opens a file; one that is not there is made if that is wanted.
    pub(super) fn open(&mut self, path: &Path, make: bool) -> io::Result<u64> {
        self.check_alive(self.life)?;
        let file = match self.find(path) {
            Err(error) if make && error.kind() == ErrorKind::NotFound => {
                let (directory, name) = self.parent(path)?;
                let made = self.whole(Operation::Create, |state| {
                    let file = state.add(Node::File(File::default()));
                    state.directory_mut(directory)?.change(NameChange {
                        removed: None,
                        added: Some((name.to_owned(), file)),
                    });
                    Ok(file)
                });
                made?
            }
            found => found?,
        };
        self.file_mut(file)?.opens += 1;
        Ok(file)
    }

    /// Makes a file that has no name and is gone when it is closed.
    pub(super) fn open_nameless(&mut self) -> io::Result<u64> {
        self.check_alive(self.life)?;
        let file = self.add(Node::File(File::default()));
        self.file_mut(file)?.opens += 1;
        Ok(file)
    }

    /// Closes a file that this one has opened.
    pub(super) fn close(&mut self, file: u64, holder: u64, life: u64) {
        if life != self.life {
            return;
        }
        if self.locked.get(&file) == Some(&holder) {
            self.locked.remove(&file);
        }
        if let Ok(known) = self.file_mut(file) {
            known.opens -= 1;
            if known.opens == 0 {
                self.shared_memory.remove(&file);
                self.drop_unused(file);
            }
        }
    }

    /// Drops a file that nobody has open and nothing names.
    fn drop_unused(&mut self, file: u64) {
        let is_named = self.nodes.values().any(|node| match node {
            Node::Directory(directory) => directory.nodes().any(|named| named == file),
            Node::File(_) => false,
        });
        if !is_named && let Some(Node::File(gone)) = self.nodes.remove(&file) {
            self.used -= gone.length() as u64;
        }
    }

    /// Drops all files that nobody has open and nothing names.
    fn drop_all_unused(&mut self) {
        let mut used = vec![ROOT];
        let mut at = 0;
        while let Some(node) = used.get(at) {
            if let Some(Node::Directory(directory)) = self.nodes.get(node) {
                used.extend(directory.nodes());
            }
            at += 1;
        }
        used.sort_unstable();
        self.nodes.retain(|number, node| {
            used.binary_search(number).is_ok() || matches!(node, Node::File(file) if file.opens > 0)
        });
        self.used = self.nodes.values().map(Node::length).sum();
    }

    /// Locks a file for one that has opened it; false if somebody else has.
    pub(super) fn lock(&mut self, file: u64, holder: u64) -> bool {
        *self.locked.entry(file).or_insert(holder) == holder
    }

    /// The memory that all share who have mapped it. It is made anew when nobody has.
    pub(super) fn shared_memory(&mut self, file: u64) -> Arc<SharedMemory> {
        let known = self.shared_memory.entry(file).or_default();
        known.upgrade().unwrap_or_else(|| {
            let made = Arc::default();
            *known = Arc::downgrade(&made);
            made
        })
    }

    pub(super) fn read(&mut self, file: u64, bytes: &mut [u8], offset: u64) -> io::Result<usize> {
        self.whole(Operation::Read, |state| {
            let offset = usize::try_from(offset).unwrap_or(usize::MAX);
            let read = state.file(file)?.read(bytes, offset);
            state.counts.read_bytes += read as u64;
            Ok(read)
        })
    }

    pub(super) fn write(&mut self, file: u64, bytes: &[u8], offset: u64) -> io::Result<()> {
        let fate = self.begin(Operation::Write)?;
        let offset = usize::try_from(offset).map_err(|_| ErrorKind::FileTooLarge)?;
        let before = self.file(file)?.length();
        let room = self.size.saturating_sub(self.used).min(SIZE_BYTES) as usize;
        let fits = (before + room).saturating_sub(offset).min(bytes.len());
        let written = match fate {
            Fate::Done => fits,
            Fate::Fails | Fate::Killed => self.rng.random_range(0..=fits),
        };
        self.counts.written_bytes += written as u64;
        let known = self.file_mut(file)?;
        known.write(&bytes[..written], offset);
        self.used += (known.length() - before) as u64;
        match fate {
            Fate::Done if fits < bytes.len() => {
                self.counts.full += 1;
                Err(ErrorKind::StorageFull.into())
            }
            Fate::Done => Ok(()),
            Fate::Fails | Fate::Killed => Err(failed()),
        }
    }

    /// Draws bytes for a process.
    pub(super) fn draw(&mut self, bytes: &mut [u8]) {
        self.drawn.fill(bytes);
    }

    pub(super) fn length(&self, file: u64) -> io::Result<u64> {
        Ok(self.file(file)?.length() as u64)
    }

    pub(super) fn set_length(&mut self, file: u64, to: u64) -> io::Result<()> {
        self.whole(Operation::SetLength, |state| {
            let to = usize::try_from(to).map_err(|_| ErrorKind::FileTooLarge)?;
            let known = state.file_mut(file)?;
            let before = known.length() as u64;
            known.set_length(to);
            state.used = state.used - before + to as u64;
            Ok(())
        })
    }

    pub(super) fn sync(&mut self, file: u64) -> io::Result<()> {
        let fate = self.begin(Operation::Sync)?;
        if self.is_lying {
            self.counts.lies += 1;
            return Ok(());
        }
        let is_done = match fate {
            Fate::Done => true,
            Fate::Fails => false,
            Fate::Killed => self.rng.random(),
        };
        if is_done {
            self.file_mut(file)?.sync();
        } else if matches!(fate, Fate::Fails) && self.rng.random() {
            self.counts.forgotten_flushes += 1;
            self.file_mut(file)?.forget();
        }
        match fate {
            Fate::Done => Ok(()),
            Fate::Fails | Fate::Killed => Err(failed()),
        }
    }

    /// The number and the length of what is at a path.
    pub(super) fn look(&mut self, path: &Path) -> io::Result<(u64, u64)> {
        self.whole(Operation::Read, |state| {
            let node = state.find(path)?;
            Ok((node, state.nodes[&node].length()))
        })
    }

    pub(super) fn list(&mut self, path: &Path) -> io::Result<Vec<OsString>> {
        self.whole(Operation::Read, |state| {
            let names = &state.directory(state.find(path)?)?.names;
            Ok(names.keys().cloned().collect())
        })
    }

    pub(super) fn rename(&mut self, from: &Path, to: &Path) -> io::Result<()> {
        let (directory, from) = self.parent(from)?;
        let (other, to) = self.parent(to)?;
        if directory != other {
            return Err(ErrorKind::CrossesDevices.into());
        }
        self.whole(Operation::Rename, |state| {
            let names = state.directory_mut(directory)?;
            let node = *names.names.get(from).ok_or(ErrorKind::NotFound)?;
            names.change(NameChange {
                removed: Some(from.to_owned()),
                added: Some((to.to_owned(), node)),
            });
            Ok(())
        })
    }

    pub(super) fn remove(&mut self, path: &Path) -> io::Result<()> {
        self.file(self.find(path)?)?;
        let (directory, name) = self.parent(path)?;
        self.whole(Operation::Remove, |state| {
            state.directory_mut(directory)?.change(NameChange {
                removed: Some(name.to_owned()),
                added: None,
            });
            Ok(())
        })
    }

    pub(super) fn make_directory(&mut self, path: &Path) -> io::Result<()> {
        match self.find(path) {
            Ok(node) => return self.directory(node).map(drop),
            Err(error) if error.kind() == ErrorKind::NotFound => {}
            Err(error) => return Err(error),
        }
        if let Some(above) = path.parent() {
            self.make_directory(above)?;
        }
        let (directory, name) = self.parent(path)?;
        self.whole(Operation::Create, |state| {
            let made = state.add(Node::Directory(Directory::default()));
            state.directory_mut(directory)?.change(NameChange {
                removed: None,
                added: Some((name.to_owned(), made)),
            });
            Ok(())
        })
    }

    pub(super) fn sync_directory(&mut self, path: &Path) -> io::Result<()> {
        let directory = self.find(path)?;
        self.whole(Operation::SyncDirectory, |state| {
            if state.is_lying {
                state.counts.lies += 1;
            } else {
                state.directory_mut(directory)?.sync();
                state.drop_all_unused();
            }
            Ok(())
        })
    }

    pub(super) fn room(&self) -> Room {
        Room {
            free_bytes: self.size.saturating_sub(self.used),
            size_bytes: self.size,
        }
    }

    pub(super) fn crash(&mut self, how: Crash) {
        self.life += 1;
        self.is_down = false;
        self.fuse = None;
        self.locked.clear();
        self.locks.clear();
        self.shared_memory.clear();
        let is_power_cut = how == Crash::PowerCut;
        match how {
            Crash::Kill => self.counts.kills += 1,
            Crash::PowerCut => self.counts.power_cuts += 1,
        }
        for node in self.nodes.values_mut() {
            match node {
                Node::File(file) if is_power_cut => {
                    self.counts.torn_files += u64::from(file.cut_power(&mut self.rng));
                }
                Node::File(file) => file.opens = 0,
                Node::Directory(directory) if is_power_cut => {
                    self.counts.lost_names += directory.cut_power(&mut self.rng);
                }
                Node::Directory(_) => {}
            }
        }
        self.drop_all_unused();
    }

    pub(super) fn rot(&mut self, path: Option<&Path>) -> Option<(PathBuf, u64)> {
        let files = path.map_or_else(|| self.files(), |path| vec![path.to_owned()]);
        let lengths = files.iter().map(|path| {
            let file = self.find(path).and_then(|node| self.file(node));
            file.map_or(0, File::durable_length)
        });
        let lengths: Vec<usize> = lengths.collect();
        let mut at = match lengths.iter().sum() {
            0 => return None,
            all => self.rng.random_range(0..all),
        };
        for (path, length) in files.into_iter().zip(lengths) {
            if at < length {
                let bit = self.rng.random_range(0..8);
                self.flip(&path, at as u64, bit).ok()?;
                return Some((path, at as u64));
            }
            at -= length;
        }
        None
    }

    pub(super) fn flip(&mut self, path: &Path, byte: u64, bit: u8) -> io::Result<()> {
        let file = self.find(path)?;
        let file = self.file_mut(file)?;
        let byte = usize::try_from(byte).map_err(|_| ErrorKind::InvalidInput)?;
        if byte >= file.length() {
            return Err(ErrorKind::InvalidInput.into());
        }
        file.flip(byte, bit);
        self.counts.flipped_bits += 1;
        Ok(())
    }

    pub(super) fn vanish(&mut self, path: &Path) -> io::Result<()> {
        self.find(path)?;
        let (directory, name) = self.parent(path)?;
        self.take(directory, name)?;
        self.drop_all_unused();
        Ok(())
    }

    pub(super) fn replace(&mut self, path: &Path, content: &[u8]) -> io::Result<()> {
        let (directory, name) = self.parent(path)?;
        if let Ok(node) = self.find(path) {
            self.file(node)?;
        }
        self.take(directory, name)?;
        let file = self.add(Node::File(File::with(content)));
        let names = self.directory_mut(directory)?;
        names.names.insert(name.to_owned(), file);
        names.durable.insert(name.to_owned(), file);
        self.drop_all_unused();
        Ok(())
    }

    /// Takes a name for good, with what has happened in its directory.
    fn take(&mut self, directory: u64, name: &OsStr) -> io::Result<()> {
        let names = self.directory_mut(directory)?;
        names.sync();
        names.names.remove(name);
        names.durable.remove(name);
        self.counts.taken += 1;
        Ok(())
    }

    pub(super) fn content(&self, path: &Path) -> io::Result<Vec<u8>> {
        Ok(self.file(self.find(path)?)?.content())
    }

    pub(super) fn files(&self) -> Vec<PathBuf> {
        let mut files = Vec::new();
        let mut left = vec![(PathBuf::from("/"), ROOT)];
        while let Some((path, node)) = left.pop() {
            match &self.nodes[&node] {
                Node::File(_) => files.push(path),
                Node::Directory(directory) => {
                    let below = directory.names.iter();
                    left.extend(below.map(|(name, node)| (path.join(name), *node)));
                }
            }
        }
        files.sort();
        files
    }
}

impl Node {
    /// How much room it takes.
    fn length(&self) -> u64 {
        match self {
            Self::File(file) => file.length() as u64,
            Self::Directory(_) => 0,
        }
    }
}

/// What a system says of a disk that does not do what it is asked.
fn failed() -> io::Error {
    io::Error::other("the disk failed")
}
