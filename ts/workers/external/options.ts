/** Options of the external worker, checked before any program starts. */

import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { badArgument, requireInteger, requireObject, requireOneOf } from '../../core/arguments.js';
import { PowError } from '../../errors.js';
import { NONCE_FORMS, type NonceForm } from './answer.js';
import { TARGET_FORMS, type TargetForm } from './target-text.js';

const DEFAULT_GRACE_MS = 1000;
/** Two of them are how long closing may take, which a miner waits for. */
const MOST_GRACE_MS = 60_000;
const MOST_LANES = 1024;
const MOST_TIMEOUT_MS = 86_400_000;

export interface ExternalOptions {
  /**
   * A line for the shell, to which the target is added; with `args`, the program itself, which is
   * started without a shell.
   */
  readonly command: string;
  /** Come before the target. */
  readonly args?: readonly string[] | undefined;
  /** Variables beside those of this process. */
  readonly environment?: Readonly<Record<string, string>> | undefined;
  /** A program that has not answered after so long is ended and started anew. Default: never. */
  readonly timeoutMs?: number | undefined;
  /** How the target is written; see {@link TargetForm}. Default: `bytewise`. */
  readonly targetForm?: TargetForm | undefined;
  /** How the nonce is read; see {@link NonceForm}. Default: `hex`. */
  readonly nonceForm?: NonceForm | undefined;
  /** From SIGTERM to SIGKILL, for a program that is no longer wanted. Default: 1,000. */
  readonly graceMs?: number | undefined;
  /** Programs at once, each on a job of its own. Default: 1. */
  readonly lanes?: number | undefined;
}

export interface ExternalSettings {
  readonly command: string;
  /** `null`: a shell takes the command. */
  readonly args: readonly string[] | null;
  readonly environment: Readonly<Record<string, string>>;
  /** `null`: no limit. */
  readonly timeoutMs: number | null;
  readonly targetForm: TargetForm;
  readonly nonceForm: NonceForm;
  readonly graceMs: number;
  readonly lanes: number;
}

/** @throws {@link PowError} `POW_ARGUMENT` */
export function settingsOf(options: ExternalOptions): ExternalSettings {
  requireObject(options, 'options');
  const { command, args, environment = {}, timeoutMs } = options;
  if (typeof command !== 'string' || command.trim() === '') {
    throw badArgument('command', 'a program, or a line for the shell', command);
  }
  requireText(command, 'command');
  if (args !== undefined) {
    if (!Array.isArray(args)) throw badArgument('args', 'a list of texts', args);
    args.forEach((arg, i) => void requireText(arg, `args[${i}]`));
  }
  const variables = checkedEnvironment(environment);
  if (timeoutMs !== undefined && !(timeoutMs > 0 && timeoutMs <= MOST_TIMEOUT_MS)) {
    const expected = `milliseconds, above 0 and at most ${MOST_TIMEOUT_MS} (a day)`;
    throw badArgument('timeoutMs', expected, timeoutMs);
  }
  if (args !== undefined) requireProgram(command, variables);
  const { targetForm = 'bytewise', nonceForm = 'hex' } = options;
  const { graceMs = DEFAULT_GRACE_MS, lanes = 1 } = options;
  return {
    command,
    args: args === undefined ? null : [...args],
    environment: variables,
    timeoutMs: timeoutMs ?? null,
    targetForm: requireOneOf(targetForm, TARGET_FORMS, 'targetForm'),
    nonceForm: requireOneOf(nonceForm, NONCE_FORMS, 'nonceForm'),
    graceMs: requireInteger(graceMs, 0, MOST_GRACE_MS, 'graceMs'),
    lanes: requireInteger(lanes, 1, MOST_LANES, 'lanes'),
  };
}

function checkedEnvironment(value: unknown): Readonly<Record<string, string>> {
  requireObject(value, 'environment');
  const entries = Object.entries(value as object);
  for (const [name, text] of entries) {
    if (!/^[^=\0]+$/.test(name)) {
      throw badArgument('environment', 'variables whose names have no = in them', name);
    }
    requireText(text, `environment.${name}`);
  }
  return Object.fromEntries(entries);
}

/** What a program can be given: the system ends it at a zero character. */
function requireText(value: unknown, argument: string): asserts value is string {
  if (typeof value !== 'string' || value.includes('\0')) {
    throw badArgument(argument, 'a text without zero characters', value);
  }
}

/** Finds the program as the system will; Windows has rules of its own. */
function requireProgram(command: string, environment: Readonly<Record<string, string>>): void {
  if (process.platform === 'win32') return;
  const path = environment['PATH'] ?? process.env['PATH'] ?? '';
  const folders = command.includes('/') ? [''] : path.split(delimiter);
  const isThere = folders.some((folder) => {
    try {
      accessSync(folder === '' ? command : join(folder, command), constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
  if (isThere) return;
  const where = command.includes('/') ? 'there' : 'in PATH';
  const detail = `command: no program ${JSON.stringify(command)} ${where} that may be run`;
  throw new PowError('POW_ARGUMENT', detail, { argument: 'command' });
}
