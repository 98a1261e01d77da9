//! The functions that SQLite calls. Each does no more than turn pointers into references.
//!
//! A panic in one of them ends the program: there is no way back through C.
//!
//! # Safety
//! What SQLite promises (<https://sqlite.org/c3ref/vfs.html>, <https://sqlite.org/c3ref/io_methods.html>) and all functions
//! rely on:
//! - a `sqlite3_vfs` that it passes is one that it was given by [`register`], whose `pAppData` is a [`Vfs`] that lives for
//!   ever;
//! - a `sqlite3_file` that it passes to [`open`] is `szOsFile` bytes, aligned, and nobody else's until it is closed;
//! - to the other functions it passes one that `open` has filled, and after [`close`] no more; no two at once for one file;
//! - a name ends with a zero byte; a buffer is as long as it says; where a result is to be written is room for it.
#![expect(
    unsafe_code,
    reason = "SQLite calls a file system through pointers to C functions; no maintained crate wraps them without a C \
              compiler's library at build time (docs/dependencies.md)"
)]

use std::ffi::{CStr, CString, c_char, c_int, c_void};
use std::ptr::null_mut;
use std::slice;
use std::sync::atomic::{AtomicU64, Ordering, fence};
use std::sync::{Mutex, Weak};
use std::time::Duration;

use rusqlite::ffi;

use super::{Code, OpenFile, Vfs};

/// The longest path, bytes.
const PATH_MAX: c_int = 512;
/// A sector for SQLite, bytes: as its own of Unix has it.
const SECTOR_BYTES: c_int = 4_096;
/// What [`current_time`] says: noon of a day in 2026, as a Julian day in milliseconds.
const NOW_MS: i64 = 212_636_836_800_000;

/// What SQLite holds of an open file.
#[repr(C)]
struct File {
    base: ffi::sqlite3_file,
    open: *mut OpenFile,
}

static METHODS: ffi::sqlite3_io_methods = ffi::sqlite3_io_methods {
    iVersion: 2,
    xClose: Some(close),
    xRead: Some(read),
    xWrite: Some(write),
    xTruncate: Some(truncate),
    xSync: Some(sync),
    xFileSize: Some(file_size),
    xLock: Some(lock),
    xUnlock: Some(unlock),
    xCheckReservedLock: Some(check_reserved_lock),
    xFileControl: Some(file_control),
    xSectorSize: Some(sector_size),
    xDeviceCharacteristics: Some(device_characteristics),
    xShmMap: Some(shm_map),
    xShmLock: Some(shm_lock),
    xShmBarrier: Some(shm_barrier),
    xShmUnmap: Some(shm_unmap),
    xFetch: None,
    xUnfetch: None,
};

/// Makes a VFS known to SQLite, for ever.
pub(super) fn register() -> &'static Vfs {
    static COUNT: AtomicU64 = AtomicU64::new(0);
    let name = format!("acd-sim-{}", COUNT.fetch_add(1, Ordering::Relaxed));
    let c_name = CString::new(name.as_str()).expect("a name without a zero byte");
    let vfs: &'static Vfs = Box::leak(Box::new(Vfs {
        name,
        disk: Mutex::new(Weak::new()),
    }));
    let known = Box::leak(Box::new(ffi::sqlite3_vfs {
        iVersion: 2,
        szOsFile: size_of::<File>() as c_int,
        mxPathname: PATH_MAX,
        pNext: null_mut(),
        zName: c_name.into_raw(),
        pAppData: (&raw const *vfs).cast_mut().cast(),
        xOpen: Some(open),
        xDelete: Some(delete),
        xAccess: Some(access),
        xFullPathname: Some(full_pathname),
        xDlOpen: None,
        xDlError: None,
        xDlSym: None,
        xDlClose: None,
        xRandomness: Some(randomness),
        xSleep: Some(sleep),
        xCurrentTime: Some(current_time_days),
        xGetLastError: None,
        xCurrentTimeInt64: Some(current_time),
        xSetSystemCall: None,
        xGetSystemCall: None,
        xNextSystemCall: None,
    }));
    // SAFETY: what is registered, its name and its methods live for ever; it is not the default.
    let code = unsafe { ffi::sqlite3_vfs_register(known, 0) };
    assert_eq!(code, ffi::SQLITE_OK, "SQLite takes another file system");
    vfs
}

/// # Safety
/// A `sqlite3_vfs` of ours.
unsafe fn ours(vfs: *mut ffi::sqlite3_vfs) -> &'static Vfs {
    // SAFETY: see the module.
    unsafe { &*(*vfs).pAppData.cast::<Vfs>() }
}

/// # Safety
/// A `sqlite3_file` that `open` has filled, and no other reference to what it holds.
unsafe fn opened<'f>(file: *mut ffi::sqlite3_file) -> &'f mut OpenFile {
    // SAFETY: see the module; `open` has put a pointer there that `close` frees.
    unsafe { &mut *(*file.cast::<File>()).open }
}

