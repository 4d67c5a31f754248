/** Log lines of a session: pretty on a terminal, JSON elsewhere; secrets and control characters out. */

import { closeSync, openSync, writeSync } from 'node:fs';
import { type Logger, pino, stdTimeFunctions } from 'pino';
import { printable } from '../core/printable.js';
import type { LogLevel } from './config/schema/session.js';
import type { Settings } from './config/schema.js';
import { UsageError } from './exit.js';
import { LiveStatus, type StatusStream } from './live-status.js';
import { prettyLine } from './log-line.js';
import { messageOf } from './message-of.js';

/** What a line says besides its words. */
export type LogFields = Readonly<Record<string, string | number | null>>;

/** Names of fields that are nobody's business, whatever they hold. */
const SECRET_FIELDS = ['password', 'token', 'secret', 'authorization', 'environment'];
const MASK = '********';
/** A shorter one would be found in too many places. */
const SHORTEST_SECRET = 8;

export interface LogOptions {
  readonly settings: Settings['log'];
  /** Never shown, wherever they turn up. */
  readonly secrets: readonly string[];
  /** `process.stderr`. */
  readonly stream: StatusStream;
  /** A line in place between two others is redrawn only so often, elsewhere than on a terminal. */
  readonly statusEveryMs: number;
}

export class Log {
  readonly #status: LiveStatus;
  readonly #pino: Logger;
  readonly #secrets: readonly string[];
  readonly #file: number | null;

  /** @throws UsageError `--log-file` */
  constructor({ settings, secrets, stream, statusEveryMs }: LogOptions) {
    const { level, format, file } = settings;
    const isTerminal = stream.isTTY === true && process.env['TERM'] !== 'dumb';
    const isPretty = format === 'pretty' || (format === 'auto' && isTerminal);
    this.#file = file === undefined ? null : opened(file);
    this.#secrets = secrets.filter((secret) => secret.length >= SHORTEST_SECRET);
    const inPlace = isTerminal && (isPretty || this.#file !== null);
    const asLines = { write: (text: string) => this.write('info', text.trimEnd()) };
    this.#status = new LiveStatus(inPlace ? stream : asLines, { logEveryMs: statusEveryMs });
    const write = (line: string) => {
      if (this.#file !== null) writeSync(this.#file, line);
      else if (!isPretty) stream.write(line);
      else if (inPlace) this.#status.note(prettyLine(line, 'terminal'));
      else stream.write(`${prettyLine(line, 'text')}\n`);
    };
    this.#pino = pino(
      {
        base: null,
        level,
        timestamp: stdTimeFunctions.isoTime,
        formatters: { level: (label) => ({ level: label }) },
        redact: { paths: SECRET_FIELDS, censor: MASK },
      },
      { write },
    );
  }

  /** And not in a file that nobody looks at just now. */
  get isOnStderr(): boolean {
    return this.#file === null;
  }

  set level(level: LogLevel) {
    this.#pino.level = level;
  }

  write(level: LogLevel, text: string, fields: LogFields = {}): void {
    const clean = Object.entries(fields).map(([name, value]) => [name, this.#clean(value)]);
    this.#pino[level](Object.fromEntries(clean), String(this.#clean(text)));
  }

  /** The line about what is going on now, made only when it is shown. */
  showStatus(line: () => string, elapsedMs: number): void {
    this.#status.showLine(() => printable(line()), elapsedMs);
  }

  clearStatus(): void {
    this.#status.clear();
  }

  close(): void {
    this.#status.clear();
    if (this.#file !== null) closeSync(this.#file);
  }

  #clean(value: string | number | null): string | number | null {
    if (typeof value !== 'string') return value;
    return printable(this.#secrets.reduce((text, secret) => text.replaceAll(secret, MASK), value));
  }
}

function opened(path: string): number {
  try {
    return openSync(path, 'a', 0o640);
  } catch (error) {
    throw new UsageError('--log-file', messageOf(error));
  }
}
