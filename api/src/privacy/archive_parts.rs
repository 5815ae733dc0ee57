//! The parts of an archive, written one after the other on a thread that may wait: for the database, for the disk, and for who reads.
use super::archive::{kinds, sees_all};
use crate::http::app::App;
use crate::http::caller::SignedIn;
use crate::http::headers::percent;
use actix_web::web::{Bytes, Data};
use domain::core::change::AuditEntry;
use domain::core::error::{Error, Result};
use domain::core::field::{Field, Kind};
use domain::core::resource::{Resource, Spec};
use domain::customers::customer::Customer;
use domain::documents::name::safe;
use domain::privacy::archive::{Archive, File, Item, Row, SHOWN, Section, rows};
use futures_util::StreamExt;
use persistence::core::audit::{self, Search};
use persistence::core::{read, view::View};
use persistence::documents::versions::{self, Version};
use persistence::privacy::held;
use serde_json::{Map, Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Write};
use tokio::runtime::Handle;
use tokio::sync::mpsc::Sender;
use uuid::Uuid;
use zip::ZipWriter;
use zip::write::{SimpleFileOptions, StreamWriter};

/// Records read at once.
const PAGE: usize = 200;
/// Bytes sent at once.
const PIECE: usize = 64 << 10;

/// An archive that is being made.
pub struct Making {
    pub app: Data<App>,
    pub signed: SignedIn,
    pub customer: Uuid,
    pub runtime: Handle,
}

/// Sends what is written to it in pieces. Who has gone away ends the writing.
struct Out {
    sender: Sender<io::Result<Bytes>>,
    piece: Vec<u8>,
}

impl Out {
    fn send(&mut self) -> io::Result<()> {
        let piece = std::mem::replace(&mut self.piece, Vec::with_capacity(PIECE));
        self.sender
            .blocking_send(Ok(Bytes::from(piece)))
            .map_err(|_| io::ErrorKind::BrokenPipe.into())
    }
}
impl Write for Out {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.piece.extend_from_slice(bytes);
        if self.piece.len() >= PIECE {
            self.send()?;
        }
        Ok(bytes.len())
    }
    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

type Zip = ZipWriter<StreamWriter<Out>>;

fn broken(error: impl std::fmt::Display) -> Error {
    Error::Internal(error.to_string())
}

impl Making {
    /// Writes the whole archive.
    ///
    /// # Errors
    /// Those of the database and of the place of documents; an end where nobody reads any more.
    pub fn write(&self, own: Map<String, Value>, sender: Sender<io::Result<Bytes>>) -> Result<()> {
        let mut zip = ZipWriter::new_stream(Out {
            sender,
            piece: Vec::with_capacity(PIECE),
        });
        let at = self.app.now();
        let name = own.get("display_name").and_then(Value::as_str).unwrap_or_default().to_owned();
        let organization = own.get("kind").and_then(Value::as_str) == Some("organization");
        let mut sections = vec![self.record(&mut zip, own)?];
        let mut partial = Vec::new();
        for object in kinds() {
            let spec = object.spec();
            if !sees_all(&self.signed.0.actor, spec.object) {
                partial.push(spec.object);
            }
            if self.signed.0.actor.sight(spec.object, "read").is_some() {
                let section = self.part(&mut zip, spec)?;
                sections.extend(Some(section).filter(|s| s.count > 0));
            }
        }
        sections.push(self.changes(&mut zip)?);
        let manifest = json!({
            "customer_id": self.customer, "made_at": at, "made_by": self.signed.0.actor.user_id, "complete": partial.is_empty(), "partial": partial,
            "files": sections.iter().map(|s| json!({"file": s.file, "records": s.count})).collect::<Vec<_>>(),
        });
        self.file(&mut zip, "manifest.json", manifest.to_string().as_bytes())?;
        let archive = Archive {
            name,
            organization,
            at: at.to_string(),
            partial: !partial.is_empty(),
            sections,
        };
        self.file(&mut zip, "index.html", archive.page()?.as_bytes())?;
        let mut out = zip.finish().map_err(broken)?.into_inner();
        out.send().map_err(broken)
    }

    fn start(&self, zip: &mut Zip, name: &str) -> Result<()> {
        // Sizes are known only at the end, and may be beyond 4 GiB.
        zip.start_file(name, SimpleFileOptions::default().large_file(true)).map_err(broken)
    }

