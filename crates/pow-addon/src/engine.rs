//! An engine as a JavaScript object.

#![expect(clippy::too_many_arguments, reason = "flat arguments cross to Rust fastest")]

use crate::convert::{self, number};
use crate::cpu::{self, no_kernel};
use crate::error::{Code, Result, node_api};
use crate::planted::PanicAt;
use crate::stats::{KernelsInUse, NativeStats, SearchRow};
use crate::teardown;
use napi::bindgen_prelude::{BigInt, Either3, FnArgs, Function, Object};
use napi::threadsafe_function::{ThreadsafeFunction, ThreadsafeFunctionCallMode};
use napi::{Env, JsDeferred, Status};
use napi_derive::napi;
use pow_engine::{End, Engine, EngineOptions, PlanScan, Priority, Scan, SearchHandle, StartError};
use pow_kernel::{Kernel, Plan};
use std::io;
use std::sync::Arc;
use std::thread::Builder;

/// What the callback takes: the search's id, the kind of end, and a nonce or a text.
type EndedArgs = FnArgs<(f64, u32, Either3<u64, String, ()>)>;

/// One for all searches of an engine, and weak: an engine never keeps the process alive.
type Ended = ThreadsafeFunction<Report, (), EndedArgs, Status, false, true>;

/// The promise of something that waits for threads.
type Settling = JsDeferred<(), fn(Env) -> napi::Result<()>>;

/// What an engine tells its event loop, in this order.
enum Report {
    /// The search of that id is over.
    Ended(f64, End),
    /// The threads are there, or gone, as they were asked to be; or why not.
    Settled(Settling, io::Result<()>),
}

