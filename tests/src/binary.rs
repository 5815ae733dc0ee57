//! The program under test, as cargo built it beside the tests.
use std::path::PathBuf;
use std::process::Command;
use std::time::SystemTime;

/// The folder that cargo builds into, such as `target/debug`.
pub fn folder() -> PathBuf {
    let own = std::env::current_exe().unwrap();
    let folder = own.parent().unwrap();
    // Tests lie in `deps`; programs, such as the bench, beside it.
    match folder.ends_with("deps") {
        true => folder.parent().unwrap().to_path_buf(),
        false => folder.to_path_buf(),
    }
}

/// The program. It belongs to another package, so cargo does not build it for the tests by itself: `scripts/test` does.
pub fn path() -> PathBuf {
    let path = folder().join("peyvand");
    assert!(
        path.is_file(),
        "{} is not there. Run scripts/test, or first: cargo build -p peyvand",
        path.display()
    );
    path
}

/// A command of the program, without what the caller's environment would set for it.
pub fn command(action: &[&str]) -> Command {
    within(&[], action)
}

/// The same, started by another program: the words of its command, to which ours are added.
pub fn within(starter: &[&str], action: &[&str]) -> Command {
    let mut command = match starter.split_first() {
        None => Command::new(path()),
        Some((program, words)) => {
            let mut command = Command::new(program);
            command.args(words).arg(path());
            command
        }
    };
    for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("PEYVAND_")) {
        command.env_remove(name);
    }
    command.args(action);
    command
}

/// Runs a command of the program to its end; its output.
pub fn run(action: &[&str]) -> String {
    let out = command(action).output().unwrap();
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    assert!(out.status.success(), "peyvand {action:?}: {}", text(&out.stderr));
    text(&out.stdout)
}

/// What tells one build of the program and of the tests from another: a template is only for the build that made it.
pub fn fingerprint() -> String {
    let of = |path: PathBuf| {
        let meta = std::fs::metadata(path).unwrap();
        let age = meta.modified().unwrap().duration_since(SystemTime::UNIX_EPOCH).unwrap();
        format!("{:x}{:x}", age.as_nanos(), meta.len())
    };
    format!("{}-{}", of(path()), of(std::env::current_exe().unwrap()))
}
