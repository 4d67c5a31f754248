import { type Command, InvalidArgumentError, Option } from 'commander';
import { requireWallet } from '../../chaincore/client/wallet.js';
import { BLOCK_LAYOUTS, type BlockLayout } from '../../chaincore/codec.js';
import { ChaincoreSource, type ChaincoreSourceOptions } from '../../chaincore/index.js';
import type { PowError } from '../../errors.js';
import { UsageError, underFlag } from '../exit.js';
import { positiveNumber, wholeNumber } from '../flag-values.js';
import { milliseconds, readCa } from './source-values.js';
import type { SourceHow, SourceRow } from './tables.js';

/** The flags that every command has that mines for a ChainCore node. */
export interface ChaincoreFlags {
  readonly wallet?: string;
  readonly layout: BlockLayout;
  readonly difficultyRange: readonly [number, number];
  readonly retries: number;
  readonly refreshInterval: number;
  readonly requireTls?: true;
  readonly ca?: string;
  readonly insecure?: boolean;
}

/** How long one height is mined before a new round begins, where no flag says it. */
const ROUND_SECONDS = 120;

export const chaincoreSource: SourceRow = {
  scheme: 'chaincore',
  summary: 'a ChainCore node: the port of its API',
  proof: 'required',
  addFlags(command) {
    command.optionsGroup('With a ChainCore node:');
    addChaincoreFlags(command, '--wallet <address>');
  },
  open: (url, flags, how) => {
    return openChaincore([url], flags as ChaincoreFlags, ROUND_SECONDS, how);
  },
};

/** @param wallet - its flag: `run` has another use for `-w` */
export function addChaincoreFlags(command: Command, wallet: string): void {
  command
    .option(wallet, 'address that is paid, base58check', walletValue)
    .addOption(
      new Option(
        '--layout <rule>',
        'text that is hashed: as nodes check it, or as stock clients do',
      )
        .choices(BLOCK_LAYOUTS)
        .default('node'),
    )
    .option('--difficulty-range <min,max>', 'mine no other difficulty', rangeValue, [1, 12])
    .option('--retries <n>', 'attempts before the next node', wholeNumber(1, 100), 3)
    .option('--refresh-interval <s>', 'age at which a template is fetched anew', positiveNumber, 30)
    .option('--require-tls', 'refuse nodes without https');
}

function walletValue(text: string): string {
  try {
    return requireWallet(text);
  } catch (error) {
    throw new InvalidArgumentError((error as PowError).message);
  }
}

function rangeValue(text: string): readonly [number, number] {
  const [, least = '', most = ''] = /^(\d{1,2}),(\d{1,2})$/.exec(text) ?? [];
  const range = [Number(least), Number(most)] as const;
  if (least !== '' && range[0] >= 1 && range[0] <= range[1] && range[1] <= 16) return range;
  throw new InvalidArgumentError('Expected MIN,MAX with 1 <= MIN <= MAX <= 16.');
}

/**
 * @param urls - the first one is asked first
 * @throws UsageError
 */
export function openChaincore(
  urls: readonly string[],
  flags: ChaincoreFlags,
  roundSeconds: number,
  how: Pick<SourceHow, 'onNotice'>,
): ChaincoreSource {
  const { wallet, layout, difficultyRange, retries, refreshInterval, requireTls, insecure } = flags;
  if (wallet === undefined) {
    throw new UsageError('--wallet', 'expected: the address that is paid');
  }
  const options: ChaincoreSourceOptions = {
    ...{ url: urls, wallet, layout, difficultyRange, retries },
    roundMs: milliseconds(roundSeconds, '--timeout'),
    refreshMs: milliseconds(refreshInterval, '--refresh-interval'),
    tls: { ca: readCa(flags.ca), insecure, required: requireTls },
    onNotice: (notice) => how.onNotice(notice),
  };
  try {
    return new ChaincoreSource(options);
  } catch (error) {
    throw underFlag(error, { url: '--source or --node' });
  }
}
