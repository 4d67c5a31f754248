/** What came of a work of the world, checked as it is told. */

import * as assert from 'uvu/assert';
import type { QueueEvent } from '../../../ts/cluster/queue.js';

export class Ledger {
  /** Pairs of variant and nonce: solutions that the owner of the work knows of, */
  readonly told = new Set<string>();
  /** what somebody hashed, */
  readonly hashed = new Set<string>();
  /** and what was given up. */
  readonly lost = new Set<string>();
  exhausted = false;
  accepted = 0;
  readonly #completed = new Set<string>();
  /** How often each pair was in an accepted unit, and how often it was to be done again. */
  readonly #covered = new Map<string, number>();
  readonly #again = new Map<string, number>();

  note(event: QueueEvent): void {
    if (event.kind === 'exhausted') this.exhausted = true;
    if (event.kind === 'result') {
      for (const { nonce } of event.solutions) this.told.add(pairOf(event.unit.variant, nonce));
      if (event.verdict !== 'accepted' || event.outcome === 'partial') return;
      const key = `${event.unit.work}.${event.unit.index}`;
      assert.not(this.#completed.has(key), `unit ${key} was accepted twice`);
      this.#completed.add(key);
      this.accepted++;
      for (let nonce = event.unit.start; nonce < event.unit.end; nonce++) {
        const pair = pairOf(event.unit.variant, nonce);
        const times = (this.#covered.get(pair) ?? 0) + 1;
        this.#covered.set(pair, times);
        const most = 1 + (this.#again.get(pair) ?? 0);
        assert.ok(times <= most, `${pair} is in ${times} accepted units, and not in ${most}`);
      }
    }
    if (event.kind === 'unit' && event.state === 'quarantined') {
      const { variant, start, end } = event.unit;
      for (let nonce = start; nonce < end; nonce++) this.lost.add(pairOf(variant, nonce));
    }
  }

  /** These count as if they had not been hashed. */
  redo({ variant, start, end }: { variant: bigint; start: bigint; end: bigint }): void {
    for (let nonce = start; nonce < end; nonce++) {
      const pair = pairOf(variant, nonce);
      this.#again.set(pair, (this.#again.get(pair) ?? 0) + 1);
      this.hashed.delete(pair);
    }
  }

  /** Every pair that is not quarantined was hashed, and every solution told. */
  checkNothingLost({ variants, nonces }: { variants: number; nonces: number }): void {
    for (let variant = 0n; variant < BigInt(variants); variant++) {
      for (let nonce = 0n; nonce < BigInt(nonces); nonce++) {
        const pair = pairOf(variant, nonce);
        if (this.lost.has(pair)) continue; // quarantined: said aloud
        assert.ok(this.hashed.has(pair), `${pair} was never hashed`);
        if (isSolution(variant, nonce)) assert.ok(this.told.has(pair), `${pair} not told`);
      }
    }
  }
}

export function isSolution(variant: bigint, nonce: bigint): boolean {
  return (variant * 31n + nonce * 7n) % 5n === 0n;
}

export function pairOf(variant: bigint, nonce: bigint): string {
  return `${variant}.${nonce}`;
}
