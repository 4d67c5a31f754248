import { z } from 'zod';
import { optional, setting } from '../setting.js';
import { listOf, positiveNumber, publicKey, text, wholeNumber, yesOrNo } from '../values.js';

const heading = 'With a Chainweb node:';

export const chainwebSection = z
  .strictObject({
    node: setting(text('HOST:PORT or a URL'), 'localhost:1848', {
      description: 'service port of the node',
      flag: '-n, --node <host:port|url>',
      heading,
      command: 'chainweb',
    }),
    tls: setting(yesOrNo, false, {
      description: 'speak TLS',
      flag: '-t, --tls',
      heading,
      command: 'chainweb',
    }),
    publicKeys: optional(listOf(publicKey), {
      description: 'key that is paid; repeatable',
      flag: '-k, --public-key <hex>',
      heading,
    }),
    account: optional(text('the name of an account'), {
      description: 'account that is paid (default: k: and the key)',
      flag: '-a, --account <name>',
      heading,
    }),
    predicate: setting(text('the name of a predicate'), 'keys-all', {
      description: 'of the account',
      flag: '--predicate <name>',
      heading,
    }),
    chains: setting(wholeNumber(1, 1000), 4, {
      description: 'chains mined at once',
      flag: '--chains <n>',
      heading,
    }),
    preferredChains: optional(listOf(wholeNumber(0, 0xffff_ffff)), {
      description: 'suggest this chain first; repeatable',
      flag: '--chain <id>',
      heading,
    }),
    timeoutSeconds: setting(positiveNumber(3600), 5, {
      description: 'for every request',
      flag: '--timeout <s>',
      heading,
    }),
    updateIntervalSeconds: setting(positiveNumber(3600), 5, {
      description: 'between requests without updates',
      flag: '--update-interval <s>',
      heading,
    }),
  })
  .prefault({});
