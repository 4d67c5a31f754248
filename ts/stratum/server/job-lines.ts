/** Lines of a dialect. A job goes to thousands of devices: its line is made once. */

import type { IssuedJob } from '../jobs/board.js';
import type { ServerDialect, ServerMessage } from '../wire/answers.js';

export class JobLines {
  readonly #dialect: ServerDialect;
  readonly #clean = new WeakMap<IssuedJob, string>();
  readonly #later = new WeakMap<IssuedJob, string>();

  constructor(dialect: ServerDialect) {
    this.#dialect = dialect;
  }

  of(message: ServerMessage): string {
    if (message.kind !== 'job') return this.#dialect.line(message);
    const known = message.clean ? this.#clean : this.#later;
    let line = known.get(message.job);
    if (line === undefined) {
      line = this.#dialect.line(message);
      known.set(message.job, line);
    }
    return line;
  }
}
