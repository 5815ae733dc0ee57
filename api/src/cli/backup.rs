//! `peyvand backup` and `peyvand restore`: a folder with the database, the keys and files, and a list of all of them with their digests.
use super::{Documents, Outcome, Storage, audit};
use clap::Args;
use indicatif::ProgressBar;
use persistence::core::backup;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{Read, Write};
use std::path::{Component, Path, PathBuf};
use std::time::Duration;

/// What the list of a backup's files is called.
const LIST: &str = "backup.json";

#[derive(Debug, Args)]
pub struct Backup {
    /// The folder to make; there must be none of this name yet.
    path: PathBuf,
    #[command(flatten)]
    storage: Storage,
    /// As the server has it: what is elsewhere is not copied, and the backup says so.
    #[command(flatten)]
    documents: Documents,
}

#[derive(Debug, Args)]
pub struct Restore {
    /// The folder that `peyvand backup` made.
    path: PathBuf,
    #[command(flatten)]
    storage: Storage,
    /// Replaces what is there.
    #[arg(long)]
    force: bool,
}

/// What a backup holds.
#[derive(Debug, Serialize, Deserialize)]
struct Contents {
    /// The program that made it.
    version: String,
    made_at: String,
    /// Where the contents of documents were, if not in the data folder: they are no part of the backup.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    documents: Option<String>,
    /// By its path in the folder: the SHA-256 of each file, in hexadecimal.
    files: BTreeMap<String, String>,
}

fn at(path: &Path) -> impl Fn(std::io::Error) -> String + '_ {
    move |e| format!("{}: {e}", path.display())
}

impl Backup {
    pub fn run(self) -> Outcome {
        if self.path.exists() {
            return Err(format!("{} is there already", self.path.display()));
        }
        let elsewhere = self.documents.place()?.map(|place| place.to_string());
        let mut partial = self.path.clone().into_os_string();
        partial.push(format!(".partial-{}", std::process::id()));
        let partial = PathBuf::from(partial);
        let bar = ProgressBar::new_spinner().with_message("copying");
        bar.enable_steady_tick(Duration::from_millis(200));
        let made = self.fill(&partial, elsewhere.clone()).and_then(|n| {
            fs::rename(&partial, &self.path).map_err(at(&self.path))?;
            sync_folder(self.path.parent())?;
            Ok(n)
        });
        bar.finish_and_clear();
        match made {
            Ok(n) => {
                println!("{n} files are in {}.", self.path.display());
                if let Some(place) = elsewhere {
                    println!("Not in it: the contents of documents, which are in {place}. Keep them as long as this backup.");
                }
                Ok(())
            }
            Err(why) => {
                if partial.exists() {
                    fs::remove_dir_all(&partial).map_err(at(&partial))?;
                }
                Err(why)
            }
        }
    }

    fn fill(&self, folder: &Path, documents: Option<String>) -> Result<usize, String> {
        private_folder(folder)?;
        let mut files = BTreeMap::new();
        let Storage { database, data } = &self.storage;
        let name = backup::file_name(database);
        backup::save(database, &folder.join(name)).map_err(|e| e.to_string())?;
        files.insert(name.to_owned(), digest(&folder.join(name))?);
        // The files after the database: what it names is there by then.
        let mut skipped = backup::own_files(database)
            .iter()
            .filter_map(|f| f.canonicalize().ok())
            .collect::<Vec<_>>();
        skipped.extend(folder.canonicalize());
        let mut found = Vec::new();
        if data.is_dir() {
            list(data, Path::new("data"), &skipped, &mut found)?;
        }
        for (from, name) in found {
            let to = folder.join(&name);
            copy(&from, &to)?;
            files.insert(portable(&name)?, digest(&to)?);
        }
        let contents = Contents {
            version: env!("CARGO_PKG_VERSION").to_owned(),
            made_at: chrono::Utc::now().to_rfc3339_opts(chrono::SecondsFormat::Secs, true),
            documents,
            files,
        };
        let path = folder.join(LIST);
        let text = serde_json::to_vec_pretty(&contents).map_err(|e| e.to_string())?;
        let mut file = File::create(&path).map_err(at(&path))?;
        file.write_all(&text).and_then(|()| file.sync_all()).map_err(at(&path))?;
        sync_folder(Some(folder))?;
        Ok(contents.files.len() + 1)
    }
}

