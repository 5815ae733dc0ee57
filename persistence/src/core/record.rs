//! `row!` and `store!`: a record's row in its table, and the plain diesel that keeps it. They expand to code for one table; nothing
//! generic over databases is left.

/// Declares the row of a record: the base's columns, then its own, and both conversions by exhaustive destructuring. Behind
/// `hidden`, columns that the record does not have, each with how it is made from the record.
#[macro_export]
macro_rules! row {
    ($row:ident in $table:ident <=> $record:ident { $($field:ident : $column:ty),* $(,)? } $(hidden { $($hidden:ident : $hidden_column:ty = $make:expr),* $(,)? })?) => {
        #[derive(Debug, diesel::Queryable, diesel::Selectable, diesel::Insertable, diesel::AsChangeset)]
        #[diesel(table_name = $table, treat_none_as_null = true, treat_none_as_default_value = false)]
        pub(crate) struct $row {
            id: domain::core::id::Id,
            version: i64,
            created_at: domain::core::instant::Instant,
            updated_at: domain::core::instant::Instant,
            created_by: Option<domain::core::id::Id<domain::access::user::User>>,
            updated_by: Option<domain::core::id::Id<domain::access::user::User>>,
            owner_id: Option<domain::core::id::Id<domain::access::user::User>>,
            unit_id: Option<domain::core::id::Id<domain::access::unit::Unit>>,
            $($field: $column,)*
            external_ids: $crate::core::columns::Json<std::collections::BTreeMap<String, String>>,
            custom: $crate::core::columns::Json<serde_json::Map<String, serde_json::Value>>,
            $($($hidden: $hidden_column,)*)?
        }
        impl From<&$record> for $row {
            fn from(record: &$record) -> Self {
                use $crate::core::columns::{Json, Stored};
                let $record { base, $($field),* } = record;
                $row {
                    id: base.id,
                    version: base.version,
                    created_at: base.created_at,
                    updated_at: base.updated_at,
                    created_by: base.created_by,
                    updated_by: base.updated_by,
                    owner_id: base.owner_id,
                    unit_id: base.unit_id,
                    $($field: Stored::keep($field),)*
                    external_ids: Json(base.external_ids.clone()),
                    custom: Json(base.custom.clone()),
                    $($($hidden: $make(record),)*)?
                }
            }
        }
        impl From<$row> for $record {
            fn from(row: $row) -> Self {
                use $crate::core::columns::Stored;
                let $row {
                    id, version, created_at, updated_at, created_by, updated_by, owner_id, unit_id, $($field,)* external_ids, custom, ..
                } = row;
                let base = domain::core::base::Base {
                    id, version, created_at, updated_at, created_by, updated_by, owner_id, unit_id, external_ids: external_ids.0, custom: custom.0,
                };
                $record { base, $($field: Stored::give($field)),* }
            }
        }
    };
}

/// Keeps a record in its table. `derive` is what must be kept in step with it: keys to find it by, a tree.
#[macro_export]
macro_rules! store {
    ($record:ident, $row:ident in $table:ident) => {
        $crate::store! { $record, $row in $table, derive |_conn, _before, _after, _context| Ok(()) }
    };
    ($record:ident, $row:ident in $table:ident, derive |$conn:ident, $before:ident, $after:ident, $context:ident| $derive:expr) => {
        impl domain::core::pipeline::Store<$record> for $crate::core::conn::Conn {
            fn load(
                &mut self,
                id: domain::core::id::Id,
                sight: &domain::core::actor::Sight<'_>,
                trashed: bool,
            ) -> domain::core::error::Result<Option<$record>> {
                use diesel::{ExpressionMethods, NullableExpressionMethods, OptionalExtension, QueryDsl, RunQueryDsl, SelectableHelper};
                let found = $crate::on!(self, |c| {
                    $table::table
                        .filter($table::id.eq(id))
                        .filter($table::deleted_at.is_not_null().eq(trashed))
                        .select($row::as_select())
                        .get_result(c)
                        .optional()
                })
                .map_err($crate::core::conn::fault)?;
                let Some(record) = found.map(<$record>::from) else { return Ok(None) };
                let base = &record.base;
                let seen = sight.covers(base.owner_id.map(|i| i.uuid()), base.unit_id.map(|i| i.uuid())) || $crate::core::share::given(self, sight, id.uuid())?;
                Ok(seen.then_some(record))
            }
            fn insert(&mut self, record: &$record) -> domain::core::error::Result<()> {
                use diesel::RunQueryDsl;
                let row = $row::from(record);
                $crate::on!(self, |c| diesel::insert_into($table::table).values(row).execute(c)).map_err($crate::core::conn::fault)?;
                Ok(())
            }
            fn update(&mut self, record: &$record, seen: i64) -> domain::core::error::Result<bool> {
                use diesel::{ExpressionMethods, QueryDsl, RunQueryDsl};
                let row = $row::from(record);
                let target = $table::table.filter($table::id.eq(record.base.id)).filter($table::version.eq(seen));
                Ok($crate::on!(self, |c| diesel::update(target).set(&row).execute(c)).map_err($crate::core::conn::fault)? == 1)
            }
            fn trash(
                &mut self,
                record: &$record,
                seen: i64,
                at: Option<domain::core::instant::Instant>,
            ) -> domain::core::error::Result<bool> {
                use diesel::{ExpressionMethods, QueryDsl, RunQueryDsl};
                let base = &record.base;
                let target = $table::table.filter($table::id.eq(base.id)).filter($table::version.eq(seen));
                let set = (
                    $table::version.eq(base.version),
                    $table::updated_at.eq(base.updated_at),
                    $table::updated_by.eq(base.updated_by),
                    $table::deleted_at.eq(at),
                );
                Ok($crate::on!(self, |c| diesel::update(target).set(set).execute(c)).map_err($crate::core::conn::fault)? == 1)
            }
            fn derive(
                &mut self,
                $before: Option<&$record>,
                $after: Option<&$record>,
                $context: &domain::core::pipeline::Context<'_>,
            ) -> domain::core::error::Result<()> {
                let $conn = self;
                $derive
            }
        }
    };
}
