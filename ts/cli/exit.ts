import { PowError } from '../errors.js';

/** How the program ends. The numbers are part of its interface: scripts depend on them. */
export const EXIT = {
  done: 0,
  failed: 1,
  usage: 2,
  /** Every nonce of the range was hashed and none won. */
  exhausted: 3,
  /** 128 + SIGINT, as shells report it. */
  interrupted: 130,
} as const;

export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

/** A flag that cannot be used as given. Thrown before any work starts. */
export class UsageError extends Error {
  override readonly name = 'UsageError';

  readonly flag: string;
  readonly expected: string;

  /**
   * @param flag - as it is typed: `--work`
   * @param expected - what would have been right, and what was found
   */
  constructor(flag: string, expected: string) {
    super(`${flag}: ${expected}`);
    this.flag = flag;
    this.expected = expected;
  }
}

/**
 * The error to throw for one of ours: of an argument with a flag, a complaint that names the flag;
 * any other as it is.
 *
 * @param flags - flag by argument
 */
export function underFlag(error: unknown, flags: Readonly<Record<string, string>>): unknown {
  const argument = error instanceof PowError ? error.argument : undefined;
  const flag = argument === undefined ? undefined : flags[argument];
  return flag === undefined ? error : new UsageError(flag, (error as PowError).message);
}

/** A failure that has been told already, in the log. */
export class LoggedFailure extends Error {
  override readonly name = 'LoggedFailure';

  /** @param cause - what failed */
  constructor(cause: unknown) {
    super('told in the log', { cause });
  }
}
