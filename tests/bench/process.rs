//! What processes cost: processor time and memory, as the system counts them.
use std::fs;
use std::time::Duration;

/// Ticks in a second of `/proc/PID/stat`: fixed at 100 for user space on Linux.
const TICKS: f64 = 100.0;

/// The fields of a `stat` behind the name, which may hold anything.
fn stat(path: &str) -> Option<Vec<String>> {
    let text = fs::read_to_string(path).ok()?;
    Some(text.rsplit_once(')')?.1.split_whitespace().map(str::to_owned).collect())
}

fn seconds(fields: &[String], range: std::ops::Range<usize>) -> f64 {
    fields[range].iter().map(|f| f.parse::<f64>().unwrap()).sum::<f64>() / TICKS
}

/// The processor time of a process so far, in seconds: in user space and in the kernel.
pub fn cpu(pid: u32) -> f64 {
    stat(&format!("/proc/{pid}/stat")).map_or(0.0, |f| seconds(&f, 11..13))
}

/// The same of this very thread.
pub fn own_cpu() -> f64 {
    // In nanoseconds, which the other has not: the first number is the time on a processor.
    let text = fs::read_to_string("/proc/thread-self/schedstat").unwrap();
    text.split_whitespace().next().unwrap().parse::<f64>().unwrap() / 1e9
}

/// The same of a process, its children, and those of them that have ended: a PostgreSQL cluster, by its first process.
pub fn family_cpu(pid: u32) -> f64 {
    let own = stat(&format!("/proc/{pid}/stat")).map_or(0.0, |f| seconds(&f, 11..15));
    let all = fs::read_dir("/proc").unwrap().flatten();
    let children = all.filter_map(|e| {
        let child: u32 = e.file_name().to_str()?.parse().ok()?;
        let fields = stat(&format!("/proc/{child}/stat"))?;
        (fields[1] == pid.to_string()).then(|| seconds(&fields, 11..13))
    });
    own + children.sum::<f64>()
}

/// The memory that a process holds, in bytes, without files it has mapped.
pub fn memory(pid: u32) -> u64 {
    let status = fs::read_to_string(format!("/proc/{pid}/status")).unwrap();
    let line = status.lines().find(|l| l.starts_with("VmRSS:")).unwrap();
    line.split_whitespace().nth(1).unwrap().parse::<u64>().unwrap() * 1024
}

/// Waits until a server that has just been started has done what it does by itself, and has given back the memory that this took: in ten
/// seconds hardly anything, waited for two minutes at most.
pub fn settle(pid: u32) {
    for _ in 0..12 {
        let before = cpu(pid);
        std::thread::sleep(Duration::from_secs(10));
        if cpu(pid) - before < 0.1 {
            return;
        }
    }
    eprintln!("the server is not idle: what is measured has its own work in it");
}
