/** A miner between a scripted source and a scripted worker, on a virtual clock. */

import type { MinerEvent } from '../../ts/miner/events.js';
import { Miner, type MinerOptions } from '../../ts/miner/loop.js';
import { ScriptedSource, ScriptedWorker, VirtualClock } from './jobs.js';

const opened: { readonly miner: Miner; readonly clock: VirtualClock }[] = [];

/** After each test: a miner left open by a failure would keep the process alive. */
export async function closeAll(): Promise<void> {
  for (const { miner, clock } of opened.splice(0)) {
    const closing = miner.close();
    await clock.pass(60_000);
    await closing;
  }
}

/** Runs at once. */
export function miningWith(options: MinerOptions = {}, worker = new ScriptedWorker()) {
  const [source, clock] = [new ScriptedSource(), new VirtualClock()];
  const events: MinerEvent[] = [];
  const onEvent = (event: MinerEvent) => void events.push(event);
  const miner = new Miner(source, worker, { clock, onEvent, seed: 1, ...options });
  opened.push({ miner, clock });
  return { source, clock, events, worker, miner, running: miner.run() };
}

export const kinds = (events: readonly MinerEvent[]) => events.map(({ kind }) => kind);