    fn file(&self, zip: &mut Zip, name: &str, bytes: &[u8]) -> Result<()> {
        self.start(zip, name)?;
        zip.write_all(bytes).map_err(broken)
    }

    /// Runs a body that reads, and waits for it.
    fn read<T, F>(&self, body: F) -> Result<T>
    where
        T: Send + 'static,
        F: FnOnce(&mut persistence::core::conn::Conn) -> Result<T> + Send + 'static,
    {
        self.runtime.block_on(self.app.db.read(body))
    }

    fn record(&self, zip: &mut Zip, own: Map<String, Value>) -> Result<Section> {
        let spec = &Customer::SPEC;
        let text = serde_json::to_vec_pretty(&own).map_err(broken)?;
        self.file(zip, "record.json", &text)?;
        let names = self.names(spec, &[&own])?;
        Ok(Section {
            items: vec![Item {
                rows: rows(spec, &own, &names),
                files: Vec::new(),
            }],
            fa: "مشخصات".to_owned(),
            en: "Record".to_owned(),
            file: "record.json".to_owned(),
            count: 1,
            cut: false,
        })
    }

    /// All records of one kind, in a file of their own.
    fn part(&self, zip: &mut Zip, spec: &'static Spec) -> Result<Section> {
        let mut section = Section {
            fa: spec.label_fa.to_owned(),
            en: domain::core::field::words(spec.object),
            file: format!("{}.json", spec.object),
            ..Section::default()
        };
        let (mut behind, mut documents) = (Uuid::nil(), Vec::new());
        self.start(zip, &section.file)?;
        zip.write_all(b"[").map_err(broken)?;
        loop {
            let (signed, customer) = (self.signed.clone(), self.customer);
            let (last, page) = self.read(move |conn| {
                let actor = &signed.0.actor;
                let ids = held::ids(conn, spec, customer, behind, PAGE)?;
                let (Some(sight), view) = (actor.sight(spec.object, "read"), View::new(spec, actor, None)?) else {
                    return Ok((None, Vec::new()));
                };
                let mut page = Vec::new();
                for id in &ids {
                    // What is in the trash is held, too.
                    page.extend(read::get(conn, &sight, spec, &view, *id, true)?.map(|(_, text)| text));
                }
                Ok((ids.last().copied().filter(|_| ids.len() == PAGE), page))
            })?;
            let records = page.iter().map(|text| serde_json::from_slice(text).map_err(broken));
            let records: Vec<Map<String, Value>> = records.collect::<Result<_>>()?;
            let names = self.names(spec, &records.iter().collect::<Vec<_>>())?;
            for (record, text) in records.iter().zip(&page) {
                zip.write_all(if section.count == 0 { b"\n" } else { b",\n" }).map_err(broken)?;
                zip.write_all(text).map_err(broken)?;
                section.count += 1;
                section.cut = section.count > SHOWN;
                if !section.cut {
                    section.items.push(Item {
                        rows: rows(spec, record, &names),
                        files: Vec::new(),
                    });
                }
                if spec.object == "documents" {
                    let text = |name: &str| record.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
                    documents.push((text("id"), text("name")));
                }
            }
            match last {
                Some(last) => behind = last,
                None => break,
            }
        }
        zip.write_all(b"\n]\n").map_err(broken)?;
        // Behind the list, since an archive is written one file after the other.
        for (n, (id, name)) in documents.iter().enumerate() {
            let files = self.contents(zip, id, name)?;
            if let Some(item) = section.items.get_mut(n) {
                item.files = files;
            }
        }
        Ok(section)
    }

