//! `peyvand serve`: runs the server until it is told to stop.
use super::{Documents, Outcome, Storage};
use crate::access::hashing::Hashing;
use crate::access::keys::KeyRing;
use crate::access::token::{MAX_LIFETIME, Tokens};
use crate::access::vault::Vault;
use crate::demo::start as demo;
use crate::documents::store::Place;
use crate::http::app::App;
use crate::http::caller::Callers;
use crate::http::limits::Limits;
use crate::jobs::runner::{GRACE, Runner};
use crate::jobs::{JobKind, Jobs, housekeeping};
use crate::mail::Mailer;
use crate::{access, activities, catalog, customers, documents, integration, mail, orders, privacy, quality, sales};
use actix_web::web::Data;
use clap::Args;
use persistence::core::database::Database;
use persistence::core::settings;
use persistence::privacy::ledger;
use std::io::Write;
use std::net::{SocketAddr, TcpListener};
use std::sync::atomic::Ordering;
use std::sync::{Arc, OnceLock, RwLock};
use std::time::Duration;
use tokio::sync::OnceCell;

#[derive(Debug, Args)]
pub struct Serve {
    #[command(flatten)]
    storage: Storage,
    /// Where clients reach it.
    #[arg(long, env = "PEYVAND_LISTEN", default_value = "127.0.0.1:8080")]
    listen: SocketAddr,
    /// Where metrics are; nowhere unless given.
    #[arg(long, env = "PEYVAND_ADMIN_LISTEN")]
    admin_listen: Option<SocketAddr>,
    /// `default=600/60,login=10/60`, or `off`.
    #[arg(long, env = "PEYVAND_RATE_LIMITS", default_value = "")]
    rate_limits: String,
    /// The address people reach us under, for links and tokens.
    #[arg(long, env = "PEYVAND_BASE_URL")]
    base_url: Option<String>,
    /// The address of the web application, for links in mails; the base URL unless given.
    #[arg(long, env = "PEYVAND_APP_URL")]
    app_url: Option<String>,
    /// Where mail is handed over: `smtps://USER:PASSWORD@HOST:PORT`, or `smtp://…?tls=required` for STARTTLS.
    #[arg(long, env = "PEYVAND_SMTP", default_value = "", hide_env_values = true)]
    smtp: String,
    /// Whom mail is from: `Name <address>`.
    #[arg(long, env = "PEYVAND_MAIL_FROM", default_value = "")]
    mail_from: String,
    /// Origins whose pages may call us, separated by commas.
    #[arg(long, env = "PEYVAND_ORIGINS", default_value = "")]
    origins: String,
    /// Interactive documentation at /docs: `on` or `off`.
    #[arg(long, env = "PEYVAND_DOCS", default_value = "on", value_parser = ["on", "off"])]
    docs: String,
    /// What API keys of this server are marked with: 1 to 8 lower-case letters and digits.
    #[arg(long, env = "PEYVAND_ENVIRONMENT", default_value = "live", value_parser = environment)]
    environment: String,
    #[command(flatten)]
    documents: Documents,
    /// How many seconds a client may take nothing of what it is sent before it is cut off.
    #[arg(long, env = "PEYVAND_WRITE_TIMEOUT", default_value_t = 30, value_parser = clap::value_parser!(u64).range(1..=3600))]
    write_timeout: u64,
    /// Threads that answer requests.
    #[arg(long, env = "PEYVAND_WORKERS")]
    workers: Option<usize>,
    /// On an empty database, makes an owner with a random password and fills in demo data; prints how to sign in.
    #[arg(long)]
    demo: bool,
    /// How many customers the demo has.
    #[arg(long, default_value_t = 600)]
    demo_size: u64,
}

impl Serve {
    pub fn run(mut self) -> Outcome {
        // What a demo prints should stay in sight, and its filling is one client in a hurry.
        let level = if self.demo { "warn" } else { "info" };
        if self.demo && self.rate_limits.is_empty() {
            demo::LIMITS.clone_into(&mut self.rate_limits);
        }
        let filter = tracing_subscriber::EnvFilter::try_from_env("PEYVAND_LOG").unwrap_or_else(|_| level.into());
        tracing_subscriber::fmt()
            .json()
            .with_env_filter(filter)
            .with_writer(std::io::stderr)
            // A line that can't be written is lost: to say so, where that can't be written either, would end the process.
            .log_internal_errors(false)
            .init();
        std::panic::set_hook(Box::new(panicked));
        actix_web::rt::System::new().block_on(self.serve())
    }

