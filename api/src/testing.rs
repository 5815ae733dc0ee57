//! A server's state for tests inside this crate: an embedded database in a folder of its own, and the kinds of jobs a test brings.
#![expect(clippy::unwrap_used, reason = "a test says by panicking that it failed")]
use crate::access::hashing::Hashing;
use crate::access::keys::KeyRing;
use crate::access::token::{MAX_LIFETIME, Tokens};
use crate::access::vault::Vault;
use crate::http::app::App;
use crate::http::limits::Limits;
use crate::jobs::{JobKind, Jobs};
use crate::mail::Mailer;
use actix_web::web::Data;
use persistence::core::database::{Address, Database};
use std::sync::{Arc, OnceLock, RwLock};
use tempfile::TempDir;

/// The state, and the folder that goes with it.
pub fn app(kinds: impl IntoIterator<Item = &'static dyn JobKind>) -> (Data<App>, TempDir) {
    let folder = tempfile::tempdir().unwrap();
    let now = chrono::Utc::now();
    let base_url = "http://127.0.0.1".to_owned();
    let app = App {
        db: Database::open(&Address::Sqlite(folder.path().join("db")), 1).unwrap(),
        data: folder.path().to_owned(),
        contents: crate::documents::store::Place::open(None, folder.path()).unwrap(),
        tokens: Tokens::new(&base_url, "peyvand-api", MAX_LIFETIME),
        keys: RwLock::new(KeyRing::in_memory(now, &mut rand::rng()).unwrap()),
        hashing: Hashing::new(1),
        vault: Arc::new(Vault::open(&folder.path().join("vault.key"), &mut rand::rng()).unwrap()),
        callers: Default::default(),
        limits: Limits::parse("off").unwrap(),
        followers: Default::default(),
        denials: Default::default(),
        jobs: Jobs::new(kinds),
        mailer: Mailer::open("", "").unwrap(),
        app_url: base_url.clone(),
        secret: vec![7; 32],
        default_region: "IR".to_owned(),
        base_url,
        environment: "test".to_owned(),
        origins: Vec::new(),
        docs: false,
        write_timeout: std::time::Duration::from_secs(30),
        draining: false.into(),
        contract: tokio::sync::OnceCell::new(),
        objects: OnceLock::new(),
    };
    (Data::new(app), folder)
}
