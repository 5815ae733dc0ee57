//! The lines of documents: what they leave open is the product's.
use super::known;
use crate::core::conn::Conn;
use domain::catalog::product::{Product, ProductStatus};
use domain::core::error::Result;
use domain::core::money::currency;
use domain::core::pipeline::Context;
use domain::core::problem::{Code, Problems};
use domain::orders::line::SalesLine;
use domain::orders::warehouse::Warehouse;

/// Completes lines from the catalogue, and notes what is wrong with them. What a line said before it may go on saying, though the product is
/// no longer sold or out of sight.
///
/// # Errors
/// Those of the database.
pub fn complete(
    conn: &mut Conn,
    context: &Context<'_>,
    before: &[SalesLine],
    lines: &mut [SalesLine],
    code: &str,
    problems: &mut Problems,
) -> Result<()> {
    let in_currency = currency(code).ok();
    for (i, line) in lines.iter_mut().enumerate() {
        let old = before.iter().find(|old| old.line == line.line);
        if let Some(id) = line.product_id {
            let same = old.is_some_and(|old| old.product_id == Some(id));
            match known::<Product>(conn, context, id.uuid())? {
                Some(product) => {
                    if !same && (product.status != ProductStatus::Active || !product.variant_by.is_empty()) {
                        problems.with(
                            format!("/lines/{i}/product_id"),
                            Code::Conflict,
                            vec![("with", "status".to_owned())],
                        );
                    }
                    if product.whole_units && !line.quantity.value().is_integer() {
                        problems.with(
                            format!("/lines/{i}/quantity"),
                            Code::Format,
                            vec![("format", "a whole number".to_owned())],
                        );
                    }
                    line.fill(&product, in_currency);
                }
                None if same => {}
                None => problems.add(format!("/lines/{i}/product_id"), Code::NotFound),
            }
        }
        if let Some(id) = line.warehouse_id {
            let same = old.is_some_and(|old| old.warehouse_id == Some(id));
            if !same && known::<Warehouse>(conn, context, id.uuid())?.is_none() {
                problems.add(format!("/lines/{i}/warehouse_id"), Code::NotFound);
            }
        }
        line.complete(i, problems);
    }
    Ok(())
}
