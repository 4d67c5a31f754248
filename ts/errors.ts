/** Every failure this package reports. The wording may change; a code may not. */
export const POW_CODES = {
  POW_ARGUMENT: 'bad argument',
  POW_RANGE: 'nonce range does not fit the work',
  POW_WORK_SIZE: 'work bytes do not fit the layout',
  POW_MISMATCH: 'the backend and node:crypto disagree on a hash',
  POW_CLOSED: 'the engine is closed',
  POW_PANIC: 'a kernel panicked',
  POW_KERNEL: 'kernel not available',
  POW_BACKEND: 'backend not available',
  POW_SOURCE: 'the work source failed',
  POW_WORKER: 'the worker failed',
} as const;

export type PowCode = keyof typeof POW_CODES;

/** What {@link PowError} carries besides its code. */
export interface PowErrorOptions extends ErrorOptions {
  /** Misuse only: the argument that was wrong, as the caller spells it (`nonce.offset`). */
  readonly argument?: string;
}

/**
 * Thrown for misuse and failure. A search that finds nothing is `null`, not an error.
 * Check `code`, not `instanceof`: two copies of a package have two classes.
 */
export class PowError extends Error {
  override readonly name = 'PowError';
  readonly code: PowCode;
  readonly argument: string | undefined;

  constructor(code: PowCode, detail: string, options?: PowErrorOptions) {
    super(`${POW_CODES[code]}: ${detail}`, options);
    this.code = code;
    this.argument = options?.argument;
  }
}