/// # Safety
/// A string that ends with a zero byte, or null.
unsafe fn text<'s>(name: *const c_char) -> Result<Option<&'s str>, Code> {
    if name.is_null() {
        return Ok(None);
    }
    // SAFETY: see the module.
    let name = unsafe { CStr::from_ptr(name) };
    name.to_str().map(Some).map_err(|_| ffi::SQLITE_CANTOPEN)
}

/// # Safety
/// A string that ends with a zero byte.
unsafe fn path<'s>(name: *const c_char) -> Result<&'s str, Code> {
    // SAFETY: the caller's.
    unsafe { text(name) }?.ok_or(ffi::SQLITE_CANTOPEN)
}

fn code(result: Result<(), Code>) -> c_int {
    result.err().unwrap_or(ffi::SQLITE_OK)
}

/// An offset, a length or a number, which SQLite never makes negative.
fn unsigned<T>(number: impl TryInto<T>) -> Result<T, Code> {
    number.try_into().map_err(|_| ffi::SQLITE_MISUSE)
}

unsafe extern "C" fn open(
    vfs: *mut ffi::sqlite3_vfs,
    name: ffi::sqlite3_filename,
    file: *mut ffi::sqlite3_file,
    flags: c_int,
    out_flags: *mut c_int,
) -> c_int {
    let file = file.cast::<File>();
    // SAFETY: see the module. Without methods SQLite does not close it.
    let result = unsafe {
        (*file).base.pMethods = std::ptr::null();
        text(name).and_then(|name| ours(vfs).open(name, flags))
    };
    match result {
        Ok((open, flags)) => {
            // SAFETY: see the module; `out_flags` may be null.
            unsafe {
                (*file).open = Box::into_raw(Box::new(open));
                (*file).base.pMethods = &METHODS;
                if let Some(out) = out_flags.as_mut() {
                    *out = flags;
                }
            }
            ffi::SQLITE_OK
        }
        Err(code) => code,
    }
}

unsafe extern "C" fn delete(
    vfs: *mut ffi::sqlite3_vfs,
    name: *const c_char,
    sync_directory: c_int,
) -> c_int {
    // SAFETY: see the module.
    let result = unsafe { path(name).and_then(|name| ours(vfs).delete(name, sync_directory != 0)) };
    code(result)
}

unsafe extern "C" fn access(
    vfs: *mut ffi::sqlite3_vfs,
    name: *const c_char,
    flags: c_int,
    out: *mut c_int,
) -> c_int {
    // SAFETY: see the module.
    unsafe {
        let found = path(name).and_then(|name| ours(vfs).access(name, flags));
        code(found.map(|found| *out = found.into()))
    }
}

unsafe extern "C" fn full_pathname(
    _: *mut ffi::sqlite3_vfs,
    name: *const c_char,
    out_bytes: c_int,
    out: *mut c_char,
) -> c_int {
    // SAFETY: see the module; the two do not overlap.
    unsafe {
        let name = CStr::from_ptr(name).to_bytes_with_nul();
        if name.len() > out_bytes as usize {
            return ffi::SQLITE_CANTOPEN;
        }
        std::ptr::copy_nonoverlapping(name.as_ptr().cast(), out, name.len());
    }
    ffi::SQLITE_OK
}

/// SQLite asks its default VFS for randomness, and no other.
unsafe extern "C" fn randomness(_: *mut ffi::sqlite3_vfs, bytes: c_int, out: *mut c_char) -> c_int {
    // SAFETY: see the module.
    unsafe { out.write_bytes(0, bytes as usize) };
    bytes
}

/// Nobody waits here.
/// SQLite waits for another connection. On one thread there is none to wait for; on several it gives up when it has asked
/// too often, and that must not be within an instant.
#[expect(
    clippy::disallowed_methods,
    reason = "what SQLite asks a file system for is that this time passes"
)]
unsafe extern "C" fn sleep(_: *mut ffi::sqlite3_vfs, microseconds: c_int) -> c_int {
    std::thread::sleep(Duration::from_micros(microseconds.unsigned_abs().into()));
    microseconds
}

unsafe extern "C" fn current_time(_: *mut ffi::sqlite3_vfs, out: *mut i64) -> c_int {
    // SAFETY: see the module.
    unsafe { *out = NOW_MS };
    ffi::SQLITE_OK
}

unsafe extern "C" fn current_time_days(_: *mut ffi::sqlite3_vfs, out: *mut f64) -> c_int {
    // SAFETY: see the module.
    unsafe { *out = NOW_MS as f64 / 86_400_000.0 };
    ffi::SQLITE_OK
}

