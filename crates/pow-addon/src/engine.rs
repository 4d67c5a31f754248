//! An engine as a JavaScript object.

#![expect(clippy::too_many_arguments, reason = "flat arguments cross to Rust fastest")]

use crate::convert::{self, number};
use crate::cpu::{self, no_kernel};
use crate::error::{Code, Result, node_api};
use crate::teardown;
use napi::bindgen_prelude::{BigInt, Either3, FnArgs, Function, Object};
use napi::threadsafe_function::{ThreadsafeFunction, ThreadsafeFunctionCallMode};
use napi::{Env, JsDeferred, Status};
use napi_derive::napi;
use pow_engine::{End, Engine, EngineOptions, PlanScan, Priority, SearchHandle, StartError};
use pow_kernel::{Kernel, Plan};
use std::num::NonZeroUsize;
use std::sync::Arc;
use std::thread::Builder;

/// What the callback takes: the search's id, the kind of end, and a nonce or a text.
type EndedArgs = FnArgs<(f64, u32, Either3<u64, String, ()>)>;

/// One for all searches of an engine, and weak: an engine never keeps the process alive.
type Ended = ThreadsafeFunction<Report, (), EndedArgs, Status, false, true>;

/// The promise of a close.
type Closing = JsDeferred<(), fn(Env) -> napi::Result<()>>;

/// What an engine tells its event loop, in this order.
enum Report {
    /// The search of that id is over.
    Ended(f64, End),
    /// The threads are gone.
    Closed(Closing),
}

