/** Which backend does the work: native, or portable where the addon cannot load. */

import { inspect } from 'node:util';
import { PowError } from '../errors.js';
import { loadNative } from './binding.js';
import type { Backend, BackendKind } from './contract.js';
import { portableBackend } from './portable.js';

const CHOICES = ['auto', 'native', 'portable'] as const;
type BackendChoice = 'auto' | BackendKind;

let fallback: Backend | undefined;

/**
 * The backend asked for. `auto` is `POW_NATIVE_BACKEND`, else native, else portable: chosen once,
 * with one warning that says why the addon could not load.
 *
 * @throws {@link PowError} `POW_BACKEND` when `native` was asked for and cannot load;
 *   `POW_ARGUMENT` for any other word
 */
export function selectBackend(option: BackendChoice = 'auto'): Backend {
  const choice = checked(option, 'backend');
  if (choice !== 'auto') return named(choice);
  const preset = checked(process.env['POW_NATIVE_BACKEND'] || 'auto', 'POW_NATIVE_BACKEND');
  return preset === 'auto' ? nativeOrPortable() : named(preset);
}

function named(kind: BackendKind): Backend {
  return kind === 'native' ? loadNative() : portableBackend;
}

function nativeOrPortable(): Backend {
  if (fallback !== undefined) return fallback;
  try {
    return loadNative();
  } catch (error) {
    process.emitWarning(`${(error as Error).message}; mining in TypeScript, many times slower`, {
      type: 'PowWarning',
      code: 'POW_PORTABLE',
    });
    fallback = portableBackend;
    return portableBackend;
  }
}

function checked(value: unknown, argument: string): BackendChoice {
  if (CHOICES.includes(value as BackendChoice)) return value as BackendChoice;
  const choices = CHOICES.map((choice) => `'${choice}'`).join(', ');
  const detail = `${argument} must be one of ${choices}, not ${inspect(value, { depth: 0 })}`;
  throw new PowError('POW_ARGUMENT', detail, { argument });
}
