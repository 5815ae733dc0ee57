//! The very SQL that the server runs: the server's own program with a hook in its SQLite that writes down each statement, with its
//! values in place. What it did is then done again without a server around it.
#![expect(unsafe_code, reason = "the hook is SQLite's, in C")]
use libsqlite3_sys as ffi;
use std::ffi::{CStr, c_char, c_int, c_uint, c_void};
use std::fs::File;
use std::io::Write;
use std::sync::Mutex;

static OUT: Mutex<Option<File>> = Mutex::new(None);

/// Has each statement of each connection that is opened from now on written to a file: a line of JSON with the connection, the text and
/// the text with its values.
pub fn install(path: &str) {
    *OUT.lock().unwrap() = Some(File::create(path).unwrap());
    // SAFETY: `opened` has the signature that SQLite calls and lives as long as the program.
    let done = unsafe { ffi::sqlite3_auto_extension(Some(opened)) };
    assert_eq!(done, ffi::SQLITE_OK);
}

unsafe extern "C" fn opened(db: *mut ffi::sqlite3, _: *mut *mut c_char, _: *const ffi::sqlite3_api_routines) -> c_int {
    // SAFETY: `db` is the connection being opened; the callback outlives it.
    unsafe { ffi::sqlite3_trace_v2(db, ffi::SQLITE_TRACE_STMT, Some(ran), db.cast()) }
}

unsafe extern "C" fn ran(_: c_uint, db: *mut c_void, statement: *mut c_void, text: *mut c_void) -> c_int {
    // SAFETY: SQLite hands over a running statement and its text, or the comment that names a trigger; both live through this call. The
    // expanded text is ours to free.
    let (text, expanded) = unsafe {
        let text = CStr::from_ptr(text.cast()).to_string_lossy().into_owned();
        let expanded = ffi::sqlite3_expanded_sql(statement.cast());
        if expanded.is_null() {
            return 0;
        }
        let copy = CStr::from_ptr(expanded).to_string_lossy().into_owned();
        ffi::sqlite3_free(expanded.cast());
        (text, copy)
    };
    // What a trigger or the text index does inside is done again by itself.
    if text.starts_with("--") || text.contains("'main'.") || text.contains("\"main\".") {
        return 0;
    }
    let line = serde_json::json!([db as usize, text, expanded]);
    if let Some(out) = OUT.lock().unwrap().as_mut() {
        writeln!(out, "{line}").unwrap();
    }
    0
}
