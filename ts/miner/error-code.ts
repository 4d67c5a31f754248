import { POW_CODES } from '../errors.js';

/** The `POW_*` code of an error, `otherwise` for any other: what counters may be named by. */
export function errorCode(error: unknown, otherwise: string): string {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  return code in POW_CODES ? code : otherwise;
}