    async fn serve(self) -> Outcome {
        let words = |e: &dyn std::fmt::Display| e.to_string();
        let cores = std::thread::available_parallelism().map_or(2, usize::from);
        let db = Database::open(&self.storage.database, cores).map_err(|e| words(&e))?;
        let listen = TcpListener::bind(self.listen).map_err(|e| format!("can't listen on {}: {e}", self.listen))?;
        let address = listen.local_addr().map_err(|e| words(&e))?;
        let base_url = self.base_url.clone().unwrap_or_else(|| format!("http://{address}"));
        let app = Data::new(self.app(db, base_url, cores).await?);
        // What there is, and what may be granted, is known from what is mounted.
        crate::server::describe();
        let found = if self.demo { Some(demo::prepare(&app.db).await?) } else { None };
        let server = crate::server::start(app.clone(), listen, self.admin_listen, self.workers.unwrap_or(cores)).map_err(|e| words(&e))?;
        // Whoever reads that we listen may ask us to stop in the next moment.
        let stop = stop_signal()?;
        // As above: who started us may have hung up.
        let _ = writeln!(std::io::stderr(), "listening on {address}");
        let jobs = Runner::start(app.clone());
        actix_web::rt::spawn(crate::access::key_rounds::run(app.clone()));
        let handle = server.handle();
        let running = actix_web::rt::spawn(server);
        if let Some(found) = found {
            demo::run(app.clone(), found, address, self.demo_size);
        }
        stop.await;
        // A balancer sees that we are not ready and sends its requests elsewhere; then those we have are finished.
        app.draining.store(true, Ordering::Relaxed);
        let pause = std::env::var("PEYVAND_DRAIN_SECONDS")
            .ok()
            .and_then(|s| s.parse().ok())
            .unwrap_or(5);
        let requests = async {
            tokio::time::sleep(Duration::from_secs(pause)).await;
            handle.stop(true).await;
        };
        tokio::join!(requests, jobs.stop(GRACE));
        running.await.map_err(|e| words(&e))?.map_err(|e| words(&e))
    }

    async fn app(&self, db: Database, base_url: String, cores: usize) -> Result<App, String> {
        let words = |e: domain::core::error::Error| e.to_string();
        let now = chrono::Utc::now();
        let keys = KeyRing::open(&self.storage.data.join("keys"), now, &mut rand::rng()).map_err(|e| e.to_string())?;
        let vault = Vault::open(&self.storage.data.join("vault.key"), &mut rand::rng()).map_err(|e| e.to_string())?;
        // The ledger of what erased people were known by is keyed by the same secret, which no copy of the database has.
        let secret = std::fs::read(self.storage.data.join("vault.key")).map_err(|e| e.to_string())?;
        ledger::unlock(&secret).map_err(words)?;
        let random = || (0..4).map(|_| format!("{:016x}", rand::random::<u64>())).collect::<String>();
        let (secret, region) = db
            .write(move |conn| {
                Ok((
                    settings::get_or_make(conn, "cursor_secret", random)?,
                    settings::get_or_make(conn, "default_region", || "IR".to_owned())?,
                ))
            })
            .await
            .map_err(words)?;
        let app_url = self.app_url.as_deref().filter(|url| !url.is_empty()).unwrap_or(&base_url);
        let app_url = web_address(app_url)?;
        Ok(App {
            db,
            data: self.storage.data.clone(),
            contents: Place::open(self.documents.place()?.as_ref(), &self.storage.data)?,
            tokens: Tokens::new(&base_url, "peyvand-api", MAX_LIFETIME),
            keys: RwLock::new(keys),
            hashing: Hashing::new(cores),
            environment: self.environment.clone(),
            vault: Arc::new(vault),
            callers: Callers::default(),
            limits: Limits::parse(&self.rate_limits)?,
            followers: Default::default(),
            denials: Default::default(),
            jobs: Jobs::new(kinds()),
            mailer: Mailer::open(&self.smtp, &self.mail_from)?,
            secret: secret.into_bytes(),
            default_region: region,
            base_url,
            app_url,
            origins: self.origins.split(',').filter(|o| !o.is_empty()).map(str::to_owned).collect(),
            docs: self.docs == "on",
            write_timeout: Duration::from_secs(self.write_timeout),
            draining: false.into(),
            contract: OnceCell::new(),
            objects: OnceLock::new(),
        })
    }
}

/// Panics go to the log like everything else: one line of JSON, with where and why.
fn panicked(info: &std::panic::PanicHookInfo<'_>) {
    let why = info.payload_as_str().unwrap_or("for no stated reason");
    let place = info.location().map(ToString::to_string).unwrap_or_default();
    tracing::error!(target: "panic", place, why, thread = std::thread::current().name(), "a panic was caught");
}

fn environment(text: &str) -> Result<String, String> {
    match crate::access::api_key::is_environment(text) {
        true => Ok(text.to_owned()),
        false => Err("1 to 8 lower-case letters and digits".to_owned()),
    }
}

/// The address of a web page's application, without the slash at its end.
fn web_address(text: &str) -> Result<String, String> {
    let url = url::Url::parse(text).ok();
    let usable = url.is_some_and(|url| matches!(url.scheme(), "http" | "https") && url.query().is_none() && url.fragment().is_none());
    match usable {
        true => Ok(text.trim_end_matches('/').to_owned()),
        false => Err(format!("--app-url is no address of a web application: {text}")),
    }
}

/// All kinds of jobs there are.
fn kinds() -> impl Iterator<Item = &'static dyn JobKind> {
    let areas = [
        &access::links::KINDS[..],
        activities::KINDS,
        catalog::KINDS,
        &customers::KINDS,
        &documents::KINDS,
        &integration::bulk::KINDS,
        &integration::import::KINDS,
        &mail::KINDS,
        orders::KINDS,
        privacy::KINDS,
        quality::KINDS,
        sales::KINDS,
    ];
    housekeeping::KINDS.into_iter().chain(areas.into_iter().flatten().copied())
}

/// A future that ends when the process is asked to stop, at any time from now on.
///
/// # Errors
/// When the process may not listen to signals.
fn stop_signal() -> Result<impl Future<Output = ()>, String> {
    use tokio::signal::unix::{SignalKind, signal};
    let mut terminate = signal(SignalKind::terminate()).map_err(|e| e.to_string())?;
    let mut interrupt = signal(SignalKind::interrupt()).map_err(|e| e.to_string())?;
    Ok(async move {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
    })
}
