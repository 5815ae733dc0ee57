//! What a user proves who they are with. Nothing but sign-in reads it, and no record shows it.
use crate::core::cell::Cells;
use crate::core::changes;
use crate::core::columns::JsonText;
use crate::core::conn::Conn;
use crate::core::sql::Sql;
use crate::sql;
use domain::access::letters::Reader;
use domain::access::user::Locale;
use domain::core::error::{Error, Result};
use domain::core::field::Choice;
use domain::core::instant::Instant;
use domain::mail::Recipient;
use uuid::Uuid;

/// A user's proofs.
#[derive(Debug, Clone)]
pub struct Credential {
    pub user_id: Uuid,
    /// A PHC string; none for a user who has no password yet.
    pub password_hash: Option<String>,
    /// The shared secret of the second factor, sealed.
    pub totp_secret: Option<Vec<u8>>,
    /// Whether a code of it was shown once, so that it is asked for from then on.
    pub totp_confirmed: bool,
    /// The time step of the last code taken.
    pub totp_last_step: Option<i64>,
    /// Digests of the recovery codes left, in hexadecimal.
    pub recovery_hashes: Vec<String>,
    /// Access tokens of an older version are dead.
    pub session_version: i64,
}

/// Someone who tries to sign in.
#[derive(Debug, Clone)]
pub struct Claimant {
    pub name: String,
    pub email: String,
    pub active: bool,
    pub locale: Locale,
    pub credential: Credential,
}

impl Claimant {
    /// Them, as one who is written to.
    pub fn reader(&self) -> Reader {
        Reader {
            to: Recipient {
                name: self.name.clone(),
                address: self.email.clone(),
            },
            locale: self.locale,
        }
    }
}

const COLUMNS: &str = "u.id, u.name, u.email, u.active, c.password_hash, c.totp_secret, c.totp_confirmed, c.totp_last_step, \
                       c.recovery_hashes, c.session_version, u.locale FROM users u LEFT JOIN credentials c ON c.user_id = u.id \
                       WHERE u.deleted_at IS NULL AND ";

fn read(row: &dyn Cells) -> Result<Claimant> {
    let flag = |index| {
        let mut value = false;
        row.at(index, &mut |cell| {
            value = cell.boolean()?;
            Ok(())
        })?;
        Ok::<_, Error>(value)
    };
    let (mut step, mut recovery) = (None, Vec::new());
    row.at(7, &mut |cell| {
        step = Some(cell.integer()?);
        Ok(())
    })?;
    row.at(8, &mut |cell| {
        recovery = serde_json::from_str(cell.json()?).map_err(|e| Error::Internal(e.to_string()))?;
        Ok(())
    })?;
    Ok(Claimant {
        name: row.text(1)?.unwrap_or_default(),
        email: row.text(2)?.unwrap_or_default(),
        active: flag(3)?,
        locale: row.text(10)?.and_then(|word| Locale::of(&word)).unwrap_or(Locale::English),
        credential: Credential {
            user_id: row.uuid(0)?.unwrap_or_default(),
            password_hash: row.text(4)?,
            totp_secret: row.bytes(5)?,
            totp_confirmed: flag(6)?,
            totp_last_step: step,
            recovery_hashes: recovery,
            session_version: row.integer(9)?,
        },
    })
}

/// The user of an email address in its normal form.
pub fn by_email(conn: &mut Conn, email: &str) -> Result<Option<Claimant>> {
    let which = sql!("u.email = ?", email);
    conn.row(&Sql::new(format!("SELECT {COLUMNS}")).and(which), read)
}

/// The user of an id.
pub fn by_id(conn: &mut Conn, user: Uuid) -> Result<Option<Claimant>> {
    let which = sql!("u.id = ?", user);
    conn.row(&Sql::new(format!("SELECT {COLUMNS}")).and(which), read)
}

/// Keeps the hash of a user's password, and gives them a place for the rest if they have none. Where the password is another one, and not
/// only its hash, [`set_password`](super::user::set_password) says so in the change log.
pub fn keep_hash(conn: &mut Conn, user: Uuid, hash: &str, now: Instant) -> Result<()> {
    conn.execute(&sql!(
        "INSERT INTO credentials (user_id, password_hash, totp_confirmed, recovery_hashes, session_version, updated_at) \
         VALUES (?, ?, ?, ?, ?, ?) \
         ON CONFLICT (user_id) DO UPDATE SET password_hash = excluded.password_hash, updated_at = excluded.updated_at",
        user,
        hash,
        false,
        JsonText("[]".to_owned()),
        1_i64,
        now
    ))?;
    Ok(())
}

/// Keeps the second factor and the recovery codes as they are in `credential`.
pub fn set_second_factor(conn: &mut Conn, credential: &Credential, now: Instant) -> Result<()> {
    let recovery = serde_json::to_string(&credential.recovery_hashes).map_err(|e| Error::Internal(e.to_string()))?;
    conn.execute(&sql!(
        "UPDATE credentials SET totp_secret = ?, totp_confirmed = ?, totp_last_step = ?, recovery_hashes = ?, updated_at = ? \
         WHERE user_id = ?",
        credential.totp_secret.clone(),
        credential.totp_confirmed,
        credential.totp_last_step,
        JsonText(recovery),
        now,
        credential.user_id
    ))?;
    Ok(())
}

/// Makes all access tokens of a user worthless.
pub fn outdate_tokens(conn: &mut Conn, user: Uuid) -> Result<()> {
    changes::access_changed();
    conn.execute(&sql!(
        "UPDATE credentials SET session_version = session_version + 1 WHERE user_id = ?",
        user
    ))?;
    Ok(())
}
