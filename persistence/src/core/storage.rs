//! What the pipeline asks of storage, answered by a connection in a write's transaction.
use super::conn::Conn;
use super::sql::Sql;
use super::{changes, custom, external, merged, notifications, read};
use crate::sql;
use domain::core::actor::Sight;
use domain::core::base::Base;
use domain::core::error::Result;
use domain::core::field::Field;
use domain::core::pipeline::{Entry, Storage};
use domain::core::problem::Problems;
use uuid::Uuid;

impl Storage for Conn {
    fn sees(&mut self, object: &str, id: Uuid, sight: &Sight<'_>) -> Result<bool> {
        read::exists(self, sight, object, id)
    }
    fn hold(&mut self, object: &'static str, id: Uuid) -> Result<()> {
        // On the embedded database one write runs at a time anyway.
        if self.is_sqlite() {
            return Ok(());
        }
        let sql = Sql::new(format!("SELECT 1 FROM {object} WHERE id = ")).bind(id).text(" FOR UPDATE");
        self.row(&sql, |_| Ok(())).map(|_| ())
    }
    fn note(&mut self, entry: Entry<'_>) -> Result<()> {
        changes::append(self, &entry)?;
        notifications::assigned(self, &entry)
    }
    fn unit_of(&mut self, user: Uuid) -> Result<Option<Option<Uuid>>> {
        let sql = sql!("SELECT works_in_id FROM users WHERE deleted_at IS NULL AND id = ?", user);
        self.row(&sql, |row| row.uuid(0))
    }
    fn name_externally(&mut self, object: &'static str, id: Uuid, before: &Base, after: &Base) -> Result<Problems> {
        external::keep(self, object, id, before, after)
    }
    fn customize(&mut self, object: &'static str, id: Uuid, before: Option<&Base>, after: &mut Base) -> Result<Problems> {
        custom::keep(self, object, id, before, after)
    }
    fn successor(&mut self, object: &str, id: Uuid) -> Result<Option<Uuid>> {
        merged::survivor(self, object, id)
    }
    fn point(&mut self, object: &str, id: Uuid, field: &Field, to: &serde_json::Value) -> Result<()> {
        merged::point(self, object, id, field, to)
    }
}
