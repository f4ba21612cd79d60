//! How much memory the process has needed.

use std::fs;

/// Forgets the peak so far, where the kernel lets a process do so: a sandbox serves
/// one run after the other.
pub fn forget_peak() {
    if let Err(error) = fs::write("/proc/self/clear_refs", "5") {
        tracing::debug!(%error, "the peak of memory is that of all runs of this process");
    }
}

/// The most bytes that the process has held in memory; `None` where the system does
/// not tell.
pub fn peak_bytes() -> Option<u64> {
    high_water_mark(&fs::read_to_string("/proc/self/status").ok()?)
}

/// The line `VmHWM` of proc(5), in bytes.
fn high_water_mark(status: &str) -> Option<u64> {
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    let kibibytes: u64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    Some(kibibytes * 1024)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_peak_is_read_from_the_status_of_the_process() {
        let status = "Name:\tx\nVmPeak:\t  9 kB\nVmHWM:\t   123456 kB\nVmRSS:\t 1 kB\n";
        assert_eq!(high_water_mark(status), Some(126_418_944));
        assert_eq!(high_water_mark("Name:\tx\n"), None);
        assert!(peak_bytes().is_none_or(|bytes| bytes > 1 << 20));
    }
}
