/** What is wrong with a frame or a message. */

/**
 * A frame or message that is not what it should be: nothing more can be read from its connection.
 * It quotes no bytes of the sender.
 */
export class WireError extends Error {
  override readonly name = 'WireError';
  /** `frame`, or the type of the message as the table names it. */
  readonly type: string;
  readonly field: string;

  constructor(type: string, field: string, detail: string, options?: ErrorOptions) {
    super(`${type} ${field}: ${detail}`, options);
    this.type = type;
    this.field = field;
  }
}
