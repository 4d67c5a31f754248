/** Source, miner and CPU worker against a node, with real proof of work. */

import type { Devnet, DevnetOptions } from '../../../ts/chainweb/index.js';
import type { ChainwebSourceOptions } from '../../../ts/chainweb/source/settings.js';
import { ChainwebSource } from '../../../ts/chainweb/source.js';
import type { MinerEvent } from '../../../ts/miner/events.js';
import { Miner } from '../../../ts/miner/loop.js';
import type { Outcome } from '../../../ts/miner/ports.js';
import { CpuWorker } from '../../../ts/workers/cpu.js';
import { miner as account, closeLater, openNode, PATIENT } from './running-source.js';

const SOURCE = { ...PATIENT, miner: account, seed: 1, retry: { firstMs: 5, eagerMs: 50 } };
const NODE = { difficulty: 2000, window: 0 } as const;

export interface Mining {
  readonly miner: Miner;
  readonly worker: CpuWorker;
  readonly source: ChainwebSource;
  readonly outcomes: readonly string[];
}

/** Source, miner and CPU worker against a node; all of them closed in the end. */
export async function withMining(
  url: string,
  options: Partial<ChainwebSourceOptions>,
  use: (mining: Mining) => Promise<void>,
  hear: (event: MinerEvent) => void = () => {},
): Promise<void> {
  const source = closeLater(new ChainwebSource({ url, ...SOURCE, ...options }));
  // At background priority a busy machine may let the threads wait for minutes.
  const worker = closeLater(new CpuWorker({ threads: 2, seed: 1, priority: 'normal' }));
  const outcomes: string[] = [];
  const onEvent = (event: MinerEvent) => {
    hear(event);
    if (event.kind === 'outcome') outcomes.push(textOf(event.outcome));
    if (event.kind === 'undelivered' || event.kind === 'failed') outcomes.push(String(event.error));
  };
  const miner = closeLater(new Miner(source, worker, { onEvent }));
  const running = miner.run();
  await use({ miner, worker, source, outcomes });
  await miner.close();
  await running;
}

const textOf = ({ result, reason }: Outcome) =>
  reason === undefined ? result : `${result}: ${reason}`;

/** A node of easy work, but real proof of work. */
export const open = (options: DevnetOptions = {}) => openNode({ ...NODE, ...options });
export const blocksOf = (node: Devnet) => node.heights.reduce((sum, height) => sum + height);
