import { z } from 'zod';
import { optional, setting } from '../setting.js';
import { listOf, text } from '../values.js';

const heading = 'With a Stratum pool:';

export const poolSection = z
  .strictObject({
    user: optional(text('an account, or account.worker'), {
      description: 'account, or account.worker',
      flag: '--user <name>',
      heading,
    }),
    password: setting(text('a password'), 'x', {
      description: 'most pools ask for none',
      flag: '--password <text>',
      heading,
      secret: true,
    }),
    failOver: optional(listOf(text('tcp://HOST:PORT or ssl://HOST:PORT')), {
      description: 'the next pool to try; repeatable',
      flag: '--fail-over <url>',
      heading,
    }),
  })
  .prefault({});
