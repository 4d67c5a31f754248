//! What outlives a JavaScript environment: nothing. The code of the addon may be unloaded with the
//! last environment that uses it, so the end of an environment (a Node worker thread that stops,
//! the end of the process) waits for the threads of its engines.

use napi::{Env, Result};
use pow_engine::Engine;
use std::cell::RefCell;
use std::collections::HashMap;
use std::sync::{Arc, Weak};

thread_local! {
    /// Engines that were opened on this thread, by the address of their environment.
    static OPENED: RefCell<HashMap<usize, Vec<Weak<Engine>>>> = RefCell::default();
}

/// Closes `engine` with its environment. One hook serves all engines of an environment: a hook
/// cannot be taken back without a leak.
pub fn close_with(env: Env, engine: &Arc<Engine>) -> Result<()> {
    let key = env.raw() as usize;
    let is_first = OPENED.with_borrow_mut(|opened| {
        let is_first = !opened.contains_key(&key);
        let engines = opened.entry(key).or_default();
        engines.retain(|engine| engine.strong_count() > 0);
        engines.push(Arc::downgrade(engine));
        is_first
    });
    if is_first {
        env.add_env_cleanup_hook(key, close_all)?;
    }
    Ok(())
}

fn close_all(key: usize) {
    let engines = OPENED.with_borrow_mut(|opened| opened.remove(&key)).unwrap_or_default();
    for engine in engines.iter().filter_map(Weak::upgrade) {
        engine.close();
    }
}
