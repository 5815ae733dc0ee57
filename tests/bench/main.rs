//! `make bench`: our server beside its limits, in one run on one machine. The limits are a constant page from the same framework, and the
//! very statements that the server runs, run bare; PocketBase is asked for the same work. Everything alternates and is repeated, so that a
//! change of the machine's speed meets all alike; what counts are the ratios.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a measurement that can't go on says so by panicking, and where"
)]
mod bare;
mod chart;
mod child;
mod customers;
mod deals;
mod fill;
mod held;
mod import;
mod load;
mod names;
mod page;
mod pocketbase;
mod postgres;
mod process;
mod report;
mod rich;
mod site;
mod trace;
mod work;

use child::{Ask, Page};
use clap::Parser;
use pocketbase::PocketBase;
use report::{Point, Points, Report, median};
use site::{Measured, Site};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Duration;
use work::Work;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Measures the server beside its limits.
#[derive(Debug, Parser)]
struct Bench {
    /// How many customers, once for each server.
    #[arg(long, value_delimiter = ',', default_value = "100000")]
    sizes: Vec<u64>,
    /// How often everything is measured.
    #[arg(long, default_value_t = 5)]
    rounds: usize,
    /// How long each measurement takes.
    #[arg(long, default_value_t = 1.5)]
    seconds: f64,
    /// Only these kinds of work, such as W1,W3.
    #[arg(long, value_delimiter = ',')]
    work: Vec<String>,
    /// Where results go, and where filled databases are kept.
    #[arg(long, default_value = "out")]
    out: PathBuf,
    /// Fail when a limit is not held.
    #[arg(long)]
    strict: bool,
}

fn main() -> ExitCode {
    if let Ok(path) = std::env::var("BENCH_TRACE") {
        trace::install(&path);
        return api::cli::run();
    }
    if std::env::args().nth(1).as_deref() == Some("page") {
        page::serve();
        return ExitCode::SUCCESS;
    }
    let bench = Bench::parse();
    let report = bench.run();
    report.print();
    std::fs::write(bench.out.join("bench.json"), format!("{:#}\n", report.json())).unwrap();
    chart::draw(&report.points, &bench.out.join("bench.svg")).unwrap();
    println!("\nwritten: {0}/bench.json, {0}/bench.svg", bench.out.display());
    let broken = report.limits().iter().any(|limit| !limit.held());
    ExitCode::from(u8::from(bench.strict && broken))
}

impl Bench {
    fn run(&self) -> Report {
        site::check_build();
        let kept = self.out.join("bench");
        std::fs::create_dir_all(&kept).unwrap();
        let mut beside = self.pocketbase(&kept);
        let mut sites: Vec<Site> = self.sizes.iter().map(|size| Site::sqlite(&kept, *size)).collect();
        if std::env::var_os("PEYVAND_TEST_POSTGRES").is_some() {
            sites.push(postgres::site(&kept, self.sizes[0].max(100_000).min(*self.sizes.last().unwrap())));
        }
        let (mut page, mut points) = (Page::start(), Points::new());
        let mut pages: BTreeMap<usize, Vec<Measured>> = BTreeMap::new();
        let texts = Work::ALL.map(|work| (work.code(), sites[0].texts(work))).into();
        for round in 0..self.rounds {
            eprintln!("round {} of {}", round + 1, self.rounds);
            for site in &mut sites {
                site.sign();
                site.hold();
                let limited = site.kind() == "SQLite" && Some(site.size) == report::limited(&self.sizes);
                let mut beside = beside.as_mut().filter(|_| limited);
                if let Some(beside) = &mut beside {
                    beside.hold();
                }
                self.round(site, &mut beside, &mut page, &mut pages, &mut points);
                if self.chosen("W7") {
                    Bench::import(site, &mut beside, &mut points);
                }
            }
        }
        // At rest: what it keeps when nobody asks for anything.
        std::thread::sleep(Duration::from_secs(12));
        let memory = sites
            .iter()
            .map(|site| ((site.kind().to_owned(), site.size), (site.started_with, site.memory())))
            .collect();
        let page = pages.into_iter().map(|(c, all)| {
            let m = |number: &dyn Fn(&Measured) -> f64| median(all.iter().map(number));
            (c, (m(&|s| s.sample.rate()), m(&|s| s.cpu), m(&|s| s.database_cpu)))
        });
        Report {
            points,
            memory,
            page: page.collect(),
            pocketbase: beside.map(|beside| beside.version),
            texts,
        }
    }

