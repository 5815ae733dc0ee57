//! Writes the demo's data, all of it through the API: first what others refer to, then the customers, then what ties them together,
//! several at a time because writes that wait together share one commit.
use super::client::Client;
use super::configurable;
use super::draw::Draw;
use super::goods;
use super::house::{self, GROUPS, Made};
use super::{people, trade};
use serde_json::{Value, json};
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};

/// How many requests are under way at once.
const AT_ONCE: usize = 8;

/// What is written: the same for the same seed and size.
#[derive(Debug, Clone, Copy)]
pub struct Plan {
    pub seed: u64,
    /// How many customers.
    pub size: u64,
}

impl Plan {
    /// How many requests it takes, nearly: a customer has about one tie and every second one is in a group.
    pub fn about(self) -> u64 {
        66 + self.size + self.size * 6 / 5
    }
}

/// Writes it all, telling `progress` after each record. What is there already stays.
///
/// # Errors
/// What the server refused, in its words; what was written before stays.
pub fn fill(client: &Client, plan: Plan, progress: &(impl Fn() + Sync)) -> Result<u64, String> {
    let Plan { seed, size } = plan;
    let done = AtomicU64::new(0);
    let write = |records: &mut (dyn Iterator<Item = Made> + Send)| {
        at_once(records, |made| {
            client.make(&made)?;
            done.fetch_add(1, Ordering::Relaxed);
            progress();
            Ok(())
        })
    };
    let head = client.list("/units?sort=created_at&limit=1")?;
    let head = head.first().and_then(|u| u["id"].as_str()).ok_or("there is no head office")?;
    // In order: the agency hangs below a branch.
    for unit in house::units(seed, head) {
        write(&mut std::iter::once(unit))?;
    }
    write(&mut house::roles(seed).into_iter())?;
    let roles = client.list("/roles?limit=200")?;
    let role = |name: &str| {
        roles
            .iter()
            .find(|r| r["name"] == name)
            .and_then(|r| r["id"].as_str())
            .map(str::to_owned)
    };
    write(&mut house::users(seed, head, role).into_iter())?;
    write(&mut house::custom_fields(seed).into_iter().chain(house::groups(seed)))?;
    // In order: what is below comes after what is above, and a bundle after its parts.
    for one in goods::categories(seed).into_iter().chain(goods::products(seed)) {
        write(&mut std::iter::once(one))?;
    }
    for one in configurable::models(seed).into_iter().chain(goods::prices(seed)) {
        write(&mut std::iter::once(one))?;
    }
    write(&mut (1..=size).map(|n| customer(seed, n)))?;
    write(&mut (1..=size).flat_map(|n| ties(seed, n)))?;
    write(&mut trade::warehouses(seed).into_iter())?;
    write(&mut trade::papers(seed, size).into_iter())?;
    for (n, step) in trade::steps(seed, size).into_iter().enumerate() {
        client.send(&step.path, &format!("demo-{seed}-{n}"), &step.body)?;
        done.fetch_add(1, Ordering::Relaxed);
        progress();
    }
    Ok(done.into_inner())
}

/// Customer `n` with what a demo knows beside the customer itself: whose it is, and the organization's own fields.
fn customer(seed: u64, n: u64) -> Made {
    let mut body = people::customer(seed, n);
    let mut draw = Draw::new(seed, "belongs", n);
    let city = body
        .get("addresses")
        .and_then(|a| a[0]["city"].as_str())
        .unwrap_or_default()
        .to_owned();
    body.insert("owner_id".to_owned(), house::seller(seed, &mut draw, &city).to_string().into());
    if draw.percent(20) {
        body.insert("liaison_id".to_owned(), house::seller(seed, &mut draw, "").to_string().into());
    }
    body.insert("custom".to_owned(), Value::Object(house::custom(seed, n, &mut draw, &city)));
    Made {
        path: "/customers",
        id: house::id(seed, "/customers", n),
        body: Value::Object(body),
    }
}

/// What ties customer `n` to others: employer, parent company, relative, referrer, groups.
fn ties(seed: u64, n: u64) -> Vec<Made> {
    let customer = |n| house::id(seed, "/customers", n).to_string();
    let relation = |from: u64, to: u64, kind: &str, since: Option<String>| Made {
        path: "/relationships",
        id: house::id(seed, kind, n),
        body: json!({"from_id": customer(from), "to_id": customer(to), "kind": kind, "from_date": since}),
    };
    let mut draw = Draw::new(seed, "ties", n);
    let since = |draw: &mut Draw| Some(format!("{}-{:02}-01", draw.between(2008, 2025), draw.between(1, 12)));
    let mut all = Vec::new();
    all.extend(people::employer(seed, n).map(|to| relation(n, to, "employee", since(&mut draw))));
    all.extend(people::parent(seed, n).map(|to| relation(n, to, "subsidiary", since(&mut draw))));
    all.extend(people::referrer(seed, n).map(|by| relation(by, n, "referrer", None)));
    if people::is_relative(seed, n) {
        all.push(relation(n, n - 1, "relative", None));
    }
    for (group, (_, _, percent)) in (0..).zip(&GROUPS) {
        if draw.percent(*percent) {
            all.push(Made {
                path: "/group-members",
                id: house::id(seed, &format!("group {group}"), n),
                body: json!({"group_id": house::id(seed, "/groups", group).to_string(), "customer_id": customer(n)}),
            });
        }
    }
    all
}

/// Works through a stream with several threads; the first failure ends it.
fn at_once<T: Send>(items: &mut (dyn Iterator<Item = T> + Send), work: impl Fn(T) -> Result<(), String> + Sync) -> Result<(), String> {
    let (items, failed) = (Mutex::new(items), Mutex::new(None));
    let next = || {
        let failed = failed.lock().is_ok_and(|f: std::sync::MutexGuard<'_, Option<String>>| f.is_some());
        if failed { None } else { items.lock().ok()?.next() }
    };
    std::thread::scope(|scope| {
        for _ in 0..AT_ONCE {
            scope.spawn(|| {
                while let Some(item) = next() {
                    if let Err(why) = work(item)
                        && let Ok(mut failed) = failed.lock()
                    {
                        failed.get_or_insert(why);
                    }
                }
            });
        }
    });
    match failed.into_inner() {
        Ok(None) => Ok(()),
        Ok(Some(why)) => Err(why),
        Err(poisoned) => Err(poisoned.to_string()),
    }
}
