import type { Command } from 'commander';
import { ChainwebSource } from '../../chainweb/index.js';
import { UsageError, underFlag } from '../exit.js';
import { hexOf, positiveNumber, wholeNumber } from '../flag-values.js';
import { milliseconds, readCa } from './source-values.js';
import type { SourceHow, SourceRow } from './tables.js';

export interface ChainwebFlags {
  readonly publicKey?: readonly string[];
  readonly account?: string;
  readonly predicate: string;
  readonly chains: number;
  readonly chain?: readonly number[];
  readonly ca?: string;
  readonly insecure?: boolean;
  readonly timeout: number;
  readonly updateInterval: number;
}

export const chainwebSource: SourceRow = {
  scheme: 'chainweb',
  summary: 'a Chainweb node: its service port, mining coordination enabled',
  proof: 'may be off',
  addFlags: addChainwebFlags,
  open: (url, flags, how) => openChainweb(url, flags as ChainwebFlags, how),
};

function addChainwebFlags(command: Command): void {
  command
    .optionsGroup('With a Chainweb node:')
    .option('-k, --public-key <hex>', 'key that is paid; repeatable', keys)
    .option('-a, --account <name>', 'account that is paid (default: k: and the key)')
    .option('--predicate <name>', 'of the account', 'keys-all')
    .option('--chains <n>', 'chains mined at once', wholeNumber(1, 1000), 4)
    .option('--chain <id>', 'suggest this chain first; repeatable', chainIds)
    .option('--ca <file>', 'PEM file of the authorities to trust')
    .option('-x, --insecure', 'take any certificate')
    .option('--no-insecure', 'check the certificate (default)')
    .option('--timeout <s>', 'for every request', positiveNumber, 5)
    .option('--update-interval <s>', 'between requests without updates', positiveNumber, 5);
}

function keys(text: string, before: readonly string[] = []): readonly string[] {
  return [...before, hexOf(32)(text).toLowerCase()];
}

function chainIds(text: string, before: readonly number[] = []): readonly number[] {
  return [...before, wholeNumber(0, 0xffff_ffff)(text)];
}

function openChainweb(url: string, flags: ChainwebFlags, how: SourceHow): ChainwebSource {
  try {
    return new ChainwebSource({
      ...{
        url,
        miner: minerOf(flags),
        chains: Math.min(flags.chains, how.lanes),
        preferredChains: flags.chain,
      },
      tls: { ca: readCa(flags.ca), insecure: flags.insecure },
      timeoutMs: milliseconds(flags.timeout, '--timeout'),
      pollMs: milliseconds(flags.updateInterval, '--update-interval'),
      proof: how.proof,
      onNotice: (notice) => how.onNotice(notice),
    });
  } catch (error) {
    throw underFlag(error, { url: '--source or --node' });
  }
}

function minerOf({ publicKey = [], account, predicate }: ChainwebFlags) {
  const [first] = publicKey;
  if (first === undefined) {
    throw new UsageError('--public-key', 'expected: the key that is paid, 64 hex digits');
  }
  if (account === undefined && publicKey.length > 1) {
    throw new UsageError('--account', 'expected with more than one --public-key');
  }
  return { account: account ?? `k:${first}`, predicate, publicKeys: publicKey };
}
