//! What was measured, held against the limits: as a table for people and as JSON for programs. Every number is the median of the rounds,
//! and every ratio the median of ratios taken within one round, because the machine's speed changes between them.
use crate::work::Work;
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// One server, one kind of work, so many connections, one round.
#[derive(Debug, Clone, Default)]
pub struct Point {
    pub rate: f64,
    pub p50: f64,
    pub p95: f64,
    pub p99: f64,
    pub cpu: f64,
    pub database_cpu: f64,
    /// Requests per second of the constant page in the same round.
    pub page_rate: f64,
    /// The same statements bare in the same round: operations per second and processor time of one.
    pub bare: Option<(f64, f64)>,
    /// PocketBase right before and after: operations per second and processor time of one.
    pub pocketbase: Option<(f64, f64)>,
}

impl Point {
    /// How many times as fast as PocketBase beside it; not a number where that was not measured.
    fn of_pocketbase(&self) -> f64 {
        self.pocketbase.map_or(f64::NAN, |(rate, _)| self.rate / rate)
    }
}

/// The points of all rounds, by server, customers, work and connections.
pub type Points = BTreeMap<(String, u64, &'static str, usize), Vec<Point>>;

/// The middle of some numbers; not a number when there are none.
pub fn median(values: impl IntoIterator<Item = f64>) -> f64 {
    let mut all: Vec<f64> = values.into_iter().filter(|v| v.is_finite()).collect();
    all.sort_by(f64::total_cmp);
    match all.len() {
        0 => f64::NAN,
        n if n % 2 == 1 => all[n / 2],
        n => f64::midpoint(all[n / 2 - 1], all[n / 2]),
    }
}

/// A number for people.
fn show(value: f64, digits: usize) -> String {
    if value.is_finite() {
        format!("{value:.digits$}")
    } else {
        "-".to_owned()
    }
}

/// A promise, and what was found.
#[derive(Debug, Clone)]
pub struct Limit {
    pub what: String,
    pub found: f64,
    pub bound: f64,
    /// Whether the bound is the most it may be; else it is the least.
    pub most: bool,
}

impl Limit {
    fn most(what: impl Into<String>, found: f64, bound: f64) -> Limit {
        Limit {
            what: what.into(),
            found,
            bound,
            most: true,
        }
    }
    fn least(what: impl Into<String>, found: f64, bound: f64) -> Limit {
        Limit {
            what: what.into(),
            found,
            bound,
            most: false,
        }
    }
    pub fn held(&self) -> bool {
        if self.most {
            self.found <= self.bound
        } else {
            self.found >= self.bound
        }
    }
}

/// What users run today, in operations per second at 32 connections on a machine of the same kind, with 100 000 customers: W1 to W6,
/// then rows imported per second. Measured once; see `docs/benchmarks.md`. The first counts only where it was not measured in this run.
const OTHERS: [(&str, [f64; 7]); 7] = [
    ("PocketBase 0.40", [4188.0, 742.0, 1566.0, 2001.0, 202.0, 629.0, 2056.0]),
    ("Corteza", [548.0, 7.1, 227.0, 323.0, 6.6, 1.6, 10_988.0]),
    ("Dolibarr", [255.0, 38.0, 182.0, 165.0, 78.0, 43.0, 97.0]),
    ("Odoo 17", [106.0, 30.0, 37.0, 56.0, 29.0, 22.0, 293.0]),
    ("Frappe CRM", [133.0, 38.0, 84.0, 43.0, 33.0, 4.8, 55.0]),
    ("Tryton 6", [94.0, 38.0, 47.0, 118.0, 8.4, 18.0, 152.0]),
    ("Django-CRM", [6.7, 4.6, 81.0, 90.0, 4.5, 9.0, 118.0]),
];
/// The work that they were measured with.
pub const WORKS: [&str; 7] = ["W1", "W2", "W3", "W4", "W5", "W6", "W7"];
/// How many connections a kind of work is compared at.
fn connections(work: &str) -> usize {
    if work == "W7" { 1 } else { 32 }
}

/// Of some sizes the one at which limits are held.
pub fn limited(sizes: &[u64]) -> Option<u64> {
    let hundred = sizes.iter().find(|size| **size == 100_000);
    hundred.or(sizes.iter().max()).copied()
}

/// All that is held against limits.
pub struct Report {
    pub points: Points,
    /// Memory of each server, at its start and at rest after all work, in bytes.
    pub memory: BTreeMap<(String, u64), (u64, u64)>,
    /// The constant page: connections to requests per second, processor time, and the generator's own processor time.
    pub page: BTreeMap<usize, (f64, f64, f64)>,
    /// The version of the PocketBase that was measured beside; nothing when none was.
    pub pocketbase: Option<String>,
    /// Statements behind each kind of work.
    pub texts: BTreeMap<&'static str, Vec<String>>,
}

impl Report {
    fn of(&self, engine: &str, size: u64, work: &str, connections: usize, number: impl Fn(&Point) -> f64) -> f64 {
        let key = self
            .points
            .iter()
            .find(|((e, s, w, c), _)| e == engine && *s == size && *w == work && *c == connections);
        median(key.into_iter().flat_map(|(_, points)| points.iter().map(&number)))
    }

    fn sizes(&self) -> Vec<u64> {
        let mut all: Vec<u64> = self
            .points
            .keys()
            .filter(|(e, ..)| e == "SQLite")
            .map(|(_, size, ..)| *size)
            .collect();
        all.dedup();
        all
    }

    /// The limits that this run says something about.
    pub fn limits(&self) -> Vec<Limit> {
        let sizes = self.sizes();
        let (Some(&small), Some(&large), Some(at)) = (sizes.first(), sizes.last(), limited(&sizes)) else {
            return Vec::new();
        };
        let is = |work: &str, number: &dyn Fn(&Point) -> f64| self.of("SQLite", at, work, 32, number);
        let rate = |p: &Point| p.bare.map_or(f64::NAN, |(rate, _)| p.rate / rate);
        let cost = |p: &Point| p.bare.map_or(f64::NAN, |(_, cpu)| p.cpu / cpu);
        let mut all = vec![
            Limit::least("W1: requests/s of the constant page", is("W1", &|p| p.rate / p.page_rate), 0.35),
            Limit::most("W2: processor time of the bare statements", is("W2", &cost), 2.0),
            Limit::least("W3: writes/s of the bare statements", is("W3", &rate), 0.5),
            Limit::most("W3: p99 of p50", is("W3", &|p| p.p99 / p.p50), 5.0),
            Limit::most("W5: processor time of the bare statements", is("W5", &cost), 2.5),
            Limit::most("W6: processor time of the bare statements", is("W6", &cost), 1.5),
            Limit::least("W7: rows/s of the bare inserts", self.of("SQLite", at, "W7", 1, rate), 0.5),
            Limit::most("W8: processor time of the bare statements", is("W8", &cost), 1.3),
            Limit::most("W9: processor time of the bare statements", is("W9", &cost), 1.3),
            Limit::least("W10: writes/s of the bare statements", is("W10", &rate), 0.5),
        ];
        if large > small {
            for (work, bound) in [("W1", 1.3), ("W2", 1.5), ("W3", 1.3), ("W5", 1.5), ("W6", 1.3)] {
                let cpu = |size| self.of("SQLite", size, work, 32, |p| p.cpu);
                all.push(Limit::most(
                    format!("{work}: processor time at {large} of that at {small}"),
                    cpu(large) / cpu(small),
                    bound,
                ));
            }
        }
        if let Some((start, rest)) = self.memory.get(&("SQLite".to_owned(), large)) {
            all.push(Limit::most(
                format!("MB at rest with {large}, after its start"),
                *start as f64 / 1e6,
                150.0,
            ));
            all.push(Limit::most(
                format!("MB at rest with {large}, after all work"),
                *rest as f64 / 1e6,
                150.0,
            ));
        }
        for (i, work) in WORKS.into_iter().enumerate() {
            let found = |number: &dyn Fn(&Point) -> f64| self.of("SQLite", at, work, connections(work), number);
            let ours = found(&|p| p.rate);
            let best = OTHERS[1..].iter().map(|(_, all)| all[i]).fold(0.0, f64::max);
            let (box_, crm) = match work {
                "W3" | "W4" => (3.0, 20.0),
                "W7" => (1.0, 1.0),
                _ => (5.0, 50.0),
            };
            let (name, once) = (OTHERS[0].0, OTHERS[0].1[i]);
            all.push(match found(&Point::of_pocketbase) {
                times if times.is_finite() => Limit::least(format!("{work}: times {name}"), times, box_),
                _ => Limit::least(format!("{work}: times {name} as it once was"), ours / once, box_),
            });
            all.push(Limit::least(format!("{work}: times the fastest CRM"), ours / best, crm));
        }
        all.retain(|limit| limit.found.is_finite());
        all
    }

    /// The table for people.
    pub fn print(&self) {
        println!(
            "\n{:<20} {:>2} {:>9} {:>9} {:>9} {:>9} {:>9} {:>9}",
            "constant page, 1 KB", "c", "req/s", "", "", "", "CPU µs", "client µs"
        );
        for (c, (rate, cpu, own)) in &self.page {
            println!("{:<20} {c:>2} {rate:>9.0} {:>9} {:>9} {:>9} {cpu:>9.1} {own:>9.1}", "", "", "", "");
        }
        println!(
            "\n{:<10} {:>9} {:<18} {:>2} {:>9} {:>8} {:>8} {:>8} {:>8} {:>8} {:>9} {:>8} {:>7} {:>7} {:>7}",
            "database",
            "customers",
            "work",
            "c",
            "per s",
            "p50 µs",
            "p95 µs",
            "p99 µs",
            "CPU µs",
            "+db µs",
            "bare/s",
            "bare µs",
            "/page",
            "/bare",
            "CPU/b"
        );
        for ((engine, size, work, c), points) in &self.points {
            let m = |number: &dyn Fn(&Point) -> f64| median(points.iter().map(number));
            let bare = |p: &Point| p.bare.unwrap_or((f64::NAN, f64::NAN));
            let title = Work::ALL.iter().find(|w| w.code() == *work).map_or("import", |w| w.title());
            println!(
                "{engine:<10} {size:>9} {:<18} {c:>2} {:>9} {:>8} {:>8} {:>8} {:>8} {:>8} {:>9} {:>8} {:>7} {:>7} {:>7}",
                format!("{work} {title}"),
                show(m(&|p| p.rate), 0),
                show(m(&|p| p.p50), 0),
                show(m(&|p| p.p95), 0),
                show(m(&|p| p.p99), 0),
                show(m(&|p| p.cpu), 1),
                show(m(&|p| p.database_cpu), 1),
                show(m(&|p| bare(p).0), 0),
                show(m(&|p| bare(p).1), 1),
                show(m(&|p| p.rate / p.page_rate), 3),
                show(m(&|p| p.rate / bare(p).0), 3),
                show(m(&|p| p.cpu / bare(p).1), 2),
            );
        }
        for ((engine, size), (start, rest)) in &self.memory {
            println!(
                "{engine} {size}: {:.0} MB after the start, {:.0} MB at rest after all work",
                *start as f64 / 1e6,
                *rest as f64 / 1e6
            );
        }
        self.print_others();
        println!();
        for limit in self.limits() {
            let (sign, word) = (if limit.most { "≤" } else { "≥" }, if limit.held() { "held" } else { "NOT HELD" });
            println!("{:<62} {:>9.2} {sign} {:<6} {word}", limit.what, limit.found, limit.bound);
        }
    }

    /// What users run today: PocketBase as it was measured beside, and the numbers that were measured once.
    fn print_others(&self) {
        let head = |title: &str| println!("\n{title:<18} {}", WORKS.map(|w| format!("{w:>8}")).join(""));
        if let (Some(version), Some(at)) = (&self.pocketbase, limited(&self.sizes())) {
            head("beside, per s");
            let line = |name: &str, number: &dyn Fn(&Point) -> f64| {
                let numbers = WORKS.map(|work| self.of("SQLite", at, work, connections(work), number));
                println!("{name:<18} {}", numbers.map(|n| format!("{:>8}", show(n, 0))).join(""));
            };
            line(&format!("PocketBase {version}"), &|p| p.pocketbase.map_or(f64::NAN, |b| b.0));
            line("its CPU µs", &|p| p.pocketbase.map_or(f64::NAN, |b| b.1));
        } else {
            println!("\nPocketBase was NOT measured side by side: its limits are held against numbers of another day.");
        }
        head("once, per s");
        for (name, numbers) in OTHERS {
            println!("{name:<18} {}", numbers.map(|n| format!("{n:>8}")).join(""));
        }
    }

    /// All of it, for programs.
    pub fn json(&self) -> Value {
        let points = self.points.iter().map(|((engine, size, work, connections), points)| {
            let m = |number: &dyn Fn(&Point) -> f64| median(points.iter().map(number));
            json!({
                "database": engine, "customers": size, "work": work, "connections": connections, "rounds": points.len(),
                "per_second": m(&|p| p.rate), "p50_us": m(&|p| p.p50), "p95_us": m(&|p| p.p95), "p99_us": m(&|p| p.p99),
                "cpu_us": m(&|p| p.cpu), "database_cpu_us": m(&|p| p.database_cpu),
                "of_page": m(&|p| p.rate / p.page_rate),
                "bare_per_second": m(&|p| p.bare.map_or(f64::NAN, |b| b.0)), "bare_cpu_us": m(&|p| p.bare.map_or(f64::NAN, |b| b.1)),
                "of_bare": m(&|p| p.bare.map_or(f64::NAN, |b| p.rate / b.0)),
                "pocketbase_per_second": m(&|p| p.pocketbase.map_or(f64::NAN, |b| b.0)),
                "pocketbase_cpu_us": m(&|p| p.pocketbase.map_or(f64::NAN, |b| b.1)), "of_pocketbase": m(&Point::of_pocketbase),
                "cpu_of_bare": m(&|p| p.bare.map_or(f64::NAN, |b| p.cpu / b.1)),
            })
        });
        let limits = self.limits().into_iter().map(
            |l| json!({"what": l.what, "found": l.found, "bound": l.bound, "at": if l.most { "most" } else { "least" }, "held": l.held()}),
        );
        let page = self
            .page
            .iter()
            .map(|(c, (rate, cpu, own))| json!({"connections": c, "per_second": rate, "cpu_us": cpu, "client_cpu_us": own}));
        let memory = self.memory.iter().map(|((engine, size), (start, rest))| {
            json!({"database": engine, "customers": size, "bytes_after_start": start, "bytes_at_rest": rest})
        });
        json!({
            "constant_page": page.collect::<Value>(), "points": points.collect::<Value>(), "limits": limits.collect::<Value>(),
            "memory": memory.collect::<Value>(), "statements": self.texts,
            "pocketbase": self.pocketbase,
        })
    }
}
