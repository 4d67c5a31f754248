/** The shapes of requests. What is inside blocks and transactions is checked by their decoders. */

import { z } from 'zod';

const text = (most: number) => z.string().min(1).max(most);

export const templateRequest = z.looseObject({ miner_address: text(128) });

const blockShape = z.looseObject({
  index: z.number(),
  previous_hash: z.string(),
  timestamp: z.number(),
  target_difficulty: z.number(),
  nonce: z.number(),
  transactions: z.array(z.looseObject({})),
});
/** A block, or one inside `{"block": …}`. */
export const blockRequest = z.preprocess(unwrapped, blockShape);

function unwrapped(value: unknown): unknown {
  return typeof value === 'object' && value !== null && 'block' in value ? value.block : value;
}

export const transactionRequest = z.looseObject({
  tx_id: z.string(),
  inputs: z.array(z.looseObject({})),
  outputs: z.array(z.looseObject({})),
});

/** `difficulty: null` ends the override. */
export const difficultyRequest = z.looseObject({
  difficulty: z.number().nullable(),
  reason: text(200),
});

/** An empty body is fine. */
export const refreshRequest = z.looseObject({ rollback: z.boolean().optional() });

/** Both ends included, as the node has it. */
export const rangeQuery = z.object({
  start: z.coerce.number().int().min(0).default(0),
  end: z.coerce.number().int().min(0).optional(),
});

/** What is wrong, in one line: `index: expected number`. */
export function complaint(error: z.ZodError): string {
  const [issue] = error.issues;
  const path = issue?.path.join('.') ?? '';
  return path === '' ? `${issue?.message}` : `${path}: ${issue?.message}`;
}