/// Threads that search.
#[napi]
pub struct NativeEngine {
    engine: Arc<Engine>,
    /// In the order of `Hash::ALL`.
    kernels: [Option<&'static Kernel>; 3],
    forced: Option<String>,
    /// For tests: the nonce at which scans panic.
    panic_at: Option<u64>,
    ended: Arc<Ended>,
}

/// A search of a [`NativeEngine`].
#[napi]
pub struct NativeSearch {
    handle: SearchHandle,
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
        cpu_limit: u32,
        #[napi(ts_arg_type = "string | null")] kernel: Option<String>,
        #[napi(ts_arg_type = "bigint | null")] panic_at: Option<BigInt>,
        #[napi(
            ts_arg_type = "(id: number, kind: number, value: bigint | string | undefined) => void"
        )]
        ended: Function<EndedArgs, ()>,
    ) -> Result<Self> {
        let kernels = cpu::choose(kernel.as_deref())?;
        let threads = convert::threads(threads)?;
        let panic_at = panic_at.map(|nonce| convert::nonce(&nonce)).transpose()?;
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
            cpu_limit: cpu_limit.into(),
        });
        let engine = Arc::new(engine.map_err(|error| Code::Backend.because(error))?);
        teardown::close_with(env, &engine).map_err(node_api)?;
        let panic_at = panic_at.and_then(|nonce| u64::try_from(nonce).ok());
        Ok(Self { engine, kernels, forced: kernel, panic_at, ended: Arc::new(ended) })
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
        let scan = PlanScan { plan: Plan::new(work, goal), kernel };
        let scan: Arc<dyn Scan> = match self.panic_at {
            None => Arc::new(scan),
            Some(nonce) => Arc::new(PanicAt { scan, nonce }),
        };
        let ended = Arc::clone(&self.ended);
        let report = Box::new(move |end| {
            // Refused only while the JavaScript environment goes away: nobody waits then.
            ended.call(Report::Ended(id, end), ThreadsafeFunctionCallMode::NonBlocking);
        });
        #[expect(clippy::cast_sign_loss, reason = "an id counts searches")]
        let handle = self.engine.start(id as u64, scan, (start, end), report).map_err(refused)?;
        Ok(NativeSearch { handle })
    }

    /// What the engine and every thread of it have done so far.
    #[napi(catch_unwind)]
    pub fn stats(&self) -> NativeStats {
        let name = |hash: usize| self.kernels[hash].map_or("none", |kernel| kernel.name);
        let kernels = KernelsInUse { blake2s: name(0), sha256: name(1), sha256d: name(2) };
        NativeStats::new(self.engine.stats(), kernels)
    }

    /// Threads sleep after the chunk in hand.
    #[napi(catch_unwind)]
    pub fn pause(&self) {
        self.engine.pause();
    }

    /// Ends a pause.
    #[napi(catch_unwind)]
    pub fn resume(&self) {
        self.engine.resume();
    }

    /// Limits the CPU time of each thread, in per cent of the time that passes.
    #[napi(catch_unwind)]
    pub fn limit_cpu(&self, percent: u32) {
        self.engine.limit_cpu(percent.into());
    }

    /// Asks for another number of threads, and resolves when there are as many.
    #[napi(ts_return_type = "Promise<void>", catch_unwind)]
    pub fn resize<'env>(&self, env: &'env Env, threads: u32) -> Result<Object<'env>> {
        self.engine.request(convert::threads(threads)?).map_err(refused)?;
        self.settle(env, "pow-resize", Engine::settle)
    }

    /// Ends every search, and resolves when their ends are told and the threads are gone. Safe to
    /// call twice.
    #[napi(ts_return_type = "Promise<void>", catch_unwind)]
    pub fn close<'env>(&self, env: &'env Env) -> Result<Object<'env>> {
        self.settle(env, "pow-close", |engine| {
            engine.close();
            Ok(())
        })
    }

    /// A thread of its own waits for engine threads: not the event loop, nor libuv's threads.
    fn settle<'env>(
        &self,
        env: &'env Env,
        name: &str,
        wait: fn(&Engine) -> io::Result<()>,
    ) -> Result<Object<'env>> {
        let (settling, promise): (Settling, _) = env.create_deferred().map_err(node_api)?;
        let (engine, ended) = (Arc::clone(&self.engine), Arc::clone(&self.ended));
        let waiting = Builder::new().name(name.to_owned()).spawn(move || {
            let result = wait(&engine);
            let report = Report::Settled(settling, result);
            ended.call(report, ThreadsafeFunctionCallMode::NonBlocking);
        });
        waiting.map_err(|error| Code::Backend.because(error))?;
        Ok(promise)
    }
}

fn refused(error: StartError) -> napi::Error<Code> {
    match error {
        StartError::Closed => Code::Closed.because(error),
        StartError::Range => Code::Argument.because(error),
    }
}

impl Report {
    /// The arguments of the callback. A close takes its turn behind the ends that came before it,
    /// so promises pass through the callback too, as a search that nobody knows.
    fn into_args(self) -> (f64, u32, Either3<u64, String, ()>) {
        match self {
            Self::Ended(id, End::Found(nonce)) => (id, 0, Either3::A(nonce)),
            Self::Ended(id, End::Exhausted) => (id, 1, Either3::C(())),
            Self::Ended(id, End::Cancelled) => (id, 2, Either3::C(())),
            Self::Ended(id, End::Closed) => (id, 3, Either3::C(())),
            Self::Ended(id, End::Panicked(message)) => (id, 4, Either3::B(message)),
            Self::Settled(settling, result) => {
                match result {
                    Ok(()) => settling.resolve(|_| Ok(())),
                    Err(error) => settling.reject(napi::Error::from_reason(error.to_string())),
                }
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

    /// What it did so far.
    #[napi(catch_unwind)]
    pub fn stats(&self) -> SearchRow {
        self.handle.stats().into()
    }

    /// Asks every thread to leave the search, and returns at once.
    #[napi(catch_unwind)]
    pub fn cancel(&self) {
        self.handle.cancel();
    }
}