unsafe extern "C" fn close(file: *mut ffi::sqlite3_file) -> c_int {
    // SAFETY: see the module; nobody uses the pointer again.
    let open = unsafe {
        (*file).pMethods = std::ptr::null();
        Box::from_raw((*file.cast::<File>()).open)
    };
    open.close();
    ffi::SQLITE_OK
}

unsafe extern "C" fn read(
    file: *mut ffi::sqlite3_file,
    bytes: *mut c_void,
    length: c_int,
    offset: ffi::sqlite3_int64,
) -> c_int {
    code(unsigned(length).and_then(|length| {
        // SAFETY: see the module; whoever gives a buffer to read into has filled it with something.
        let (file, bytes) = unsafe {
            (
                opened(file),
                slice::from_raw_parts_mut(bytes.cast(), length),
            )
        };
        file.read(bytes, unsigned(offset)?)
    }))
}

unsafe extern "C" fn write(
    file: *mut ffi::sqlite3_file,
    bytes: *const c_void,
    length: c_int,
    offset: ffi::sqlite3_int64,
) -> c_int {
    code(unsigned(length).and_then(|length| {
        // SAFETY: see the module.
        let (file, bytes) = unsafe { (opened(file), slice::from_raw_parts(bytes.cast(), length)) };
        file.write(bytes, unsigned(offset)?)
    }))
}

unsafe extern "C" fn truncate(file: *mut ffi::sqlite3_file, length: ffi::sqlite3_int64) -> c_int {
    // SAFETY: see the module.
    let file = unsafe { opened(file) };
    code(unsigned(length).and_then(|length| file.truncate(length)))
}

unsafe extern "C" fn sync(file: *mut ffi::sqlite3_file, _: c_int) -> c_int {
    // SAFETY: see the module.
    code(unsafe { opened(file) }.sync())
}

unsafe extern "C" fn file_size(
    file: *mut ffi::sqlite3_file,
    out: *mut ffi::sqlite3_int64,
) -> c_int {
    // SAFETY: see the module.
    unsafe { code(opened(file).length().map(|length| *out = length as i64)) }
}

unsafe extern "C" fn lock(file: *mut ffi::sqlite3_file, level: c_int) -> c_int {
    // SAFETY: see the module.
    code(unsafe { opened(file) }.lock(level))
}

unsafe extern "C" fn unlock(file: *mut ffi::sqlite3_file, level: c_int) -> c_int {
    // SAFETY: see the module.
    code(unsafe { opened(file) }.unlock(level))
}

unsafe extern "C" fn check_reserved_lock(file: *mut ffi::sqlite3_file, out: *mut c_int) -> c_int {
    // SAFETY: see the module.
    unsafe { code(opened(file).is_reserved().map(|is| *out = is.into())) }
}

unsafe extern "C" fn file_control(_: *mut ffi::sqlite3_file, _: c_int, _: *mut c_void) -> c_int {
    ffi::SQLITE_NOTFOUND
}

unsafe extern "C" fn sector_size(_: *mut ffi::sqlite3_file) -> c_int {
    SECTOR_BYTES
}

/// What SQLite's own of Unix promises, and no more: bytes that are not written do not change.
unsafe extern "C" fn device_characteristics(_: *mut ffi::sqlite3_file) -> c_int {
    ffi::SQLITE_IOCAP_POWERSAFE_OVERWRITE
}

unsafe extern "C" fn shm_map(
    file: *mut ffi::sqlite3_file,
    region: c_int,
    bytes: c_int,
    make: c_int,
    out: *mut *mut c_void,
) -> c_int {
    // SAFETY: see the module.
    let (file, out) = unsafe { (opened(file), &mut *out) };
    let mut map = || file.map(unsigned(region)?, unsigned(bytes)?, make != 0);
    match map() {
        Ok(place) => {
            *out = place.map_or(null_mut(), |place| place.cast());
            ffi::SQLITE_OK
        }
        Err(code) => {
            *out = null_mut();
            code
        }
    }
}

unsafe extern "C" fn shm_lock(
    file: *mut ffi::sqlite3_file,
    first: c_int,
    count: c_int,
    flags: c_int,
) -> c_int {
    // SAFETY: see the module.
    let file = unsafe { opened(file) };
    let mut lock =
        |first: usize, count: usize| file.lock_shared_memory(first..first + count, flags);
    code(unsigned(first).and_then(|first| lock(first, unsigned(count)?)))
}

unsafe extern "C" fn shm_barrier(_: *mut ffi::sqlite3_file) {
    fence(Ordering::SeqCst);
}

unsafe extern "C" fn shm_unmap(file: *mut ffi::sqlite3_file, _: c_int) -> c_int {
    // SAFETY: see the module.
    unsafe { opened(file) }.unmap();
    ffi::SQLITE_OK
}
