//! The lines of deals: what they leave open is the product's, and what they come to is what the deal is worth. Beside the deal stands what
//! it comes to by product, so that a forecast by product is one statement.
use crate::core::conn::Conn;
use crate::core::money;
use crate::orders::known;
use crate::sql;
use domain::catalog::product::{Product, ProductStatus};
use domain::core::error::Result;
use domain::core::pipeline::Context;
use domain::core::problem::{Code, Problems};
use domain::sales::line::{count, sold};
use domain::sales::opportunity::Opportunity;

/// Completes lines and counts what a deal is worth by them. Without lines its worth is the seller's own number.
pub(super) fn settle(conn: &mut Conn, before: Option<&Opportunity>, deal: &mut Opportunity, context: &Context<'_>) -> Result<Problems> {
    let mut problems = Problems::default();
    let old = before.map(|b| b.lines.as_slice()).unwrap_or_default();
    for (i, line) in deal.lines.iter_mut().enumerate() {
        let Some(id) = line.product_id else { continue };
        // What a line said before it may go on saying, though the product is no longer sold or out of sight.
        let same = old.iter().any(|old| old.product_id == Some(id));
        let at = format!("/lines/{i}/product_id");
        match known::<Product>(conn, context, id.uuid())? {
            Some(product) if !same && product.status != ProductStatus::Active => {
                problems.with(at, Code::Conflict, vec![("with", "status".to_owned())]);
            }
            Some(product) => line.fill(&product),
            None if same => {}
            None => problems.add(at, Code::NotFound),
        }
    }
    if !problems.0.is_empty() {
        return Ok(problems);
    }
    let sum = match count(&mut deal.lines) {
        Ok(sum) => sum,
        Err(wrong) => return Ok(wrong),
    };
    if let Some(sum) = sum {
        // An amount that is given beside lines is either theirs or a mistake.
        if deal.amount.is_some_and(|amount| amount != sum) && deal.amount != before.and_then(|b| b.amount) {
            problems.with("/amount", Code::Conflict, vec![("with", "/lines".to_owned())]);
        }
        deal.amount = Some(sum);
    }
    Ok(problems)
}

/// Keeps in step what a deal comes to by product.
pub(super) fn keep(conn: &mut Conn, before: Option<&Opportunity>, after: Option<&Opportunity>) -> Result<()> {
    let sums = |deal: Option<&Opportunity>| deal.map(sold).unwrap_or_default();
    let (old, new) = (sums(before), sums(after));
    let Some(deal) = after.or(before).map(|d| d.base.id.uuid()).filter(|_| old != new) else {
        return Ok(());
    };
    conn.execute(&sql!("DELETE FROM opportunity_products WHERE opportunity_id = ?", deal))?;
    for (place, (product, amount)) in new.into_iter().enumerate() {
        conn.execute(&sql!(
            "INSERT INTO opportunity_products (opportunity_id, place, product_id, amount_units, amount_micros) VALUES (?, ?, ?, ?, ?)",
            deal,
            place as i64,
            product,
            money::units(amount),
            money::micros(amount)
        ))?;
    }
    Ok(())
}
