//! The first start of a demo and all later ones: who its owner is, what is printed, and the filling behind it.
use super::client::{Client, is_there};
use super::fill::{self, Plan};
use crate::access::password;
use crate::http::app::{App, context};
use actix_web::web::Data;
use domain::core::actor::{Actor, Via};
use domain::core::error::Result as Done;
use domain::core::instant::Instant;
use domain::core::resource::Setting;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use persistence::access::{credential, founding};
use persistence::core::conn::Conn;
use persistence::core::database::Database;
use persistence::core::settings;
use persistence::sql;
use std::net::SocketAddr;
use uuid::Uuid;

/// Who the demo belongs to.
pub const OWNER: &str = "owner@peyvand.example";
/// The seed of every demo, so that what a guide shows is what a reader finds.
pub const SEED: u64 = 1400;
/// The limits of a demo unless others are given: wide enough for its own filling, narrow enough to be seen.
pub const LIMITS: &str = "default=6000/60,search=1200/60";
/// The setting that says how far the filling is: `filling` or `done`.
const STATE: &str = "demo";

/// What a start finds.
#[derive(Debug, PartialEq, Eq)]
pub enum Found {
    /// Nobody was here: the owner is made, and the data is to be written. Also where a filling was cut off: the owner gets a new
    /// password, because the old one was shown only once.
    New(String),
    /// A demo, filled.
    Filled,
    /// Somebody's own data, which is left alone.
    Foreign,
}

/// A random password that no shell and no JSON reads as anything else: five groups of four, 20 of 31 letters and digits (99 bits).
fn random_password() -> String {
    use rand::RngExt;
    const LETTERS: &[u8] = b"abcdefghjkmnpqrstuvwxyz23456789";
    let mut rng = rand::rng();
    let mut group = || {
        (0..4)
            .map(|_| char::from(LETTERS[rng.random_range(0..LETTERS.len())]))
            .collect::<String>()
    };
    [group(), group(), group(), group(), group()].join("-")
}

/// Looks at the database, and makes the owner of a new demo.
///
/// # Errors
/// When the database can't be written; in words.
pub async fn prepare(db: &Database) -> Result<Found, String> {
    let password = random_password();
    let hash = password::hash(&password, &mut rand::rng()).map_err(|_| "the password could not be hashed: out of memory")?;
    let found = db.write(move |conn| look(conn, &hash, password)).await;
    found.map_err(|e| e.to_string())
}

fn look(conn: &mut Conn, hash: &str, password: String) -> Done<Found> {
    let now = Instant::new(chrono::Utc::now());
    match settings::get(conn, STATE)?.as_deref() {
        Some("done") => return Ok(Found::Filled),
        Some(_) => {
            let Some(owner) = credential::by_email(conn, OWNER)? else {
                return Ok(Found::Foreign);
            };
            credential::keep_hash(conn, owner.credential.user_id, hash, now)?;
            return Ok(Found::New(password));
        }
        None => {}
    }
    if conn.row(&sql!("SELECT 1 FROM users LIMIT 1"), |_| Ok(()))?.is_some() {
        return Ok(Found::Foreign);
    }
    let setting = Setting {
        now,
        default_region: settings::get_or_make(conn, "default_region", || "IR".to_owned())?,
    };
    let actor = Actor::server(Via::Console, now);
    let context = context(&actor, &setting, Uuid::now_v7());
    founding::user(conn, &context, "Demo owner", OWNER, "owner", hash)?;
    settings::set(conn, STATE, "filling")?;
    Ok(Found::New(password))
}

/// Where this server reaches itself.
fn origin(address: SocketAddr) -> String {
    let mut own = address;
    match address {
        SocketAddr::V4(a) if a.ip().is_unspecified() => own.set_ip([127, 0, 0, 1].into()),
        SocketAddr::V6(a) if a.ip().is_unspecified() => own.set_ip(std::net::Ipv6Addr::LOCALHOST.into()),
        _ => {}
    }
    format!("http://{own}")
}

/// Says where to look and, on the first start, fills the demo, on a thread of its own: the server has begun to answer.
pub fn run(app: Data<App>, found: Found, address: SocketAddr, size: u64) {
    let (tell, told) = tokio::sync::oneshot::channel();
    let started = std::thread::Builder::new().name("demo".to_owned()).spawn(move || {
        let origin = origin(address);
        println!("{}", greeting(&origin, &found));
        if let Found::New(password) = found {
            let filled = write(&origin, &password, Plan { seed: SEED, size });
            if let Err(why) = &filled {
                println!("The demo data is not complete: {why}\nStart again to go on with it.");
            }
            // The server may be stopping; then the next start goes on.
            let _ = tell.send(filled.is_ok());
        }
    });
    if let Err(error) = started {
        tracing::error!(%error, "the demo could not start");
    }
    actix_web::rt::spawn(async move {
        if matches!(told.await, Ok(true))
            && let Err(error) = app.db.write(|conn| settings::set(conn, STATE, "done")).await
        {
            tracing::error!(%error, "the demo could not be marked as filled");
        }
    });
}

fn write(origin: &str, password: &str, plan: Plan) -> Result<(), String> {
    let started = std::time::Instant::now();
    let bar = ProgressBar::with_draw_target(Some(plan.about()), ProgressDrawTarget::stdout());
    if let Ok(style) = ProgressStyle::with_template("Filling in demo data {bar:30} {pos} of about {len}") {
        bar.set_style(style);
    }
    let client = Client::sign_in(origin, OWNER, password)?;
    let written = fill::fill(&client, plan, &|| bar.inc(1));
    bar.finish_and_clear();
    println!(
        "Demo data: {} customers, {} records in all, written in {:.1} s.",
        plan.size,
        written?,
        started.elapsed().as_secs_f32()
    );
    Ok(())
}

fn greeting(origin: &str, found: &Found) -> String {
    let docs = format!("{origin}/docs");
    let docs = if is_there(&docs) {
        format!("\n  Try it out     {docs}")
    } else {
        String::new()
    };
    let places = format!("\n  API            {origin}/api/v1{docs}\n  Contract       {origin}/openapi.json");
    let commands = |password: &str| {
        format!(
            "TOKEN=$(curl -s {origin}/api/v1/auth/login -H 'Content-Type: application/json' -d '{{\"email\":\"{OWNER}\",\"password\":\"{password}\"}}' \
             | sed -E 's/.*\"access_token\":\"([^\"]+)\".*/\\1/')\n\
             curl -s \"{origin}/api/v1/customers?limit=2&fields=display_name,city\" -H \"Authorization: Bearer $TOKEN\""
        )
    };
    match found {
        Found::New(password) => format!(
            "\nPeyvand is running, with a demo that is being filled in.\n{places}\n  Sign in as     {OWNER}\n  Password       {password}   \
             (made now, shown only here)\n\nReady to paste:\n\n{}\n",
            commands(password)
        ),
        Found::Filled => format!(
            "\nPeyvand is running; its demo data is there from an earlier start.\n{places}\n  Sign in as     {OWNER}, with the password \
             that the first start printed\n  Lost it?       printf '%s\\n' 'a long new password' | peyvand user password --email {OWNER} \
             --password-stdin\n  Start over?    stop the server and remove its database, ./data unless you chose another\n"
        ),
        Found::Foreign => format!("\nPeyvand is running. Its database has users of its own, so no demo was written.\n{places}\n"),
    }
}
