import { EXIT } from './exit.js';

/** The reason a search is aborted with when a person or a supervisor ends the program. */
export class Interrupted extends Error {
  override readonly name = 'Interrupted';

  constructor() {
    super('interrupted');
  }
}

/**
 * Ctrl+C or SIGTERM, as a signal that aborts with {@link Interrupted}. A second one ends the
 * program at once, for the case that stopping cleanly takes too long.
 */
export class Interruption {
  readonly #controller = new AbortController();

  constructor() {
    process.on('SIGINT', () => this.now());
    process.on('SIGTERM', () => this.now());
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** As one of the two would. */
  now(): void {
    if (this.signal.aborted) process.exit(EXIT.interrupted);
    this.#controller.abort(new Interrupted());
  }
}

export function interruptSignal(): AbortSignal {
  return new Interruption().signal;
}

export async function untilAborted(signal: AbortSignal): Promise<void> {
  if (!signal.aborted) await new Promise((resolve) => signal.addEventListener('abort', resolve));
}
