//! What is promised of personal values on the disk: nobody reads them without the keys, and nobody at all once the key of
//! their contact is destroyed.

use std::fs;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use acd_journal::{
    DataDir, Entry, EventLog, KeysError, OpenError, PersonalValue, Snapshot, SqliteLog, back_up,
};
use bytes::Bytes;
use tempfile::TempDir;

const NUMBER: &str = "+493022714711";

fn entry(tenant: &str, seq: u64, text: &str) -> Entry {
    Entry {
        tenant: tenant.into(),
        first_seq: seq,
        last_seq: seq,
        at_ms: seq as i64,
        payload: Bytes::from_static(b"record"),
        personal: [PersonalValue {
            contact: seq,
            value: text.into(),
        }]
        .into(),
    }
}

fn keys_of(path: &Path) -> PathBuf {
    path.with_extension("db-keys")
}

/// A place with a closed journal of one tenant, whose first contact has a number.
fn journal() -> (TempDir, PathBuf) {
    let dir = TempDir::new().unwrap();
    let path = dir.path().join("shard.db");
    let (mut log, _) = SqliteLog::open_or_create(&path).unwrap();
    let entries = [entry("bank", 1, NUMBER), entry("bank", 2, "other")];
    log.append(&entries).unwrap();
    (dir, path)
}

fn texts(log: &SqliteLog, tenant: &str) -> Vec<String> {
    let mut texts = Vec::new();
    let mut visit = |entry: Entry| {
        let values = entry.personal.iter();
        texts.extend(values.map(|it| it.value.reveal().to_owned()));
        ControlFlow::Continue(())
    };
    log.keeper().unwrap().read(tenant, 0, &mut visit).unwrap();
    texts
}

/// The files below a directory in which these bytes are found.
fn found(dir: &Path, bytes: &[u8]) -> Vec<PathBuf> {
    let mut with = Vec::new();
    for entry in fs::read_dir(dir).unwrap() {
        let path = entry.unwrap().path();
        match path.is_dir() {
            true => with.extend(found(&path, bytes)),
            false => {
                let content = fs::read(&path).unwrap();
                let is_in = content.windows(bytes.len()).any(|it| it == bytes);
                with.extend(is_in.then_some(path));
            }
        }
    }
    with
}

#[test]
fn no_file_holds_a_personal_value_as_it_is() {
    let (dir, path) = journal();
    assert_eq!(
        found(dir.path(), NUMBER.as_bytes()),
        [""; 0].map(PathBuf::from)
    );
    let (log, _) = SqliteLog::open(&path).unwrap();
    assert_eq!(texts(&log, "bank"), [NUMBER, "other"]);
}

/// A copy without keys is verified, and tells nothing of anybody.
#[test]
fn a_back_up_has_no_keys_and_is_readable_with_those_that_are_left() {
    let dir = TempDir::new().unwrap();
    let [data, copy] = ["data", "copy"].map(|name| dir.path().join(name));
    let open = |path: &Path| DataDir::open(path, 1).unwrap().open_shard(0);
    let (mut log, _) = open(&data).unwrap();
    let entries = [entry("bank", 1, NUMBER), entry("bank", 2, "other")];
    log.append(&entries).unwrap();
    let state = Snapshot {
        tenant: "bank".into(),
        seq: 2,
        at_ms: 2,
        payload: Bytes::from_static(b"state"),
        personal: entries[0].personal.clone(),
    };
    let mut keeper = log.keeper().unwrap();
    keeper.save_snapshot(&state).unwrap();
    back_up(&data, &copy).unwrap();
    keeper.erase("bank", &[1]).unwrap();
    drop((log, keeper));

    assert!(matches!(
        open(&copy),
        Err(OpenError::Keys(KeysError::Missing { .. }))
    ));
    let shard = |dir: &Path| dir.join("shard-000.db");
    fs::copy(keys_of(&shard(&data)), keys_of(&shard(&copy))).unwrap();
    let (log, _) = open(&copy).unwrap();
    assert_eq!(texts(&log, "bank"), ["[erased]", "other"]);
    let states = log.keeper().unwrap().snapshots("bank").unwrap();
    assert!(states[0].personal[0].value.is_erased());
    assert_eq!(
        found(dir.path(), NUMBER.as_bytes()),
        [""; 0].map(PathBuf::from)
    );
}

