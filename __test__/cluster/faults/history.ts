/** What every master of a test wrote down, line by line, and what must be true of it. */

import { appendFileSync, closeSync, existsSync, fstatSync, openSync, readSync } from 'node:fs';
import type { QueueEvent } from '../../../ts/cluster/queue.js';

/** One accepted or refused result, or what became of a unit. */
export interface Line {
  readonly kind: QueueEvent['kind'];
  readonly epoch: number;
  readonly atMs: number;
  readonly unit?: string;
  readonly worker?: string | null;
  readonly fence?: number;
  readonly outcome?: string;
  readonly verdict?: string;
  readonly state?: string;
  readonly solutions?: readonly string[];
  readonly shares?: number;
  readonly reason?: string;
  readonly text?: string;
}

/** Appends an event; on the disk of the kernel before the next one, whatever kills the process. */
export function write(file: string, epoch: number, event: QueueEvent): void {
  appendFileSync(file, `${JSON.stringify(lineOf(epoch, event))}\n`);
}

function lineOf(epoch: number, event: QueueEvent): Line {
  const base = { kind: event.kind, epoch, atMs: Date.now() };
  switch (event.kind) {
    case 'result': {
      const { unit, worker, fence, outcome, verdict, reason, solutions, shares } = event;
      const nonces = solutions.map(({ nonce }) => String(nonce));
      const told = { worker, fence, outcome, verdict, shares, solutions: nonces };
      const why = reason === undefined ? {} : { reason };
      return { ...base, unit: `${unit.work}.${unit.index}`, ...told, ...why };
    }
    case 'unit': {
      const { unit, state, worker, fence } = event;
      return { ...base, unit: `${unit.work}.${unit.index}`, state, worker, fence };
    }
    case 'strike':
      return { ...base, worker: event.worker, reason: event.reason };
    case 'banned':
      return { ...base, worker: event.worker };
    case 'node':
      return { ...base, worker: event.node.id, state: event.op };
    case 'failed':
      return { ...base, text: String(event.error) };
    case 'notice':
      return { ...base, text: event.text };
    default:
      return base;
  }
}

export class History {
  readonly #file: string;
  readonly #lines: Line[] = [];
  readonly #accepted = new Map<string, Line[]>();
  readonly #untold = new Set<string>();
  #read = 0;

  constructor(file: string) {
    this.#file = file;
  }

  /** Only what came since the last look is read. */
  get lines(): readonly Line[] {
    if (!existsSync(this.#file)) return this.#lines;
    const fd = openSync(this.#file, 'r');
    try {
      const bytes = Buffer.alloc(fstatSync(fd).size - this.#read);
      const length = readSync(fd, bytes, 0, bytes.length, this.#read);
      const whole = bytes.subarray(0, bytes.lastIndexOf(10, length - 1) + 1);
      this.#read += whole.length;
      for (const text of whole.toString().split('\n')) {
        if (text !== '') this.#take(JSON.parse(text) as Line);
      }
    } finally {
      closeSync(fd);
    }
    return this.#lines;
  }

  /** Final results that count, by unit. */
  get accepted(): ReadonlyMap<string, readonly Line[]> {
    void this.lines;
    return this.#accepted;
  }

  #take(line: Line): void {
    this.#lines.push(line);
    if (line.kind !== 'result' || line.verdict !== 'accepted' || line.outcome === 'partial') return;
    const unit = line.unit ?? '';
    this.#accepted.set(unit, [...(this.#accepted.get(unit) ?? []), line]);
  }

  /** Units that are done. */
  get done(): number {
    const { accepted } = this;
    return accepted.size + [...this.#untold].filter((unit) => !accepted.has(unit)).length;
  }

  /**
   * What a master that was killed had on its disk is done, though it could not tell of the last of
   * it any more. Whatever was there before something that it told of, it told of as well.
   *
   * @param done - units, in the order in which they were
   */
  found(done: readonly string[]): void {
    const { accepted } = this;
    const told = done.findLastIndex((unit) => accepted.has(unit));
    for (const unit of done.slice(told + 1)) this.#untold.add(unit);
  }

  /** Workers that said how far they were with a unit of the work, and stopped there. */
  stoppedAt(work: string): ReadonlySet<string> {
    const partial = this.lines.filter(({ kind, outcome, unit = '' }) => {
      return kind === 'result' && outcome === 'partial' && unit.startsWith(`${work}.`);
    });
    return new Set(partial.map(({ worker }) => worker ?? ''));
  }

  count(matches: (line: Line) => boolean): number {
    return this.lines.filter(matches).length;
  }

  get isExhausted(): boolean {
    return this.lines.some(({ kind }) => kind === 'exhausted');
  }

  /**
   * Every unit was accepted once: none twice, none lost.
   *
   * @param units - as published
   * @param quarantined - of them
   * @returns what is wrong, in words; empty: nothing
   */
  faults(units: number, quarantined = 0): readonly string[] {
    const { accepted } = this;
    const twice = [...accepted].filter(([, lines]) => lines.length > 1);
    const again = [...this.#untold].filter((unit) => accepted.has(unit));
    const lost = units - quarantined - this.done;
    return [
      ...twice.map(([unit, lines]) => `${unit} was accepted ${lines.length} times`),
      ...again.map((unit) => `${unit} was accepted again, and was done on the disk`),
      ...(lost > 0 ? [`${lost} units were lost`] : []),
      ...(lost < 0 ? [`${-lost} units too many`] : []),
    ];
  }
}
