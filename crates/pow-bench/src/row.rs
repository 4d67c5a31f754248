//! One figure of the table: a kernel on a layout.

use crate::layouts::{LAYOUTS, Layout};
use crate::places::best_place;
use pow_engine::timing::{self, Figures};
use pow_kernel::{ByteOrder, Goal, Kernel, Plan};
use std::hint::black_box;
use std::time::Duration;

/// What is timed.
pub struct Row {
    /// The work.
    pub layout: &'static Layout,
    /// What searches it.
    pub kernel: &'static Kernel,
}

/// How fast something is.
#[derive(Clone, Copy)]
pub struct Speed {
    /// Core cycles per hash: the least seen.
    pub cycles: f64,
    /// Hashes per second on one thread: the most seen.
    pub rate: f64,
}

impl From<Figures> for Speed {
    fn from(figures: Figures) -> Self {
        let cycles = figures.cycles_per_hash.unwrap_or(f64::NAN);
        Self { cycles, rate: figures.hashes_per_second }
    }
}

/// What came out.
pub struct Figure {
    /// The layout's name.
    pub layout: &'static str,
    /// The kernel, or somebody else's crate and its version.
    pub name: String,
    /// How fast it is.
    pub speed: Speed,
}

/// Which rows are wanted: all, or those of one kernel or one layout.
#[derive(Default)]
pub struct Selection {
    /// A kernel's name.
    pub kernel: Option<String>,
    /// A layout's name.
    pub layout: Option<String>,
}

impl Selection {
    /// Whether nothing is left out.
    pub fn is_everything(&self) -> bool {
        self.kernel.is_none() && self.layout.is_none()
    }

    /// The rows of this CPU.
    pub fn rows(&self) -> Vec<Row> {
        let kernels = |layout: &'static Layout| layout.hash().kernels().iter();
        let rows =
            self.layouts().flat_map(|layout| kernels(layout).map(move |kernel| (layout, kernel)));
        rows.filter(|(_, kernel)| kernel.is_available() && self.wants_kernel(kernel.name))
            .map(|(layout, kernel)| Row { layout, kernel })
            .collect()
    }

    /// The layouts wanted.
    pub fn layouts(&self) -> impl Iterator<Item = &'static Layout> {
        let wanted = |layout: &&Layout| self.layout.as_ref().is_none_or(|only| only == layout.name);
        LAYOUTS.iter().filter(wanted)
    }

    /// Whether a kernel of that name is wanted.
    pub fn wants_kernel(&self, name: &str) -> bool {
        self.kernel.as_ref().is_none_or(|only| only == name)
    }
}

impl Row {
    /// Layout and kernel, for people.
    pub fn name(&self) -> String {
        format!("{}, {}", self.layout.name, self.kernel.name)
    }

    /// Times the row for about `time`, under its name.
    pub fn figure(&self, time: Duration) -> Figure {
        let Row { layout, kernel } = self;
        Figure { layout: layout.name, name: kernel.name.to_owned(), speed: self.measure(time) }
    }

    /// Times the row for about `time`.
    ///
    /// # Panics
    ///
    /// When the kernel answers wrongly: then its speed means nothing.
    pub fn measure(&self, time: Duration) -> Speed {
        self.prove();
        let first = self.layout.first;
        // Nothing wins: every nonce is hashed.
        let plan = Plan::new(self.layout.work(), Goal::Target([0; 32]));
        let most = u64::try_from(plan.work().nonces()).unwrap_or(u64::MAX) - first;
        best_place(time, |time| {
            let figures = timing::measure(time, self.layout.base(), most, |count| {
                black_box(plan.scan(self.kernel, first, count));
            });
            figures.into()
        })
    }

    /// Finds a nonce whose digest is known.
    fn prove(&self) {
        let work = self.layout.work();
        let wanted = self.layout.first + 37;
        let mut target = work.digest(wanted);
        if work.order() == ByteOrder::Le {
            target.reverse();
        }
        let (goal, first) = (Goal::Target(target), self.layout.first);
        let lowest = (first..=wanted).find(|&n| goal.is_met_by(&work.digest(n), work.order()));
        let found = Plan::new(work, goal).scan(self.kernel, first, 64);
        assert_eq!(found, lowest, "{:?} on {}", self.kernel, self.layout.name);
    }
}
