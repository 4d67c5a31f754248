/** A worker that is connected, and what is in its hands. */

import type { NodeInfo } from '../queue.js';
import { leftOf } from './estimates.js';
import { Rates } from './rates.js';
import type { Rules } from './rules.js';
import type { UnitRecord } from './units.js';
import type { WorkRecord } from './work-record.js';

/** A unit and the work it is of. */
export interface Held {
  readonly work: WorkRecord;
  readonly unit: UnitRecord;
}

export class WorkerRecord {
  readonly id: string;
  readonly key: string;
  readonly address: string;
  readonly rates: Rates;
  readonly sinceMs: number;
  node: NodeInfo;
  heardMs: number;
  /** Leases that it takes in all. */
  most = 0;
  /** By unit, in the order in which they were lent: that in which they are hashed. */
  readonly leases = new Map<UnitRecord, WorkRecord>();
  /** Units that others were asked to hand over to it. */
  awaited = 0;
  /** Since when it has been hashing what its next result tells of. */
  busySinceMs: number;
  completed = 0;
  shares = 0;

  constructor(
    node: NodeInfo,
    seat: { key: string; address: string },
    nowMs: number,
    rates?: Rates,
  ) {
    this.id = node.id;
    this.node = node;
    this.key = seat.key;
    this.address = seat.address;
    this.rates = rates ?? new Rates(node.capabilities);
    this.rates.capabilities = node.capabilities;
    this.sinceMs = nowMs;
    this.heardMs = nowMs;
    this.busySinceMs = nowMs;
  }

  wants(rules: Rules): boolean {
    const threads = Math.max(1, this.node.capabilities.threads);
    return this.leases.size < Math.min(this.most, 2 * threads, rules.mostLeases);
  }

  /** Milliseconds that what is left of the leases should take. */
  backlogMs(rules: Rules, nowMs: number): number {
    let ms = 0;
    for (const [unit, work] of this.leases) {
      if (work.spec === null) continue;
      ms += leftOf(unit, this.rates.of(work.spec.work.algorithm), rules, nowMs).ms;
    }
    return ms;
  }

  /** How long its leases last from now on without a sign of life. */
  ttlMs(rules: Rules, nowMs: number): number {
    const { leaseFactor, leaseMs } = rules;
    const ms = Math.ceil(leaseFactor * this.backlogMs(rules, nowMs));
    return Math.min(leaseMs.most, Math.max(leaseMs.least, ms));
  }

  /** Leases that count as failed when it dies: what it had begun, else what came first. */
  suspects(): UnitRecord[] {
    const units = [...this.leases.keys()];
    const begun = units.filter(isBegun);
    return begun.length > 0 ? begun : units.slice(0, 1);
  }
}

export function isBegun(unit: UnitRecord): boolean {
  return unit.now.claimed > unit.from;
}
