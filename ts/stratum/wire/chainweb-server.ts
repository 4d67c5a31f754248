/**
 * The Chainweb dialect, server side: `set_target`, whole work headers, nonces of 2 + 6 bytes
 * (chainweb-mining-client, `Worker/POW/Stratum/Protocol.hs`).
 */

import { Target } from '../../core/target.js';
import type { ChainwebTemplate } from '../jobs/template.js';
import { requestLine, responseLine } from '../messages.js';
import type { Refusal, ServerDialect, ServerMessage, ShareTarget } from './answers.js';
import { hex } from './bitcoin-server.js';
import { hexDigits, type ShareFields } from './requests.js';

/**
 * 31 is the official server's for a nonce above the target; the others are those of pools. What
 * has none here is answered with a plain `false`, as the official server does.
 */
const CODES: Partial<Readonly<Record<Refusal, number>>> = {
  other: 20,
  duplicate: 22,
  'too-many': 20,
  'low-difficulty': 31,
  unauthorized: 24,
  'not-subscribed': 25,
};
const DENIED = 1;
const PARSE_ERROR = -32700;

export const chainwebServer: ServerDialect = {
  shareTarget: (hashes) => ofTarget(Target.fromDifficulty(Math.max(1, hashes), 'chainweb')),
  easiest: ofTarget,
  line: lineOf,
};

function ofTarget(target: Target): ShareTarget {
  return { target, difficulty: 0 };
}

/** `[user, job, nonce2]` */
export function chainwebShare(
  params: readonly unknown[],
  user: string,
  jobId: string,
): ShareFields | string {
  const nonce2 = hexDigits(params[2]);
  if (nonce2 === null) return 'nonce2 must be hex';
  return { user, jobId, nonce2, extranonce2: '', timeSeconds: 0, nonce: 0, versionBits: null };
}

function lineOf(message: ServerMessage): string {
  switch (message.kind) {
    case 'subscribed':
      return responseLine(message.id, [null, hex(message.extranonce1), message.deviceBytes], null);
    case 'result':
      return responseLine(message.id, message.result, null);
    case 'refused': {
      const code = CODES[message.refusal];
      if (code === undefined) return responseLine(message.id, false, null);
      const text = message.refusal === 'low-difficulty' ? 'invalid nonce' : message.text;
      return responseLine(message.id, null, [code, text, null]);
    }
    case 'denied':
      return responseLine(message.id, null, [DENIED, message.text, null]);
    case 'target':
      return requestLine(null, 'mining.set_target', [message.share.target.toHex()]);
    case 'job': {
      const { header } = message.job.template as ChainwebTemplate;
      // The third is always true.
      return requestLine(null, 'mining.notify', [message.job.id, hex(header), true]);
    }
    case 'extranonce': {
      const params = [hex(message.extranonce1), message.deviceBytes];
      return requestLine(null, 'mining.set_extranonce', params);
    }
    case 'version-mask':
      return '';
    case 'malformed':
      return `${JSON.stringify([PARSE_ERROR, 'Parse Error', message.text])}\n`;
  }
}
