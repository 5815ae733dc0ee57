//! Categories of products, kept a tree.
use super::lock;
use crate::core::conn::Conn;
use crate::{row, sql, store};
use domain::catalog::category::ProductCategory;
use domain::core::error::{Error, Result};
use domain::core::problem::{Code, Problems};

row! { ProductCategory in product_categories {
    name: Plain,
    name_en: Maybe,
    name_fa: Maybe,
    parent_id: Maybe,
    description: Maybe,
} hidden {
    search = ProductCategory::search_text,
} }
store! { ProductCategory, derive |conn, before, after, _context| keep_tree(conn, before, after) }

/// No category is above itself, none is below one that is gone, and none goes while others or products are in it.
fn keep_tree(conn: &mut Conn, before: Option<&ProductCategory>, after: Option<&ProductCategory>) -> Result<()> {
    let Some(category) = after else {
        lock(conn)?;
        let id = before.map(|c| c.base.id.uuid());
        let inside = sql!(
            "SELECT 1 FROM product_categories WHERE parent_id = ? AND deleted_at IS NULL UNION ALL \
             SELECT 1 FROM products WHERE category_id = ? AND deleted_at IS NULL LIMIT 1",
            id,
            id
        );
        return match conn.row(&inside, |_| Ok(()))? {
            Some(()) => Err(Error::Conflict("in_use")),
            None => Ok(()),
        };
    };
    let Some(parent) = category.parent_id else { return Ok(()) };
    if before.is_some_and(|b| b.parent_id == category.parent_id) {
        return Ok(());
    }
    lock(conn)?;
    let above = sql!(
        "WITH RECURSIVE above (id, parent_id) AS (SELECT id, parent_id FROM product_categories WHERE id = ? UNION \
         SELECT c.id, c.parent_id FROM product_categories c JOIN above a ON c.id = a.parent_id) SELECT id FROM above",
        parent.uuid()
    );
    if conn.ids(&above)?.contains(&category.base.id.uuid()) {
        let mut problems = Problems::default();
        problems.with("/parent_id", Code::Conflict, vec![("with", "/id".to_owned())]);
        return Err(problems.into());
    }
    let there = sql!(
        "SELECT 1 FROM product_categories WHERE id = ? AND deleted_at IS NULL",
        parent.uuid()
    );
    match conn.row(&there, |_| Ok(()))? {
        Some(()) => Ok(()),
        None => Err(Error::Conflict("parent_deleted")),
    }
}
