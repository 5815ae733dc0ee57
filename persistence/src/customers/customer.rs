//! Customers, and the keys they are found by.
use crate::core::columns::{Json, Word};
use crate::core::conn::Conn;
use crate::core::sql::Sql;
use crate::schema::customers;
use chrono::NaiveDate;
use domain::access::user::User;
use domain::core::error::Result;
use domain::core::id::Id;
use domain::customers::address::Address;
use domain::customers::bank_account::BankAccount;
use domain::customers::contact_point::ContactPoint;
use domain::customers::customer::{CreditClass, Customer, CustomerKind, Gender, LifecycleStage};
use std::collections::BTreeSet;

row! { CustomerRow in customers <=> Customer {
    kind: Word<CustomerKind>,
    given_name: Option<String>,
    family_name: Option<String>,
    organization_name: Option<String>,
    display_name: String,
    national_id: Option<String>,
    legal_id: Option<String>,
    birth_date: Option<NaiveDate>,
    gender: Option<Word<Gender>>,
    identifying_features: Option<String>,
    lifecycle_stage: Word<LifecycleStage>,
    province: Option<String>,
    city: Option<String>,
    district: Option<String>,
    country: Option<String>,
    interests: Json<Vec<String>>,
    tastes: Option<String>,
    tendencies: Option<String>,
    buying_habits: Option<String>,
    field_of_work: Option<String>,
    job_class: Option<String>,
    job_title: Option<String>,
    credit_class: Option<Word<CreditClass>>,
    access_class: Option<String>,
    customer_group: Option<String>,
    language: String,
    notes: Option<String>,
    marketer_id: Option<Id<User>>,
    referrer_id: Option<Id<Customer>>,
    liaison_id: Option<Id<User>>,
    contact_points: Json<Vec<ContactPoint>>,
    addresses: Json<Vec<Address>>,
    bank_accounts: Json<Vec<BankAccount>>,
} hidden {
    search: String = Customer::search_text,
} }
store! { Customer, CustomerRow in customers, derive |conn, before, after, _context| keep_keys(conn, before, after) }

fn keys(customer: Option<&Customer>) -> BTreeSet<(&'static str, String)> {
    customer.into_iter().flat_map(|c| &c.contact_points).filter_map(ContactPoint::key).collect()
}

/// Keeps the telephone numbers and email addresses by which a customer is found in step with its contact points.
fn keep_keys(conn: &mut Conn, before: Option<&Customer>, after: Option<&Customer>) -> Result<()> {
    let Some(id) = after.or(before).map(|c| c.base.id.uuid()) else { return Ok(()) };
    let (old, new) = (keys(before), keys(after));
    for (kind, value) in old.difference(&new) {
        let sql = Sql::new("DELETE FROM customer_keys WHERE kind = ").bind(*kind).text(" AND value = ").bind(value.as_str());
        conn.execute(&sql.text(" AND customer_id = ").bind(id))?;
    }
    for (kind, value) in new.difference(&old) {
        let sql = Sql::new("INSERT INTO customer_keys (kind, value, customer_id) VALUES (").bind(*kind).text(", ").bind(value.as_str());
        conn.execute(&sql.text(", ").bind(id).text(")"))?;
    }
    Ok(())
}
