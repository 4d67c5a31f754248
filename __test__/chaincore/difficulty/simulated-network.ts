/** A network in virtual time: blocks come as they would by chance at a given hash rate. */

import type { DifficultySchedule, TimedBlock } from '../../../ts/chaincore/difficulty.js';
import { Random } from '../../../ts/miner/seed.js';

export interface NetworkOptions {
  readonly schedule: DifficultySchedule;
  readonly blocks: number;
  readonly seed: string;
  /** Hashes per second of the whole network, by the index of the block that is mined. */
  hashRate(index: number): number;
}

/** Years before the first block that anyone mined. */
const GENESIS: TimedBlock = { index: 0, difficulty: 2, timestamp: 1_640_995_200 };
const START_SECONDS = 1_795_210_000;

/** The chain that comes of it, genesis included. */
export function simulate({ schedule, blocks, seed, hashRate }: NetworkOptions): TimedBlock[] {
  const random = new Random(seed);
  const chain = [GENESIS];
  let seconds = START_SECONDS;
  for (let index = 1; index <= blocks; index++) {
    const difficulty = schedule.at(index, chain.slice(-schedule.windowAt(index)));
    seconds += -Math.log(1 - random.fraction()) * (16 ** difficulty / hashRate(index));
    chain.push({ index, difficulty, timestamp: seconds });
  }
  return chain;
}

/** The difficulty, a fraction as a rule, at which blocks come as often as wanted. */
export function idealDifficulty(hashRate: number, blockSeconds: number): number {
  return Math.log2(hashRate * blockSeconds) / 4;
}
