//! The shared credentials file of the S3 tools (`AWS_SHARED_CREDENTIALS_FILE`), for those who don't want secrets in the environment.
use std::path::Path;

/// A key and its secret.
#[derive(PartialEq, Eq)]
pub struct Credentials {
    pub key: String,
    pub secret: String,
    /// What comes with keys that end by themselves.
    pub token: Option<String>,
}

/// Reads the keys of a profile from a file.
///
/// # Errors
/// In words that repeat nothing of the file.
pub fn read(path: &Path, profile: &str) -> Result<Credentials, String> {
    let text = std::fs::read_to_string(path).map_err(|e| format!("{}: {e}", path.display()))?;
    of(&text, profile).ok_or_else(|| {
        format!(
            "{}: no aws_access_key_id and aws_secret_access_key under [{profile}]",
            path.display()
        )
    })
}

fn of(text: &str, profile: &str) -> Option<Credentials> {
    let (mut within, mut key, mut secret, mut token) = (false, None, None, None);
    for line in text.lines().map(str::trim) {
        if let Some(name) = line.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
            within = name.trim() == profile;
        } else if within && let Some((name, value)) = line.split_once('=') {
            let value = Some(value.trim().to_owned());
            match name.trim() {
                "aws_access_key_id" => key = value,
                "aws_secret_access_key" => secret = value,
                "aws_session_token" => token = value,
                _ => {}
            }
        }
    }
    Some(Credentials {
        key: key?,
        secret: secret?,
        token,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_keys_of_one_profile_are_read() {
        let text = "# ours\n[other]\naws_access_key_id=x\naws_secret_access_key=y\n\n[default]\naws_access_key_id = AK\naws_secret_access_key = s/e=c\nregion = here\n";
        let found = of(text, "default").map(|found| (found.key, found.secret, found.token));
        assert_eq!(found, Some(("AK".to_owned(), "s/e=c".to_owned(), None)));
        assert!(of(text, "third").is_none());
        assert!(of("[default]\naws_access_key_id=x\n", "default").is_none());
    }
}
