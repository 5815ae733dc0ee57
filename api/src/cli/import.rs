//! `peyvand import`: sends a file of records to a server, waits, and says what became of its rows.
use super::Outcome;
use super::remote::{self, Remote, copy, good, json};
use clap::{Args, ValueEnum};
use indicatif::{ProgressBar, ProgressStyle};
use serde_json::{Value, json};
use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};
use std::time::Duration;
use ureq::{Agent, SendBody};
use uuid::Uuid;

#[derive(Debug, Clone, Copy, ValueEnum)]
pub enum Mode {
    Create,
    Update,
    Upsert,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
pub enum Format {
    Csv,
    Ndjson,
    Vcard,
}

#[derive(Debug, Args)]
pub struct Import {
    /// CSV with a header row, NDJSON, or vCards (by its ending, unless --format says).
    file: PathBuf,
    /// What the rows are.
    #[arg(long, default_value = "customers")]
    object: String,
    #[arg(long, value_enum, default_value = "create")]
    mode: Mode,
    /// By what a row finds its record: id, external_id:SYSTEM, email or phone.
    #[arg(long)]
    match_on: Option<String>,
    #[arg(long, value_enum)]
    format: Option<Format>,
    /// Checks every row and writes none.
    #[arg(long)]
    dry_run: bool,
    /// A JSON file: heading to target, or to null to leave the column out.
    #[arg(long)]
    mapping: Option<PathBuf>,
    /// A JSON file: heading to what its cells mean, each cell to what is to be read instead, or to null.
    #[arg(long)]
    meanings: Option<PathBuf>,
    /// A heading under which every row must have something; rows that have not fail. Can be said several times.
    #[arg(long = "require", value_name = "HEADING")]
    required_columns: Vec<String>,
    /// A JSON file: members that every new record gets unless its row says them.
    #[arg(long)]
    defaults: Option<PathBuf>,
    /// Goes on with an import that was begun before, by the id that was printed then.
    #[arg(long)]
    resume: Option<Uuid>,
    #[command(flatten)]
    remote: Remote,
}

/// How often to look how far it is.
const LOOK: Duration = Duration::from_millis(500);

impl Import {
    /// An import of customers that another command begins.
    pub fn of(file: PathBuf, mode: Mode, format: Format, mapping: Option<PathBuf>, defaults: Option<PathBuf>, remote: Remote) -> Self {
        Import {
            file,
            object: "customers".to_owned(),
            mode,
            match_on: None,
            format: Some(format),
            dry_run: false,
            mapping,
            meanings: None,
            required_columns: Vec::new(),
            defaults,
            resume: None,
            remote,
        }
    }

    pub fn run(self) -> Outcome {
        let agent = self.remote.agent();
        let import = match self.resume {
            Some(id) => self.look(&agent, &id.to_string())?,
            None => self.announce(&agent)?,
        };
        let id = text(&import, "id");
        eprintln!("import {id}");
        let import = self.send(&agent, import)?;
        self.wait(&agent, &id, import)
    }

    fn look(&self, agent: &Agent, id: &str) -> Result<Value, String> {
        let request = agent.get(self.remote.address(&format!("/imports/{id}")));
        json(request.header("Authorization", self.remote.bearer()).call())
    }

    fn announce(&self, agent: &Agent) -> Result<Value, String> {
        let ends = |one: &str, other: &str| {
            self.file
                .extension()
                .is_some_and(|e| e.eq_ignore_ascii_case(one) || e.eq_ignore_ascii_case(other))
        };
        let format = match self.format {
            Some(Format::Csv) => "csv",
            Some(Format::Ndjson) => "ndjson",
            Some(Format::Vcard) => "vcard",
            None if ends("ndjson", "jsonl") => "ndjson",
            None if ends("vcf", "vcard") => "vcard",
            None => "csv",
        };
        let mode = match self.mode {
            Mode::Create => "create",
            Mode::Update => "update",
            Mode::Upsert => "upsert",
        };
        let name = self
            .file
            .file_name()
            .map(|n| n.to_string_lossy().chars().take(255).collect::<String>());
        let body = json!({
            "object": self.object, "format": format, "mode": mode, "match_on": self.match_on, "dry_run": self.dry_run, "file_name": name,
            "mapping": read(self.mapping.as_deref())?, "meanings": read(self.meanings.as_deref())?,
            "required_columns": self.required_columns, "defaults": read(self.defaults.as_deref())?,
        });
        let request = agent
            .post(self.remote.address("/imports"))
            .header("Authorization", self.remote.bearer());
        json(request.header("Idempotency-Key", Uuid::now_v7().to_string()).send_json(body))
    }