impl Restore {
    pub fn run(self) -> Outcome {
        let contents = self.contents()?;
        let Storage { database, data } = &self.storage;
        let name = backup::file_name(database);
        if !contents.files.contains_key(name) {
            return Err(format!("{} is a backup of the other kind of database", self.path.display()));
        }
        // Everything is looked at before anything is changed.
        for (file, sum) in &contents.files {
            if digest(&self.path.join(file))? != *sum {
                return Err(format!("{} is damaged: {file} is not what was saved", self.path.display()));
            }
        }
        if !self.force && !backup::is_empty(database).map_err(|e| e.to_string())? {
            return Err("the database is not empty; --force replaces it".to_owned());
        }
        let files: Vec<(&String, &String)> = contents.files.iter().filter(|(file, _)| file.starts_with("data/")).collect();
        for (file, sum) in &files {
            let to = data.join(file.trim_start_matches("data/"));
            if !self.force && to.exists() && digest(&to)? != **sum {
                return Err(format!("{} is another file than the saved one; --force replaces it", to.display()));
            }
        }
        let bar = ProgressBar::new_spinner().with_message("restoring");
        bar.enable_steady_tick(Duration::from_millis(200));
        let restored = backup::restore(database, &self.path.join(name)).map_err(|e| e.to_string());
        let restored = restored.and_then(|()| {
            for (file, _) in &files {
                let to = data.join(file.trim_start_matches("data/"));
                copy(&self.path.join(file), &to)?;
            }
            Ok(())
        });
        bar.finish_and_clear();
        restored?;
        println!("Restored what was saved at {} by version {}.", contents.made_at, contents.version);
        if let Some(place) = &contents.documents {
            println!("The contents of documents were in {place}; start the server with that place, or with one that they were copied to.");
        }
        audit::verified(database)
    }

    fn contents(&self) -> Result<Contents, String> {
        let path = self.path.join(LIST);
        let text = fs::read(&path).map_err(|e| format!("{} is no backup: {LIST}: {e}", self.path.display()))?;
        let contents: Contents = serde_json::from_slice(&text).map_err(|e| format!("{}: {e}", path.display()))?;
        let inside = |file: &String| Path::new(file).components().all(|c| matches!(c, Component::Normal(_)));
        match contents.files.keys().find(|file| !inside(file)) {
            Some(file) => Err(format!("{}: '{file}' is not inside the folder", path.display())),
            None => Ok(contents),
        }
    }
}

/// All files below a folder, each with its name below another. What is no plain file is passed by, and so is an older backup.
fn list(folder: &Path, below: &Path, skipped: &[PathBuf], out: &mut Vec<(PathBuf, PathBuf)>) -> Outcome {
    for entry in fs::read_dir(folder).map_err(at(folder))? {
        let entry = entry.map_err(at(folder))?;
        let (path, name) = (entry.path(), below.join(entry.file_name()));
        let kind = entry.file_type().map_err(at(&path))?;
        if path.canonicalize().is_ok_and(|p| skipped.contains(&p)) {
            continue;
        }
        if kind.is_file() {
            out.push((path, name));
        } else if kind.is_dir() && !path.join(LIST).exists() {
            list(&path, &name, skipped, out)?;
        }
    }
    Ok(())
}

fn portable(name: &Path) -> Result<String, String> {
    let parts: Option<Vec<&str>> = name.components().map(|c| c.as_os_str().to_str()).collect();
    Ok(parts.ok_or_else(|| format!("{}: the name is not UTF-8", name.display()))?.join("/"))
}

/// Copies a file with its permissions, whole or not at all.
fn copy(from: &Path, to: &Path) -> Outcome {
    if let Some(folder) = to.parent() {
        private_folder(folder)?;
    }
    let mut partial = to.to_path_buf().into_os_string();
    partial.push(".partial");
    let partial = PathBuf::from(partial);
    fs::copy(from, &partial).map_err(at(from))?;
    File::open(&partial).and_then(|f| f.sync_all()).map_err(at(&partial))?;
    fs::rename(&partial, to).map_err(at(to))?;
    sync_folder(to.parent())
}

/// Makes a folder that only its owner can look into: keys are in it.
fn private_folder(folder: &Path) -> Outcome {
    use std::os::unix::fs::DirBuilderExt;
    fs::DirBuilder::new().recursive(true).mode(0o700).create(folder).map_err(at(folder))
}

fn sync_folder(folder: Option<&Path>) -> Outcome {
    let folder = folder.filter(|f| !f.as_os_str().is_empty()).unwrap_or(Path::new("."));
    File::open(folder).and_then(|f| f.sync_all()).map_err(at(folder))
}

fn digest(path: &Path) -> Result<String, String> {
    let mut file = File::open(path).map_err(at(path))?;
    let (mut sum, mut buffer) = (Sha256::new(), vec![0; 1 << 20]);
    loop {
        match file.read(&mut buffer).map_err(at(path))? {
            0 => return Ok(persistence::core::changes::hex(&sum.finalize())),
            n => sum.update(&buffer[..n]),
        }
    }
}
