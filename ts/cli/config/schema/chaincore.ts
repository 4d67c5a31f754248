import { z } from 'zod';
import { requireWallet } from '../../../chaincore/client/wallet.js';
import { BLOCK_LAYOUTS } from '../../../chaincore/codec.js';
import { optional, setting } from '../setting.js';
import { oneOf, positiveNumber, wholeNumber, yesOrNo } from '../values.js';

const heading = 'With a ChainCore node:';

const wallet = {
  schema: z.string().max(100).refine(isWallet),
  expected: 'an address in base58check',
};

function isWallet(text: string): boolean {
  try {
    requireWallet(text);
    return true;
  } catch {
    return false;
  }
}

const range = {
  schema: z
    .tuple([z.int().min(1).max(16), z.int().min(1).max(16)])
    .refine(([least, most]) => least <= most),
  expected: 'the least and the most, from 1 to 16',
};

export const chaincoreSection = z
  .strictObject({
    wallet: optional(wallet, {
      description: 'address that is paid, base58check',
      flag: '--wallet <address>',
      heading,
    }),
    layout: setting(oneOf(...BLOCK_LAYOUTS), 'node', {
      description: 'text that is hashed: as nodes check it, or as stock clients do',
      flag: '--layout <rule>',
      heading,
    }),
    difficultyRange: setting(range, [1, 12], {
      description: 'mine no other difficulty',
      flag: '--difficulty-range <min,max>',
      heading,
    }),
    retries: setting(wholeNumber(1, 100), 3, {
      description: 'attempts before the next node',
      flag: '--retries <n>',
      heading,
    }),
    refreshIntervalSeconds: setting(positiveNumber(3600), 30, {
      description: 'age at which a template is fetched anew',
      flag: '--refresh-interval <s>',
      heading,
    }),
    requireTls: setting(yesOrNo, false, {
      description: 'refuse nodes without https',
      flag: '--require-tls',
      heading,
    }),
  })
  .prefault({});
