/** Work as a node would give it, made up, and solutions of it. */

import type { FetchedWork } from '../../../ts/chainweb/client.js';
import {
  decodeWorkHeader,
  decodeWorkResponse,
  encodeWorkResponse,
  type WorkHeader,
} from '../../../ts/chainweb/codec.js';
import { mine, Target } from '../../../ts/index.js';
import type { Found, Job } from '../../../ts/miner/ports.js';
import { bytesOf, vectors } from '../vectors.js';

const real = decodeWorkHeader(bytesOf(vectors.vectors[0]?.workHeaderHex ?? ''));

/** One hash in sixteen meets it. */
const easy = Target.fromLeadingZeroBits(4);

export interface Made extends Partial<WorkHeader> {
  readonly parentName?: number;
  readonly payloadName?: number;
  readonly sentAtMs?: number;
  readonly receivedAtMs?: number;
  readonly serverSeconds?: number | null;
}

/** @param made - hashes are one byte 32 times */
export function headerOf({ parentName = 1, payloadName = 1, ...rest }: Made): WorkHeader {
  const parent = new Uint8Array(32).fill(parentName);
  const payloadHash = new Uint8Array(32).fill(payloadName);
  return { ...real, target: easy, nonce: 0n, parent, payloadHash, ...fieldsOf(rest) };
}

export function workOf(made: Made): FetchedWork {
  const { sentAtMs = 0, receivedAtMs = sentAtMs, serverSeconds = null } = made;
  const response = decodeWorkResponse(encodeWorkResponse(headerOf(made)));
  return { ...response, sentAtMs, receivedAtMs, serverSeconds };
}

function fieldsOf(made: Made): Partial<WorkHeader> {
  const { sentAtMs: _, receivedAtMs: __, serverSeconds: ___, ...fields } = made;
  return fields;
}

/** The first solution of a variant. */
export async function solve(job: Job, variant = 0n): Promise<Found> {
  const { work, roll } = job.work(variant);
  const solution = await mine(work, { target: job.target });
  if (solution === null) throw new Error('expected a solution');
  return { job, roll, solution };
}
