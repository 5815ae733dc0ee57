//! The address of a place for contents: `file:PATH` or `s3://BUCKET/PREFIX?endpoint=URL&region=NAME`. No secret is part of it.
use super::Contents;
use super::folder::Folder;
use super::s3::S3;
use domain::core::error::Result;
use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use url::Url;

/// A place for contents.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Place {
    Folder(PathBuf),
    S3(Bucket),
}

/// A part of a bucket of a server that speaks S3.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bucket {
    pub name: String,
    /// What the keys begin with, without slashes around it; empty for the whole bucket.
    pub prefix: String,
    /// The server; none for Amazon's own.
    pub endpoint: Option<String>,
    /// None for what `AWS_REGION` says.
    pub region: Option<String>,
}

/// What is wrong with an address. The address itself is not repeated: somebody may have written a secret into it.
fn wrong(why: &str) -> String {
    format!("no place for documents: {why}; give file:PATH or s3://BUCKET/PREFIX?endpoint=URL&region=NAME")
}

impl std::str::FromStr for Place {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, String> {
        match text.split_once(':') {
            Some(("file", path)) if !path.is_empty() => Ok(Place::Folder(PathBuf::from(path))),
            Some(("s3", _)) => bucket(text).map(Place::S3),
            _ => Err(wrong("it begins with neither file: nor s3:")),
        }
    }
}

/// Reads the address of a bucket.
fn bucket(text: &str) -> Result<Bucket, String> {
    let url = Url::parse(text).map_err(|_| wrong("it can't be read"))?;
    if !url.username().is_empty() || url.password().is_some() {
        return Err(wrong(
            "credentials come from AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY or a file, never from the address",
        ));
    }
    let plain = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b"-.".contains(&b);
    let name = url.host_str().unwrap_or_default();
    if !(3..=63).contains(&name.len()) || !name.bytes().all(plain) || url.port().is_some() || url.fragment().is_some() {
        return Err(wrong("that is no name of a bucket"));
    }
    let prefix = url.path().trim_matches('/');
    // What needs no escape anywhere, so that a key is what it looks like; a part that is two dots is resolved by now.
    let part = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_alphanumeric() || b"-._".contains(&b));
    if !prefix.is_empty() && !prefix.split('/').all(part) {
        return Err(wrong("letters, digits and - . _ may stand in the prefix"));
    }
    let (mut endpoint, mut region) = (None, None);
    for (name, value) in url.query_pairs() {
        let at = match &*name {
            "endpoint" => &mut endpoint,
            "region" => &mut region,
            _ => return Err(wrong("only endpoint and region may stand behind the question mark")),
        };
        if value.is_empty() || at.replace(value.into_owned()).is_some() {
            return Err(wrong("endpoint and region are given once and not empty"));
        }
    }
    if let Some(endpoint) = &endpoint {
        let url = Url::parse(endpoint).ok();
        let good = |url: &Url| {
            matches!(url.scheme(), "https" | "http")
                && url.has_host()
                && url.username().is_empty()
                && url.password().is_none()
                && url.query().is_none()
        };
        if !url.is_some_and(|url| good(&url)) {
            return Err(wrong("the endpoint is no http or https address of a server"));
        }
    }
    Ok(Bucket {
        name: name.to_owned(),
        prefix: prefix.to_owned(),
        endpoint,
        region,
    })
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Place::Folder(path) => write!(f, "file:{}", path.display()),
            Place::S3(bucket) if bucket.prefix.is_empty() => write!(f, "s3://{}", bucket.name),
            Place::S3(bucket) => write!(f, "s3://{}/{}", bucket.name, bucket.prefix),
        }
    }
}

impl Place {
    /// Opens it; without one, the folder `documents` of the data folder.
    ///
    /// # Errors
    /// In words, when it can't be used. A server that can't be reached now is no such case: it may come.
    pub fn open(place: Option<&Place>, data: &Path) -> Result<Arc<dyn Contents>, String> {
        let own = data.join("documents");
        Ok(match place {
            None => Arc::new(Folder::new(own)),
            Some(Place::Folder(path)) => Arc::new(Folder::new(path.clone())),
            Some(Place::S3(bucket)) => Arc::new(S3::open(bucket, own.join("incoming"))?),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_read_and_secrets_in_them_refused() {
        let read = |text: &str| text.parse::<Place>();
        assert_eq!(read("file:/srv/documents"), Ok(Place::Folder("/srv/documents".into())));
        let whole = Bucket {
            name: "papers".to_owned(),
            prefix: "crm/live".to_owned(),
            endpoint: Some("https://s3.example:9000".to_owned()),
            region: Some("eu-central-1".to_owned()),
        };
        let text = "s3://papers/crm/live/?endpoint=https%3A%2F%2Fs3.example:9000&region=eu-central-1";
        assert_eq!(read(text), Ok(Place::S3(whole)));
        assert_eq!(read(text).map(|place| place.to_string()), Ok("s3://papers/crm/live".to_owned()));
        assert_eq!(read("s3://papers").map(|place| place.to_string()), Ok("s3://papers".to_owned()));
        for wrong in [
            "",
            "documents",
            "file:",
            "s3:",
            "s3://",
            "s3://UPPER",
            "s3://ab",
            "s3://papers/a//b",
            "s3://papers/a%20b",
            "s3://papers?endpoint=ftp://s3.example",
            "s3://papers?endpoint=https://a:geheim@s3.example",
            "s3://papers?region=",
            "s3://papers?region=a&region=b",
            "s3://papers?secret_access_key=geheim",
            "s3://key:geheim@papers/x",
            "s3://papers/x#geheim",
        ] {
            let told = read(wrong).err().unwrap_or_default();
            assert!(
                told.starts_with("no place for documents") && !told.contains("geheim"),
                "{wrong}: {told}"
            );
        }
    }
}
