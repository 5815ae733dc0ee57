//! What all handlers share.
use crate::access::hashing::Hashing;
use crate::access::keys::KeyRing;
use crate::access::token::Tokens;
use crate::access::vault::Vault;
use crate::changes::denials::Denials;
use crate::changes::followers::Followers;
use crate::documents::store::Contents;
use crate::http::caller::Callers;
use crate::http::limits::Limits;
use crate::jobs::Jobs;
use crate::mail::Mailer;
use actix_web::web::Bytes;
use domain::core::actor::Actor;
use domain::core::error::{Error, Result};
use domain::core::id::Ids;
use domain::core::instant::Instant;
use domain::core::pipeline::Context;
use domain::core::resource::Setting;
use persistence::core::database::Database;
use persistence::core::feed::Specs;
use persistence::core::object::Object;
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::atomic::AtomicBool;
use std::sync::{Arc, OnceLock, RwLock};
use std::time::Duration;
use tokio::sync::OnceCell;
use uuid::Uuid;

/// Ids as the product makes them.
#[derive(Debug, Clone, Copy)]
pub struct SystemIds;
impl Ids for SystemIds {
    fn next(&self) -> Uuid {
        Uuid::now_v7()
    }
}

/// What a write is done with: who does it, by which settings, and what caused it.
pub fn context<'a>(actor: &'a Actor, setting: &'a Setting, origin: Uuid) -> Context<'a> {
    Context {
        actor,
        setting,
        ids: &SystemIds,
        origin,
    }
}

/// The objects that are mounted, by name: what metadata, imports and expansion know.
pub type Objects = BTreeMap<&'static str, &'static dyn Object>;

/// The running server's state.
pub struct App {
    pub db: Database,
    /// Where files are kept: keys, uploads.
    pub data: PathBuf,
    /// Where the contents of documents are.
    pub contents: Arc<dyn Contents>,
    pub tokens: Tokens,
    pub keys: RwLock<KeyRing>,
    pub hashing: Hashing,
    /// The environment in the names of API keys, so that a test key is refused in production.
    pub environment: String,
    /// Opens the secrets that must be read back.
    pub vault: Arc<Vault>,
    pub callers: Callers,
    pub limits: Limits,
    /// Those who wait for changes.
    pub followers: Arc<Followers>,
    /// What was refused lately.
    pub denials: Denials,
    /// Work that waits.
    pub jobs: Jobs,
    pub mailer: Mailer,
    /// Seals cursors.
    pub secret: Vec<u8>,
    pub default_region: String,
    /// The address people reach us under: what links and the contract say, never the request's `Host`.
    pub base_url: String,
    /// The address of the web application, for links in mails; without a slash at its end.
    pub app_url: String,
    /// Origins whose pages may call us.
    pub origins: Vec<String>,
    /// Whether the interactive documentation is served.
    pub docs: bool,
    /// How long a client may take nothing of what it is sent before it is cut off.
    pub write_timeout: Duration,
    pub draining: AtomicBool,
    /// The contract, written when somebody first asks for it.
    pub contract: OnceCell<Contract>,
    pub objects: OnceLock<Objects>,
}

/// The contract in its two spellings.
#[derive(Debug)]
pub struct Contract {
    pub json: Bytes,
    pub yaml: Bytes,
}

impl App {
    /// The moment now.
    pub fn now(&self) -> Instant {
        Instant::new(chrono::Utc::now())
    }

    /// What rules may ask of the world.
    pub fn setting(&self) -> Setting {
        Setting {
            now: self.now(),
            default_region: self.default_region.clone(),
        }
    }

    /// The mounted objects, as storage knows them.
    pub fn specs(&self) -> Specs {
        self.objects
            .get()
            .into_iter()
            .flatten()
            .map(|(name, object)| (*name, object.spec()))
            .collect()
    }

    /// The object of this name, if it is mounted.
    pub fn object(&self, name: &str) -> Result<&'static dyn Object> {
        self.objects.get().and_then(|o| o.get(name)).copied().ok_or(Error::NotFound)
    }
}
