/** What clients are to be told, sent together once everything that has arrived is read. */

import type { ServerDialect, ServerMessage } from '../wire/answers.js';
import type { Client } from './client.js';
import { JobLines } from './job-lines.js';

export class Outbox {
  readonly #lines: JobLines;
  readonly #soon: (call: () => void) => void;
  readonly #beforeSending: () => void;
  readonly #unsent = new Set<Client>();
  #isWaiting = false;

  /** @param beforeSending - may say more */
  constructor(dialect: ServerDialect, soon: (call: () => void) => void, beforeSending: () => void) {
    this.#lines = new JobLines(dialect);
    this.#soon = soon;
    this.#beforeSending = beforeSending;
  }

  say(client: Client, messages: readonly ServerMessage[]): void {
    if (messages.length === 0) return;
    for (const message of messages) client.said += this.#lines.of(message);
    this.#unsent.add(client);
    this.sendSoon();
  }

  sendSoon(): void {
    if (this.#isWaiting) return;
    this.#isWaiting = true;
    this.#soon(() => {
      this.#isWaiting = false;
      this.send();
    });
  }

  send(): void {
    this.#beforeSending();
    for (const client of this.#unsent) {
      const { said, connection } = client;
      client.said = '';
      connection.send(said);
    }
    this.#unsent.clear();
  }

  /** It is gone. */
  forget(client: Client): void {
    this.#unsent.delete(client);
  }
}
