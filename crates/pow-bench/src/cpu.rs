//! Which CPU this is, as a baseline names it.

/// The model of this CPU, or `None` where the system does not tell. Virtual machines often hide the
/// marketing name, so family and model number are part of it.
pub fn model() -> Option<String> {
    let text = std::fs::read_to_string("/proc/cpuinfo").ok()?;
    let value = |key: &str| {
        let line =
            text.lines().find(|line| line.split(':').next().is_some_and(|k| k.trim() == key));
        Some(line?.split_once(':')?.1.trim().to_owned())
    };
    let x86 = || {
        let (name, family) = (value("model name")?, value("cpu family")?);
        Some(format!("{name}, family {family}, model {}", value("model")?))
    };
    let arm = || {
        let (implementer, part) = (value("CPU implementer")?, value("CPU part")?);
        Some(format!("arm implementer {implementer}, part {part}"))
    };
    x86().or_else(arm)
}
