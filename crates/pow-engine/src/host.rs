//! What a thread asks of the operating system for itself. A refusal is a warning, not an error:
//! the answers are the same without.

use crate::Priority;
use std::time::Duration;

/// Gives the calling thread its priority and CPU; says what was refused.
pub(crate) fn settle_in(priority: Priority, cpu: Option<usize>) -> Vec<String> {
    let yielding = match priority {
        Priority::Background => yield_to_host().err(),
        Priority::Normal => None,
    };
    yielding.into_iter().chain(cpu.and_then(|cpu| pin(cpu).err())).collect()
}

/// Nice 19: of any other thread that wants the CPU, the other one gets it. On Linux a nice value
/// belongs to a thread; `None` is the caller's.
#[cfg(target_os = "linux")]
fn yield_to_host() -> Result<(), String> {
    rustix::process::setpriority_process(None, 19)
        .map_err(|error| format!("background priority refused: {error}"))
}

#[cfg(target_os = "linux")]
fn pin(cpu: usize) -> Result<(), String> {
    use rustix::thread::{CpuSet, sched_setaffinity};
    if cpu >= CpuSet::MAX_CPU {
        return Err(format!("not pinned to CPU {cpu}: no such CPU"));
    }
    let mut set = CpuSet::new();
    set.set(cpu);
    sched_setaffinity(None, &set).map_err(|error| format!("not pinned to CPU {cpu}: {error}"))
}

#[cfg(not(target_os = "linux"))]
fn yield_to_host() -> Result<(), String> {
    use thread_priority::{ThreadPriority, set_current_thread_priority};
    set_current_thread_priority(ThreadPriority::Min)
        .map_err(|error| format!("background priority refused: {error:?}"))
}

#[cfg(not(target_os = "linux"))]
fn pin(cpu: usize) -> Result<(), String> {
    // Windows takes a mask of 64 CPUs, and the crate shifts by any number it is given.
    let pinned = cpu < 64 && core_affinity::set_for_current(core_affinity::CoreId { id: cpu });
    if pinned { Ok(()) } else { Err(format!("not pinned to CPU {cpu}")) }
}

/// CPU time of the calling thread so far, where the system tells it for less than it costs.
#[cfg(target_os = "linux")]
pub(crate) fn cpu_time() -> Option<Duration> {
    let time = rustix::time::clock_gettime(rustix::time::ClockId::ThreadCPUTime);
    Duration::try_from(time).ok()
}

#[cfg(not(target_os = "linux"))]
pub(crate) fn cpu_time() -> Option<Duration> {
    None
}
