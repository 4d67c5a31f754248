/** The metrics of a miner in a registry of prom-client: nothing is counted, everything is asked. */

import { type Metric, Registry, type RegistryContentType } from 'prom-client';
import { PowError } from '../errors.js';
import { type Clock, monotonicClock } from '../miner/clock.js';
import { FAMILIES } from './families.js';
import type { Family, Labels, Sample, Snapshot } from './family.js';
import { HashRate } from './hash-rate.js';
import { LabelNames } from './label-names.js';
import type { Mining } from './mining.js';

const MOST_LANES = 100;
const MOST_CODES = 64;
const MOST_PURPOSES = 32;
const MOST_NODES = 100;

export interface RegisterOptions {
  /** Takes the metrics in, besides its own. Default: a new one; never prom-client's global one. */
  readonly registry?: Registry<RegistryContentType> | undefined;
  /** Default: that of the process. */
  readonly clock?: Clock | undefined;
}

export interface RegisteredMetrics {
  readonly registry: Registry<RegistryContentType>;
  /** Takes them out of the registry again. */
  remove(): void;
}

/**
 * Puts the metrics of a miner (`pow_native_*`) into a registry. Values are those of `stats()` and
 * `status()` at the moment of a scrape: between scrapes they cost nothing. At most 100 lanes have
 * series of their own, the first ones that came; totals count every lane.
 *
 * @throws {@link PowError} `POW_ARGUMENT`: the registry has metrics of these names already
 */
export function registerMetrics(mining: Mining, options: RegisterOptions = {}): RegisteredMetrics {
  const { registry = new Registry(), clock = monotonicClock } = options;
  const known = FAMILIES.find(({ name }) => registry.getSingleMetric(name) !== undefined);
  if (known !== undefined) {
    const detail = `registry has ${known.name} already: of another miner? Give each its own`;
    throw new PowError('POW_ARGUMENT', detail, { argument: 'registry' });
  }
  const scrapes = new Scrapes(mining, clock);
  for (const family of FAMILIES) {
    // prom-client asks a metric for no more than this, but counts itself in its own classes.
    registry.registerMetric(new StatsMetric(family, scrapes) as unknown as Metric);
  }
  return {
    registry,
    remove() {
      for (const { name } of FAMILIES) registry.removeSingleMetric(name);
    },
  };
}

/** What a registry wants of a metric. */
class StatsMetric {
  /** Not read-only: OpenMetrics names counters without `_total`, and prom-client cuts it off. */
  name: string;
  readonly help: string;
  readonly type: Family['type'];
  /** Of several processes of a cluster, the sum is what they do together. */
  readonly aggregator = 'sum';
  readonly #family: Family;
  readonly #scrapes: Scrapes;

  constructor(family: Family, scrapes: Scrapes) {
    this.name = family.name;
    this.help = family.help;
    this.type = family.type;
    this.#family = family;
    this.#scrapes = scrapes;
  }

  async get() {
    const { name, help, type, aggregator } = this;
    return { name, help, type, aggregator, values: this.#scrapes.samplesOf(this.#family) };
  }

  /** The counts are those of the miner, which goes on. */
  reset(): void {}
}

/** One look at the miner for all metrics of a scrape. */
class Scrapes {
  readonly #mining: Mining;
  readonly #clock: Clock;
  readonly #rate = new HashRate();
  readonly #labels: Labels = {
    lanes: new LabelNames(MOST_LANES),
    codes: new LabelNames(MOST_CODES),
    purposes: new LabelNames(MOST_PURPOSES),
    nodes: new LabelNames(MOST_NODES),
  };
  #now: Snapshot | null = null;

  constructor(mining: Mining, clock: Clock) {
    this.#mining = mining;
    this.#clock = clock;
    this.#rate.at(mining.worker.stats().hashes, clock.now());
  }

  samplesOf(family: Family): readonly Sample[] {
    const samples = family.samples(this.#snapshot(), this.#labels);
    return typeof samples === 'number' ? [{ value: samples, labels: {} }] : samples;
  }

  /** A registry asks all its metrics before it waits for the first. */
  #snapshot(): Snapshot {
    if (this.#now !== null) return this.#now;
    const { miner, source, worker } = this.#mining;
    const stats = miner.stats();
    this.#now = {
      miner: stats,
      source: source.status(),
      worker: worker.stats(),
      cluster: worker.cluster?.() ?? null,
      hashesPerSecond: this.#rate.at(stats.hashes, this.#clock.now()),
    };
    queueMicrotask(() => {
      this.#now = null;
    });
    return this.#now;
  }
}
