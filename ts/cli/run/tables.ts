import type { Command } from 'commander';
import type { Job, WorkSource } from '../../miner/ports.js';

/** What a source may say to people. */
export interface Notice {
  readonly level: 'debug' | 'info' | 'warn';
  readonly text: string;
}

/** One kind of source: a row of `sources.ts`. */
export interface SourceRow {
  /** `chainweb` for `chainweb+http://HOST:PORT`. */
  readonly scheme: string;
  /** What follows the scheme. Default: `http://HOST:PORT`. */
  readonly form?: string;
  readonly summary: string;
  /** `required`: solutions without proof of work are of no use there, ever. */
  readonly proof: 'required' | 'may be off';
  /** Flags of a worker that mean something to it, too. */
  readonly uses?: readonly string[];
  /** Adds the flags that are its own. */
  addFlags(command: Command): void;
  /**
   * @param url - without the scheme: `http://HOST:PORT`
   * @param flags - as parsed, its own among them
   * @throws UsageError
   */
  open(url: string, flags: object, how: SourceHow): WorkSource;
}

export interface SourceHow {
  /** What the worker can do. */
  readonly proof: Job['proof'];
  /** Jobs that the worker takes at once: more would only push each other out. */
  readonly lanes: number;
  onNotice(notice: Notice): void;
}
