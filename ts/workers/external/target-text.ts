/** The target as a mining program gets it: its last argument, 64 hex digits. Pure. */

import type { Target } from '../../core/target.js';

/**
 * `bytewise`: the 32 bytes, the least significant first, as programs for the official client up
 * to 0.2 and bigolchungus take it. `mixed`: four 64-bit words, the lowest first, each with its
 * most significant digit first, as the official client prints it since 0.3.
 */
export const TARGET_FORMS = ['bytewise', 'mixed'] as const;
export type TargetForm = (typeof TARGET_FORMS)[number];

export function targetText(target: Target, form: TargetForm): string {
  const bytes = Buffer.from(target.toBytes('le'));
  return (form === 'bytewise' ? bytes : bytes.swap64()).toString('hex');
}
