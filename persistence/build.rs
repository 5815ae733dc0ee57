//! The migrations are part of the program: a new one must make it be built again, and cargo knows only of files that Rust names.
fn main() {
    println!("cargo:rerun-if-changed=../migrations");
}