    /// Every content of a document.
    fn contents(&self, zip: &mut Zip, id: &str, name: &str) -> Result<Vec<File>> {
        let document = Uuid::try_parse(id).map_err(broken)?;
        let mut all: Vec<Version> = Vec::new();
        loop {
            let below = all.last().map_or(i64::MAX, |v| v.number);
            let page = self.read(move |conn| versions::below(conn, document, below, PAGE))?;
            let full = page.len() == PAGE;
            all.extend(page);
            if !full {
                break;
            }
        }
        let (latest, name, mut files) = (all.first().map(|v| v.number), safe(name), Vec::new());
        for version in all {
            let folder = match Some(version.number) == latest {
                true => format!("documents/{id}"),
                false => format!("documents/{id}/version-{}", version.number),
            };
            self.start(zip, &format!("{folder}/{name}"))?;
            let pieces = self.app.contents.read(version.content_id, 0..version.size_bytes.unsigned_abs());
            let mut pieces = self.runtime.block_on(pieces)?;
            while let Some(piece) = self.runtime.block_on(pieces.next()) {
                zip.write_all(&piece.map_err(broken)?).map_err(broken)?;
            }
            files.push(File {
                name: name.clone(),
                href: format!("{folder}/{}", percent(&name)),
            });
        }
        Ok(files)
    }

    /// The changes of the customer's own record, with what they held.
    fn changes(&self, zip: &mut Zip) -> Result<Section> {
        let mut section = Section {
            fa: "دگرگونی‌های مشخصات".to_owned(),
            en: "Changes of the record".to_owned(),
            file: "changes.json".to_owned(),
            ..Section::default()
        };
        self.start(zip, &section.file)?;
        zip.write_all(b"[").map_err(broken)?;
        let mut cursor = None;
        loop {
            let (app, signed) = (self.app.clone(), self.signed.clone());
            let search = Search {
                object: Some("customers".to_owned()),
                record_id: Some(self.customer),
                limit: PAGE,
                cursor,
                ..Search::default()
            };
            let (entries, next) = self.read(move |conn| audit::search(conn, &signed.0.actor, &app.specs(), &search, &app.secret))?;
            for entry in &entries {
                zip.write_all(if section.count == 0 { b"\n" } else { b",\n" }).map_err(broken)?;
                serde_json::to_writer(&mut *zip, entry).map_err(broken)?;
                section.count += 1;
                section.cut = section.count > SHOWN;
                if !section.cut {
                    section.items.push(change(entry));
                }
            }
            match next {
                Some(next) => cursor = Some(next),
                None => break,
            }
        }
        zip.write_all(b"\n]\n").map_err(broken)?;
        Ok(section)
    }

    /// The names of the records that some records refer to.
    fn names(&self, spec: &'static Spec, records: &[&Map<String, Value>]) -> Result<BTreeMap<String, String>> {
        let mut wanted: BTreeMap<&'static str, BTreeSet<Uuid>> = BTreeMap::new();
        let named = |field: &Field| match field.kind {
            Kind::Reference(object) | Kind::References(object) => Some(object),
            _ => None,
        };
        for (field, object) in spec.fields.iter().filter_map(|f| Some((f, named(f)?))) {
            for value in records.iter().filter_map(|r| r.get(field.name)) {
                let ids = value.as_array().map_or(std::slice::from_ref(value), Vec::as_slice);
                let ids = ids.iter().filter_map(|id| Uuid::try_parse(id.as_str()?).ok());
                wanted.entry(object).or_default().extend(ids);
            }
        }
        let signed = self.signed.clone();
        self.read(move |conn| {
            let mut names = BTreeMap::new();
            for (object, ids) in wanted {
                let ids: Vec<Uuid> = ids.into_iter().collect();
                for some in ids.chunks(PAGE) {
                    let found = held::names(conn, &signed.0.actor, object, some)?;
                    names.extend(found.into_iter().map(|(id, name)| (id.to_string(), name)));
                }
            }
            Ok(names)
        })
    }
}

/// A change as the page shows it.
fn change(entry: &AuditEntry) -> Item {
    let row = |fa: &str, en: &str, lines: Vec<String>| Row {
        fa: fa.to_owned(),
        en: en.to_owned(),
        lines,
    };
    let text = |value: &Value| match value {
        Value::Null => "∅".to_owned(),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    let fields = entry.changes.iter().map(|c| match c.before.is_null() {
        true => format!("{}: {}", c.field, text(&c.after)),
        false => format!("{}: {} → {}", c.field, text(&c.before), text(&c.after)),
    });
    let fields: Vec<String> = fields.collect();
    let mut rows = vec![
        row("زمان", "When", vec![entry.at.to_string()]),
        row("کار", "What", vec![entry.op.clone()]),
    ];
    rows.extend(Some(row("فیلدها", "Fields", fields)).filter(|r| !r.lines.is_empty()));
    Item { rows, files: Vec::new() }
}
