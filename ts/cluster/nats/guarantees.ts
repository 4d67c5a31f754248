/** What the adapter gives, whichever end asks. */

import { MOST_WORK_BYTES } from '../wire/work-spec.js';

/** What a server allows unless it was told otherwise. */
const USUAL_BYTES = 1024 * 1024;
/** Headers and subject of a message. */
const OVERHEAD = 1024;

/** Of a work: what its codec and the server take. */
export function mostMessageBytes(serverBytes: number = USUAL_BYTES): number {
  return Math.min(serverBytes - OVERHEAD, MOST_WORK_BYTES);
}
