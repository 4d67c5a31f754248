/** Values that the options of several workers have: addresses to listen on, files to read. */

import { readFileSync, statSync } from 'node:fs';
import { badArgument } from '../core/arguments.js';
import { PowError } from '../errors.js';

/** Which interfaces, as the official Chainweb client spells them. */
const EVERYWHERE: Readonly<Record<string, string | undefined>> = {
  ...{ '*': undefined, '*4': '0.0.0.0', '!4': '0.0.0.0', '*6': '::', '!6': '::' },
};

/**
 * @returns `undefined`: everywhere
 * @throws {@link PowError} `POW_ARGUMENT` (`host`)
 */
export function listenHost(host: unknown): string | undefined {
  if (typeof host !== 'string' || !/^[^\s/]{1,253}$/.test(host)) {
    throw badArgument('host', "an address, a name, or '*'", host);
  }
  return host in EVERYWHERE ? EVERYWHERE[host] : host;
}

/**
 * The text of a PEM file; `null`: no path.
 *
 * @throws {@link PowError} `POW_ARGUMENT` (`argument`)
 */
export function pemOf(path: unknown, argument: string): string | null {
  if (path === undefined) return null;
  const text = textOf(path, argument);
  if (text.includes('-----BEGIN ')) return text;
  throw badArgument(argument, 'the path of a PEM file', path);
}

/** @throws {@link PowError} `POW_ARGUMENT` (`argument`) */
function textOf(path: unknown, argument: string): string {
  requirePath(path, argument);
  try {
    return readFileSync(path as string, 'utf8');
  } catch (cause) {
    const detail = `${argument}: ${cause instanceof Error ? cause.message : String(cause)}`;
    throw new PowError('POW_ARGUMENT', detail, { argument, cause });
  }
}

/**
 * The text of a file that its owner alone may read.
 *
 * @throws {@link PowError} `POW_ARGUMENT` (`argument`)
 */
export function secretOf(path: unknown, argument: string): string {
  const text = textOf(path, argument);
  if (process.platform === 'win32' || (statSync(path as string).mode & 0o077) === 0) return text;
  const detail = `${argument}: others may read ${path}: its mode must be 0600`;
  throw new PowError('POW_ARGUMENT', detail, { argument });
}

/** @throws {@link PowError} `POW_ARGUMENT` (`argument`) */
export function requirePath(path: unknown, argument: string): string {
  if (typeof path === 'string' && path !== '') return path;
  throw badArgument(argument, 'a path', path);
}