/// What is left of the keys after an erasure is not what was there before.
#[test]
fn the_seed_of_a_destroyed_key_is_in_no_file() {
    let (dir, path) = journal();
    let keys = fs::read(keys_of(&path)).unwrap();
    // One ring of one branch: the root, whose seed stands before the checksum.
    let root = &keys[keys.len() - 36..keys.len() - 4];
    assert_eq!(found(dir.path(), root), [keys_of(&path)]);
    let (log, _) = SqliteLog::open(&path).unwrap();
    log.keeper().unwrap().erase("bank", &[1]).unwrap();
    assert_eq!(found(dir.path(), root), [""; 0].map(PathBuf::from));
}

#[test]
fn keys_that_are_missing_or_damaged_stop_the_start_and_who_gives_them_up_begins_anew() {
    let (_dir, path) = journal();
    let keys = keys_of(&path);
    let whole = fs::read(&keys).unwrap();
    for at in 0..whole.len() {
        let mut damaged = whole.clone();
        damaged[at] ^= 1;
        fs::write(&keys, damaged).unwrap();
        let refused = SqliteLog::open(&path).unwrap_err();
        assert!(matches!(refused, OpenError::Keys(_)), "{refused}");
        let told = refused.to_string();
        assert!(told.contains("shard.db-keys"), "{told}");
    }
    for length in [0, 20] {
        fs::write(&keys, &whole[..length]).unwrap();
        assert!(matches!(
            SqliteLog::open(&path),
            Err(OpenError::Keys(KeysError::Damaged { .. }))
        ));
    }
    fs::remove_file(&keys).unwrap();
    let refused = SqliteLog::examine(&path).unwrap_err();
    assert!(matches!(
        refused,
        OpenError::Keys(KeysError::Missing { .. })
    ));
    SqliteLog::verify(&path).unwrap();

    fs::write(&keys, b"all erased\n").unwrap();
    let (mut log, _) = SqliteLog::open(&path).unwrap();
    log.append(&[entry("bank", 3, "new")]).unwrap();
    assert_eq!(texts(&log, "bank"), ["[erased]", "[erased]", "new"]);
    drop(log);
    let (log, _) = SqliteLog::open(&path).unwrap();
    assert_eq!(texts(&log, "bank"), ["[erased]", "[erased]", "new"]);
}

#[test]
fn the_keys_of_another_journal_stop_the_start() {
    let [(_one, path), (_other, other)] = [journal(), journal()];
    fs::copy(keys_of(&other), keys_of(&path)).unwrap();
    assert!(matches!(
        SqliteLog::open(&path),
        Err(OpenError::Keys(KeysError::OfAnother { .. }))
    ));
}

/// The keys of a deleted tenant go with it, and the next one of its name has its own.
#[test]
fn a_deleted_tenant_leaves_no_keys() {
    let (dir, path) = journal();
    let keys = fs::read(keys_of(&path)).unwrap();
    let root = &keys[keys.len() - 36..keys.len() - 4];
    let (mut log, _) = SqliteLog::open(&path).unwrap();
    log.delete_tenant("bank").unwrap();
    assert_eq!(found(dir.path(), root), [""; 0].map(PathBuf::from));
    log.append(&[entry("bank", 1, "anew")]).unwrap();
    assert_eq!(texts(&log, "bank"), ["anew"]);
}

#[cfg(unix)]
#[test]
fn the_keys_are_for_their_owner_only() {
    use std::os::unix::fs::PermissionsExt as _;
    let (_dir, path) = journal();
    let mode = fs::metadata(keys_of(&path)).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
}