    /// Brings it as far as running, from wherever it is.
    fn send(&self, agent: &Agent, mut import: Value) -> Result<Value, String> {
        let id = text(&import, "id");
        if text(&import, "state") == "open" {
            let file = File::open(&self.file).map_err(|e| remote::file(&self.file, &e))?;
            let size = file.metadata().map_err(|e| remote::file(&self.file, &e))?.len();
            let bar = ProgressBar::new(size).with_style(style("sending {bar:40} {bytes}/{total_bytes}")?);
            let mut reader = bar.wrap_read(file);
            let request = agent.put(self.remote.address(&format!("/imports/{id}/data")));
            let request = request
                .header("Authorization", self.remote.bearer())
                .header("Content-Type", "application/octet-stream");
            import = json(request.send(SendBody::from_reader(&mut reader)))?;
            bar.finish_and_clear();
            for column in import.get("columns").and_then(Value::as_array).into_iter().flatten() {
                let target = column.get("target").and_then(Value::as_str).unwrap_or("(nowhere)");
                eprintln!("  {} -> {target}", text(column, "header"));
            }
        }
        if text(&import, "state") == "uploaded" {
            let request = agent.post(self.remote.address(&format!("/imports/{id}/start")));
            import = json(request.header("Authorization", self.remote.bearer()).send_empty())?;
        }
        Ok(import)
    }

    fn wait(&self, agent: &Agent, id: &str, mut import: Value) -> Outcome {
        let bar = ProgressBar::new_spinner().with_style(style("{spinner} {pos} rows {elapsed}")?);
        while text(&import, "state") == "running" {
            std::thread::sleep(LOOK);
            import = self.look(agent, id)?;
            bar.set_position(count(&import, "read"));
        }
        bar.finish_and_clear();
        let part = |name: &str| format!("{name} {}", count(&import, name));
        let parts = ["read", "created", "updated", "unchanged", "skipped", "failed"].map(part);
        println!("{}: {}", text(&import, "state"), parts.join(", "));
        let unmapped: Vec<&str> = import
            .get("unmapped")
            .and_then(Value::as_array)
            .map(|all| all.iter().filter_map(Value::as_str).collect())
            .unwrap_or_default();
        if !unmapped.is_empty() {
            println!("columns that went nowhere: {}", unmapped.join(", "));
        }
        if count(&import, "failed") > 0 {
            let mut path = self.file.clone().into_os_string();
            path.push(".failed.csv");
            let path = PathBuf::from(path);
            self.failed(agent, id, &path)?;
            println!("failed rows: {}", path.display());
        }
        match text(&import, "state").as_str() {
            "done" if count(&import, "read") > 0 && nowhere(&import) => {
                Err("no row had anything that was recognised; say with --mapping what the columns are".to_owned())
            }
            "done" if count(&import, "failed") == 0 => Ok(()),
            "done" => Err(format!("{} rows were not taken in", count(&import, "failed"))),
            state => {
                let why = import.get("failure").map(|f| text(f, "detail")).unwrap_or_default();
                Err(format!("the import is {state}: {why}"))
            }
        }
    }

    fn failed(&self, agent: &Agent, id: &str, path: &Path) -> Outcome {
        let request = agent.get(self.remote.address(&format!("/imports/{id}/results?status=failed&format=csv")));
        let answer = good(request.header("Authorization", self.remote.bearer()).call())?;
        let mut out = BufWriter::new(File::create(path).map_err(|e| remote::file(path, &e))?);
        copy(answer, &mut out)?;
        out.flush().map_err(|e| remote::file(path, &e))
    }
}

fn style(template: &str) -> Result<ProgressStyle, String> {
    ProgressStyle::with_template(template).map_err(|e| e.to_string())
}

fn text(value: &Value, name: &str) -> String {
    value.get(name).and_then(Value::as_str).unwrap_or_default().to_owned()
}

fn count(import: &Value, name: &str) -> u64 {
    import
        .get("counts")
        .and_then(|c| c.get(name))
        .and_then(Value::as_u64)
        .unwrap_or_default()
}

fn read(path: Option<&Path>) -> Result<Value, String> {
    let Some(path) = path else { return Ok(Value::Null) };
    let file = std::fs::read(path).map_err(|e| remote::file(path, &e))?;
    serde_json::from_slice(&file).map_err(|e| format!("{}: {e}", path.display()))
}

/// Whether no column of the file was taken for anything.
fn nowhere(import: &Value) -> bool {
    let columns = import.get("columns").and_then(Value::as_array);
    columns.is_some_and(|all| !all.is_empty() && all.iter().all(|c| c.get("target").is_none_or(Value::is_null)))
}