    /// Whether a kind of work is to be measured.
    fn chosen(&self, code: &str) -> bool {
        self.work.is_empty() || self.work.iter().any(|w| w == code)
    }

    /// PocketBase, filled, where there is its program and something to compare.
    fn pocketbase(&self, kept: &Path) -> Option<PocketBase> {
        let program = std::env::var_os("BENCH_POCKETBASE").filter(|path| !path.is_empty())?;
        let size = report::limited(&self.sizes)?.min(100_000);
        let compared = report::WORKS.iter().any(|work| self.chosen(work));
        compared.then(|| PocketBase::start(Path::new(&program), kept, size))
    }

    fn import(site: &mut Site, beside: &mut Option<&mut PocketBase>, points: &mut Points) {
        let bare = site.bare_import().map(|b| (b.rate(), b.micros()));
        let pocketbase = beside.as_mut().map(|b| b.import()).map(|m| (m.sample.rate(), m.cpu));
        let found = site.import();
        let point = Point {
            rate: found.sample.rate(),
            p50: f64::NAN,
            p95: f64::NAN,
            p99: f64::NAN,
            cpu: found.cpu,
            database_cpu: found.database_cpu,
            page_rate: f64::NAN,
            bare,
            pocketbase,
        };
        points.entry((site.kind().to_owned(), site.size, "W7", 1)).or_default().push(point);
    }

    fn round(
        &self,
        site: &mut Site,
        beside: &mut Option<&mut PocketBase>,
        page: &mut Page,
        pages: &mut BTreeMap<usize, Vec<Measured>>,
        points: &mut Points,
    ) {
        let span = Duration::from_secs_f64(self.seconds);
        let mut ask = Ask(format!(
            "GET / HTTP/1.1\r\nHost: {}\r\nAccept: application/json\r\n\r\n",
            site.address()
        ));
        for work in site.works().into_iter().filter(|work| self.chosen(work.code())) {
            let bare = site.bare(work, span).map(|b| (b.rate(), b.micros()));
            for connections in [1, 32] {
                // Before and after, so that a machine that slows down meanwhile does so for all.
                let mut theirs = || match beside {
                    Some(beside) if connections == 32 => beside.measure(work, connections, span),
                    _ => None,
                };
                let first = theirs();
                let before = page.measure(connections, span / 2, &mut ask);
                let found = site.measure(work, connections, span);
                let after = page.measure(connections, span / 2, &mut ask);
                let pocketbase = first.zip(theirs());
                let page_rate = f64::midpoint(before.sample.rate(), after.sample.rate());
                pages.entry(connections).or_default().extend([before, after]);
                let point = Point {
                    rate: found.sample.rate(),
                    p50: found.sample.percentile(50.0),
                    p95: found.sample.percentile(95.0),
                    p99: found.sample.percentile(99.0),
                    cpu: found.cpu,
                    database_cpu: found.database_cpu,
                    page_rate,
                    bare,
                    pocketbase: pocketbase.map(|(a, b)| (f64::midpoint(a.sample.rate(), b.sample.rate()), f64::midpoint(a.cpu, b.cpu))),
                };
                points
                    .entry((site.kind().to_owned(), site.size, work.code(), connections))
                    .or_default()
                    .push(point);
            }
        }
    }
}
