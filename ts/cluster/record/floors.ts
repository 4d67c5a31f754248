/** Fences of one life of a work lie above those of the one before, which had the same id. */

import { FENCES } from './fence.js';
import type { State } from './state.js';
import type { WorkRecord } from './work-record.js';

/** So far apart at least. */
const LIFE = 4;
/** Then they begin anew: by then nothing of the first ones is on its way. */
const LIVES = 15_360;

export function nextFloor(state: State): number {
  const floor = state.epoch * FENCES + (state.lives % LIVES) * LIFE;
  state.lives += 1;
  return floor;
}

/** The work ends: what is still said of it is late in its next life, however often it was lent. */
export function passFences(state: State, { topFence }: WorkRecord): void {
  const used = Math.ceil((topFence - state.epoch * FENCES) / LIFE);
  const life = state.lives % LIVES;
  if (used > life && used < LIVES) state.lives += used - life;
}
