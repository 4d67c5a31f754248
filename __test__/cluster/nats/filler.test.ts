import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { Filler, type FillerHow } from '../../../ts/cluster/nats/filler.js';
import type { OpenUnit } from '../../../ts/cluster/record/coordinator.js';
import { monotonicClock } from '../../../ts/miner/clock.js';
import { turns } from '../../miner/jobs.js';
import { workOf } from './fixture.js';

const { spec } = workOf(1);
const SIZE = 5;

/** Everybody is of one size, and the record is asked for units of it when a test lets it. */
class Place {
  readonly filler: Filler;
  readonly carvings: (() => void)[] = [];
  readonly troubles: unknown[] = [];
  /** The source of that work throws. */
  spoilt: string | null = null;
  put = 0;

  constructor() {
    const how = {
      node: { clock: monotonicClock, limits: { rounds: 2 } },
      crew: { sizes: () => new Set([SIZE]), appetite: () => 0 },
      lendings: { queued: () => 0, sizes: new Set() },
      keeper: {
        carve: async (work: string, { most }: { most: number }) => {
          await new Promise<void>((resolve) => this.carvings.push(resolve));
          if (work === this.spoilt) throw new Error('no such variant');
          return Array.from({ length: most }, () => ({ unit: { work } }));
        },
      },
      stock: {
        put: async (units: readonly OpenUnit[]) => {
          this.put += units.length;
        },
      },
      ...{
        fixedNonces: 10n,
        confirm: async () => {},
        onTrouble: (error: unknown) => this.troubles.push(error),
      },
    };
    this.filler = new Filler(how as unknown as FillerHow);
    this.filler.begin(spec);
  }

  async carve(): Promise<void> {
    await turns();
    this.carvings.shift()?.();
    await turns();
  }
}

test('whoever asks for units waits for no longer than until theirs are there', async () => {
  const place = new Place();
  const { filler } = place;
  const done: string[] = [];
  void filler.fill(SIZE, 2).then(() => done.push('first'));
  await turns();
  // Others ask without end: there is a need whenever one was met.
  void filler.fill(SIZE, 1).then(() => done.push('second'));
  await place.carve();
  assert.equal([done, place.put], [['first'], 2]);
  void filler.fill(SIZE, 1).then(() => done.push('third'));
  await place.carve();
  assert.equal([done, place.put], [['first', 'second'], 3]);
  await place.carve();
  assert.equal([done, place.put], [['first', 'second', 'third'], 4]);
});

test('a work of which nothing can be carved does not keep others from being lent', async () => {
  const place = new Place();
  const { filler } = place;
  filler.begin(workOf(1, 2).spec);
  await turns();
  place.spoilt = spec.id;
  const filled = filler.fill(SIZE, 2);
  for (let i = 0; i < 4; i += 1) await place.carve();
  await filled;
  assert.equal([place.put, place.troubles.length > 0], [2, true]);
});

test.run();
