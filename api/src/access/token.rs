//! Access tokens: short-lived JWTs as RFC 9068 has them, read by the strict rules of RFC 8725.
//!
//! Only what [`Tokens::issue`] writes is read back: the header has `typ`, `alg` and `kid` and nothing else, so `jku`, `x5u`, `jwk`, `x5c`
//! and `crit` are refused by being unknown, without a look at what they say. The algorithm belongs to the key and is ES256 always. Times
//! are checked here against the caller's clock, as whole numbers; `jsonwebtoken` does the signature, issuer and audience, and its own clock
//! is switched off (a string in `exp` or `nbf` once passed it: CVE-2026-25537).
//!
//! A token is known by its `jti` and `sid`, never by its text: for ECDSA a second valid signature is easily computed from the first.
use std::fmt;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::{DateTime, TimeDelta, Utc};
use jsonwebtoken::{Algorithm, Header, Validation};
use serde::{Deserialize, Deserializer, Serialize};
use uuid::Uuid;

use super::keys::KeyRing;

/// The longest an access token lives.
pub const MAX_LIFETIME: TimeDelta = TimeDelta::minutes(15);
/// How far the clocks of two nodes may differ.
pub const SKEW: TimeDelta = TimeDelta::seconds(60);
/// The longest token read, in bytes.
pub const MAX_BYTES: usize = 8 * 1024;
/// The header's `typ` (RFC 9068 §2.1), which no ID token, refresh token or signed request carries.
const TYPE: &str = "at+jwt";

/// What a token says. Members not listed are ignored when read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Claims {
    /// Who issued it: the configured base address, never the request's `Host`.
    pub iss: String,
    /// Whom it is for: one resource server.
    pub aud: String,
    /// The user, or the client itself under `client_credentials`.
    pub sub: Uuid,
    /// The OAuth2 client it was issued to; 1 to 255 characters.
    pub client_id: String,
    /// When it was issued, in seconds since 1970.
    pub iat: i64,
    /// When it expires, in seconds since 1970; at most [`MAX_LIFETIME`] after `iat`.
    pub exp: i64,
    /// Before when it is not valid. Never written; respected when present.
    #[serde(default, deserialize_with = "present", skip_serializing_if = "Option::is_none")]
    pub nbf: Option<i64>,
    /// Its own id.
    pub jti: Uuid,
    /// What it allows, separated by single spaces (RFC 6749 §3.3); may be empty.
    pub scope: String,
    /// The session it belongs to.
    pub sid: Uuid,
    /// The session version of `sub` when issued. The caller compares it with the stored one: less means that the user was deactivated, lost
    /// a role, changed a password or factor, or was signed out since, and is a 401.
    pub sv: i64,
}

impl Claims {
    /// Whether the token allows this scope, word for word.
    pub fn allows(&self, scope: &str) -> bool {
        !scope.is_empty() && self.scope.split(' ').any(|s| s == scope)
    }
}

/// What the issuer decides for one token; the rest of [`Claims`] follows.
#[derive(Debug, Clone)]
pub struct Grant {
    /// The user, or the client itself.
    pub sub: Uuid,
    /// The OAuth2 client; 1 to 255 characters.
    pub client_id: String,
    /// Scopes, separated by single spaces.
    pub scope: String,
    /// The session.
    pub sid: Uuid,
    /// The session version of `sub` now.
    pub sv: i64,
    /// Fresh for each token, such as a UUID v7.
    pub jti: Uuid,
}

/// Why a token is refused. All but [`TokenError::TooLarge`] (431) and [`TokenError::Signing`] (500) are the same 401 `invalid_token` to the
/// client; which of them it was is for the log.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TokenError {
    /// More than [`MAX_BYTES`].
    TooLarge,
    /// Not three parts of base64url.
    Malformed,
    /// A header that is no JSON object of `typ`, `alg` and `kid`, or has more: `jku`, `x5u`, `jwk`, `x5c`, `crit`.
    Header,
    /// Another algorithm than ES256.
    Algorithm,
    /// Another `typ` than `at+jwt`.
    Type,
    /// No such key, or its time is over.
    UnknownKey,
    /// The signature is not that key's.
    Signature,
    /// A claim is missing or of the wrong type.
    Claims,
    /// Another issuer's.
    Issuer,
    /// For another audience.
    Audience,
    /// `exp` is past.
    Expired,
    /// `iat` or `nbf` is still to come.
    NotYetValid,
    /// `exp` is not after `iat`, or more than [`MAX_LIFETIME`] after it.
    Lifetime,
    /// A token could not be signed.
    Signing,
}

impl fmt::Display for TokenError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            TokenError::TooLarge => "the token is too large",
            TokenError::Malformed => "the token is malformed",
            TokenError::Header => "the token's header is not one of ours",
            TokenError::Algorithm => "the token's algorithm is not ES256",
            TokenError::Type => "the token is no access token",
            TokenError::UnknownKey => "the token's key is unknown",
            TokenError::Signature => "the token's signature is wrong",
            TokenError::Claims => "a claim is missing or of the wrong type",
            TokenError::Issuer => "the token is another issuer's",
            TokenError::Audience => "the token is for another audience",
            TokenError::Expired => "the token has expired",
            TokenError::NotYetValid => "the token is not valid yet",
            TokenError::Lifetime => "the token's lifetime is out of bounds",
            TokenError::Signing => "a token could not be signed",
        })
    }
}

impl std::error::Error for TokenError {}

/// The header as we write it. Unknown and repeated members are errors.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct StrictHeader {
    typ: String,
    alg: String,
    kid: String,
}

