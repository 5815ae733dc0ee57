//! The program `peyvand`.
use std::process::ExitCode;
use std::time::Duration;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// How often freed memory is given back to the system. The allocator does so by itself only while it is asked for more: a server at rest
/// would keep for ever what its busiest minute took.
const GIVE_BACK: Duration = Duration::from_secs(5);

fn give_back() {
    loop {
        std::thread::sleep(GIVE_BACK);
        #[expect(unsafe_code, reason = "the allocator's interface is in C")]
        // SAFETY: it may be called from any thread at any time; this one holds no memory of its own.
        unsafe {
            libmimalloc_sys::mi_collect(true);
        }
    }
}

fn main() -> ExitCode {
    if let Err(error) = std::thread::Builder::new().name("give-back".to_owned()).spawn(give_back) {
        eprintln!("freed memory stays with the program: {error}");
    }
    api::cli::run()
}
