/** What a test hears of a job in the hands of a worker, and how it ends it. */

import type { Found, MiningHow } from '../../ts/miner/ports.js';

export interface Ears {
  readonly how: MiningHow;
  readonly heard: Found[];
  /** One figure, when the job is over. */
  readonly counted: number[];
  readonly stop: AbortController;
  readonly finishBatch: AbortController;
}

export function ears(onFound: (found: Found) => void = () => {}): Ears {
  const [stop, finishBatch] = [new AbortController(), new AbortController()];
  const heard: Found[] = [];
  const counted: number[] = [];
  const how: MiningHow = {
    found: (found) => {
      heard.push(found);
      onFound(found);
    },
    hashed: (hashes) => void counted.push(hashes),
    stop: stop.signal,
    finishBatch: finishBatch.signal,
  };
  return { how, heard, counted, stop, finishBatch };
}
