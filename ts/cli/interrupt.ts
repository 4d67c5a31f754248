import { EXIT } from './exit.js';

/** The reason a search is aborted with when a person or a supervisor ends the program. */
export class Interrupted extends Error {
  override readonly name = 'Interrupted';

  constructor() {
    super('interrupted');
  }
}

/**
 * A signal that Ctrl+C (or SIGTERM) aborts with {@link Interrupted}. A second one ends the
 * program at once, for the case that stopping cleanly takes too long.
 */
export function interruptSignal(): AbortSignal {
  const controller = new AbortController();
  const interrupt = () => {
    if (controller.signal.aborted) process.exit(EXIT.interrupted);
    controller.abort(new Interrupted());
  };
  process.on('SIGINT', interrupt);
  process.on('SIGTERM', interrupt);
  return controller.signal;
}