/// Issues and verifies the access tokens of one issuer for one audience.
#[derive(Debug, Clone)]
pub struct Tokens {
    issuer: String,
    audience: String,
    lifetime: TimeDelta,
    validation: Validation,
}

impl Tokens {
    /// Tokens of this issuer for this audience, each living as long as given, cut to between one second and [`MAX_LIFETIME`].
    pub fn new(issuer: &str, audience: &str, lifetime: TimeDelta) -> Self {
        let mut validation = Validation::new(Algorithm::ES256);
        validation.set_issuer(&[issuer]);
        validation.set_audience(&[audience]);
        validation.set_required_spec_claims(&["iss", "aud", "sub", "exp"]);
        validation.validate_exp = false;
        validation.validate_nbf = false;
        Tokens {
            issuer: issuer.to_owned(),
            audience: audience.to_owned(),
            lifetime: lifetime.clamp(TimeDelta::seconds(1), MAX_LIFETIME),
            validation,
        }
    }

    /// Signs a token with the key that signs at this time.
    ///
    /// # Errors
    /// [`TokenError::Signing`] if the ring is unusable, [`TokenError::TooLarge`] if the grant is so long that no one would read the token.
    pub fn issue(&self, ring: &KeyRing, grant: &Grant, now: DateTime<Utc>) -> Result<String, TokenError> {
        let key = ring.signing(now).ok_or(TokenError::Signing)?;
        let mut header = Header::new(Algorithm::ES256);
        header.typ = Some(TYPE.to_owned());
        header.kid = Some(key.kid().to_owned());
        let claims = Claims {
            iss: self.issuer.clone(),
            aud: self.audience.clone(),
            sub: grant.sub,
            client_id: grant.client_id.clone(),
            iat: now.timestamp(),
            exp: now.timestamp() + self.lifetime.num_seconds(),
            nbf: None,
            jti: grant.jti,
            scope: grant.scope.clone(),
            sid: grant.sid,
            sv: grant.sv,
        };
        let token = jsonwebtoken::encode(&header, &claims, key.encoding()).map_err(|_| TokenError::Signing)?;
        if token.len() > MAX_BYTES {
            Err(TokenError::TooLarge)
        } else {
            Ok(token)
        }
    }

    /// Reads a token and checks all that can be checked without a database; `sv`, and the session's life, are the caller's to check. Takes
    /// a fraction of a millisecond, nearly all of it for the signature.
    ///
    /// # Errors
    /// [`TokenError`] says what is wrong with it first.
    pub fn verify(&self, ring: &KeyRing, token: &str, now: DateTime<Utc>) -> Result<Claims, TokenError> {
        if token.len() > MAX_BYTES {
            return Err(TokenError::TooLarge);
        }
        let header = header(token)?;
        if header.alg != "ES256" {
            return Err(TokenError::Algorithm);
        }
        if header.typ != TYPE {
            return Err(TokenError::Type);
        }
        let key = ring.verifying(&header.kid, now).ok_or(TokenError::UnknownKey)?;
        let claims = jsonwebtoken::decode::<Claims>(token, key.decoding(), &self.validation)
            .map_err(refusal)?
            .claims;
        self.check(&claims, now)?;
        Ok(claims)
    }

    fn check(&self, claims: &Claims, now: DateTime<Utc>) -> Result<(), TokenError> {
        // Said again although the library has compared both: these are the two checks that must not depend on its options.
        if claims.iss != self.issuer {
            return Err(TokenError::Issuer);
        }
        if claims.aud != self.audience {
            return Err(TokenError::Audience);
        }
        if claims.client_id.is_empty() || claims.client_id.chars().count() > 255 || claims.sv < 0 {
            return Err(TokenError::Claims);
        }
        // Saturating, because a number near the ends of i64 is still a number.
        let (now, skew) = (now.timestamp(), SKEW.num_seconds());
        if claims.exp <= claims.iat || claims.exp.saturating_sub(claims.iat) > MAX_LIFETIME.num_seconds() {
            return Err(TokenError::Lifetime);
        }
        if claims.exp.saturating_add(skew) <= now {
            return Err(TokenError::Expired);
        }
        if claims.iat.saturating_sub(skew) > now || claims.nbf.is_some_and(|nbf| nbf.saturating_sub(skew) > now) {
            return Err(TokenError::NotYetValid);
        }
        Ok(())
    }
}

fn header(token: &str) -> Result<StrictHeader, TokenError> {
    let mut parts = token.split('.');
    let (Some(header), Some(_), Some(_), None) = (parts.next(), parts.next(), parts.next(), parts.next()) else {
        return Err(TokenError::Malformed);
    };
    let json = URL_SAFE_NO_PAD.decode(header).map_err(|_| TokenError::Malformed)?;
    serde_json::from_slice(&json).map_err(|_| TokenError::Header)
}

fn refusal(error: jsonwebtoken::errors::Error) -> TokenError {
    use jsonwebtoken::errors::ErrorKind;
    match error.kind() {
        ErrorKind::InvalidSignature => TokenError::Signature,
        ErrorKind::InvalidIssuer => TokenError::Issuer,
        ErrorKind::InvalidAudience => TokenError::Audience,
        ErrorKind::Json(_) | ErrorKind::MissingRequiredClaim(_) | ErrorKind::InvalidClaimFormat(_) => TokenError::Claims,
        _ => TokenError::Malformed,
    }
}

/// Absent is none, but a member that is there must be a number: `null` is not.
fn present<'de, D: Deserializer<'de>>(d: D) -> Result<Option<i64>, D::Error> {
    i64::deserialize(d).map(Some)
}

#[cfg(test)]
mod tests;
