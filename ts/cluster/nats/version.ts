/** Which servers the adapter takes. */

import { PowError } from '../../errors.js';

/**
 * Older ones ignore time limits of single keys in silence, or leave acknowledged messages in a
 * work queue for ever.
 */
const OLDEST_SERVER = '2.12.3';

/** What a server says of itself, as far as it is looked at. */
export interface ServerFacts {
  readonly version: string;
  readonly jetstream?: boolean;
  readonly headers?: boolean;
}

/** @throws {@link PowError} `POW_SOURCE`: not a server that this adapter can work with */
export function checkServer(info: ServerFacts | undefined): void {
  if (info === undefined)
    throw new PowError('POW_SOURCE', 'the NATS server tells nothing of itself');
  if (!isAtLeast(info.version, OLDEST_SERVER)) {
    const detail = `nats-server ${info.version} is too old, ${OLDEST_SERVER} is needed`;
    throw new PowError('POW_SOURCE', `${detail} (npm run nats starts one)`);
  }
  if (info.jetstream !== true || info.headers !== true) {
    throw new PowError('POW_SOURCE', 'the NATS server runs without JetStream (-js)');
  }
}

function isAtLeast(version: string, oldest: string): boolean {
  const found = /^(\d+)\.(\d+)\.(\d+)(-.+)?$/.exec(version);
  if (found === null) return false;
  const wanted = oldest.split('.').map(Number);
  for (const [i, part] of wanted.entries()) {
    const own = Number(found[i + 1]);
    if (own !== part) return own > part;
  }
  // 2.12.3-RC.1 comes before 2.12.3.
  return found[4] === undefined;
}