/// Threads that search.
#[napi]
pub struct NativeEngine {
    engine: Arc<Engine>,
    /// In the order of `Hash::ALL`.
    kernels: [Option<&'static Kernel>; 3],
    forced: Option<String>,
    ended: Arc<Ended>,
}

/// A search of a [`NativeEngine`].
#[napi]
pub struct NativeSearch {
    handle: SearchHandle,
}

/// What one thread did.
#[napi(object, object_from_js = false)]
pub struct ThreadRow {
    /// Nonces hashed.
    pub hashes: f64,
    /// Time with a claimed chunk in hand.
    pub busy_ms: f64,
    /// Time with a search running somewhere but nothing left to claim.
    pub starved_ms: f64,
}

/// The kernel in use for each hash; `none` where a forced one does not exist.
#[napi(object, object_from_js = false)]
pub struct KernelsInUse {
    /// For Blake2s.
    #[napi(js_name = "blake2s")]
    pub blake2s: &'static str,
    /// For SHA-256.
    pub sha256: &'static str,
    /// For double SHA-256.
    #[napi(js_name = "sha256d")]
    pub sha256d: &'static str,
}

/// A snapshot of an engine.
#[napi(object, object_from_js = false)]
pub struct NativeStats {
    /// Searches running now.
    pub searches: u32,
    /// Nonces hashed by all threads.
    pub hashes: f64,
    /// One row for each thread.
    pub threads: Vec<ThreadRow>,
    /// Kernel in use for each hash.
    pub kernels: KernelsInUse,
    /// What the host refused, in words.
    pub warnings: Vec<String>,
}

#[napi]
impl NativeEngine {
    /// Starts the threads. `ended` is called from the event loop, once for each search: `kind` is
    /// 0 found (`value` is the nonce), 1 exhausted, 2 cancelled, 3 closed, 4 panicked (a text).
    #[napi(constructor, catch_unwind)]
    pub fn new(
        env: Env,
        threads: u32,
        #[napi(ts_arg_type = "'background' | 'normal'")] priority: String,
        #[napi(ts_arg_type = "readonly number[] | null")] affinity: Option<Vec<u32>>,
        #[napi(ts_arg_type = "string | null")] kernel: Option<String>,
        #[napi(
            ts_arg_type = "(id: number, kind: number, value: bigint | string | undefined) => void"
        )]
        ended: Function<EndedArgs, ()>,
    ) -> Result<Self> {
        let kernels = cpu::choose(kernel.as_deref())?;
        let threads = NonZeroUsize::new(threads as usize);
        let threads = threads.ok_or_else(|| Code::Argument.because("threads"))?;
        let background = priority == "background";
        let ended = ended
            .build_threadsafe_function::<Report>()
            .weak::<true>()
            .build_callback(|context| Ok(FnArgs::from(context.value.into_args())))
            .map_err(node_api)?;
        let engine = Engine::new(&EngineOptions {
            threads,
            priority: if background { Priority::Background } else { Priority::Normal },
            affinity: affinity.map(|cpus| cpus.into_iter().map(|cpu| cpu as usize).collect()),
        });
        let engine = Arc::new(engine.map_err(|error| Code::Backend.because(error))?);
        teardown::close_with(env, &engine).map_err(node_api)?;
        Ok(Self { engine, kernels, forced: kernel, ended: Arc::new(ended) })
    }

    /// Searches `[start, end)`, `end` at most 2^64. `goal` is laid out as `GOAL_BYTES` says and
    /// carries the byte order of the hash; `digits` 0 is natural width.
    #[napi(catch_unwind)]
    pub fn search(
        &self,
        id: f64,
        algorithm: u32,
        message: &[u8],
        offset: u32,
        encoding: u32,
        digits: u32,
        goal: &[u8],
        start: BigInt,
        end: BigInt,
    ) -> Result<NativeSearch> {
        let (goal, order) = convert::goal(goal)?;
        let work = convert::work(algorithm, message, offset, encoding, digits, order)?;
        let kernel = self.kernels[algorithm as usize];
        let kernel = kernel.ok_or_else(|| no_kernel(self.forced.as_deref().unwrap_or("")))?;
        let (start, end) = (convert::nonce(&start)?, convert::nonce(&end)?);
        if end > work.nonces() {
            return Err(Code::Argument.because("end"));
        }
        // An empty range may start at 2^64, and is as empty at zero.
        let (start, end) = if start == end { (0, 0) } else { (start, end) };
        let start = u64::try_from(start).map_err(|_| Code::Argument.because("start"))?;
        let scan = Arc::new(PlanScan { plan: Plan::new(work, goal), kernel });
        let ended = Arc::clone(&self.ended);
        let report = Box::new(move |end| {
            // Refused only while the JavaScript environment goes away: nobody waits then.
            ended.call(Report::Ended(id, end), ThreadsafeFunctionCallMode::NonBlocking);
        });
        let handle = self.engine.start(scan, start, end, report).map_err(|error| match error {
            StartError::Closed => Code::Closed.because(error),
            StartError::Range => Code::Argument.because(error),
        })?;
        Ok(NativeSearch { handle })
    }

    /// What every thread has done so far.
    #[napi(catch_unwind)]
    pub fn stats(&self) -> NativeStats {
        let stats = self.engine.stats();
        let name = |hash: usize| self.kernels[hash].map_or("none", |kernel| kernel.name);
        let threads = stats.threads.iter().map(|thread| ThreadRow {
            hashes: number(thread.hashes),
            busy_ms: thread.busy.as_secs_f64() * 1e3,
            starved_ms: thread.starved.as_secs_f64() * 1e3,
        });
        NativeStats {
            searches: stats.searches as u32,
            hashes: number(stats.threads.iter().map(|thread| thread.hashes).sum()),
            threads: threads.collect(),
            kernels: KernelsInUse { blake2s: name(0), sha256: name(1), sha256d: name(2) },
            warnings: stats.warnings,
        }
    }

    /// Ends every search, and resolves when their ends are told and the threads are gone. A thread
    /// of its own waits for them: not the event loop, nor libuv's threads. Safe to call twice.
    #[napi(ts_return_type = "Promise<void>", catch_unwind)]
    pub fn close<'env>(&self, env: &'env Env) -> Result<Object<'env>> {
        let (closing, promise): (Closing, _) = env.create_deferred().map_err(node_api)?;
        let (engine, ended) = (Arc::clone(&self.engine), Arc::clone(&self.ended));
        let waiting = Builder::new().name("pow-close".to_owned()).spawn(move || {
            engine.close();
            ended.call(Report::Closed(closing), ThreadsafeFunctionCallMode::NonBlocking);
        });
        waiting.map_err(|error| Code::Backend.because(error))?;
        Ok(promise)
    }
}

impl Report {
    /// The arguments of the callback. A close takes its turn behind the ends that came before it,
    /// so it passes through the callback too, as a search that nobody knows.
    fn into_args(self) -> (f64, u32, Either3<u64, String, ()>) {
        match self {
            Self::Ended(id, End::Found(nonce)) => (id, 0, Either3::A(nonce)),
            Self::Ended(id, End::Exhausted) => (id, 1, Either3::C(())),
            Self::Ended(id, End::Cancelled) => (id, 2, Either3::C(())),
            Self::Ended(id, End::Closed) => (id, 3, Either3::C(())),
            Self::Ended(id, End::Panicked(message)) => (id, 4, Either3::B(message)),
            Self::Closed(closing) => {
                closing.resolve(|_| Ok(()));
                (-1.0, 3, Either3::C(()))
            }
        }
    }
}

#[napi]
impl NativeSearch {
    /// Nonces hashed so far.
    #[napi(catch_unwind)]
    pub fn hashes(&self) -> f64 {
        number(self.handle.hashes())
    }

    /// Asks every thread to leave the search, and returns at once.
    #[napi(catch_unwind)]
    pub fn cancel(&self) {
        self.handle.cancel();
    }
}
