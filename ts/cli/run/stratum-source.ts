import type { Command } from 'commander';
import { StratumSource } from '../../stratum/index.js';
import { UsageError, underFlag } from '../exit.js';
import { readCa } from './source-values.js';
import type { SourceHow, SourceRow } from './tables.js';

export interface StratumFlags {
  readonly user?: string;
  readonly password: string;
  readonly failOver?: readonly string[];
  readonly ca?: string;
  readonly insecure?: boolean;
}

export const stratumSource: SourceRow = {
  scheme: 'stratum',
  form: 'tcp://HOST:PORT',
  summary: 'a pool (+ssl for TLS; ?dialect=chainweb, ?algorithm=blake2s)',
  proof: 'required',
  addFlags(command: Command): void {
    command
      .optionsGroup('With a Stratum pool:')
      .option('--user <name>', 'account, or account.worker')
      .option('--password <text>', 'most pools ask for none', 'x')
      .option('--fail-over <url>', 'the next pool to try; repeatable', collected);
  },
  open: (url, flags, how) => openStratum(url, flags as StratumFlags, how),
};

function collected(text: string, before: readonly string[] = []): readonly string[] {
  return [...before, text];
}

function openStratum(url: string, flags: StratumFlags, how: SourceHow): StratumSource {
  const { user, password, failOver = [], ca, insecure } = flags;
  if (user === undefined) {
    throw new UsageError('--user', 'expected: the account that the pool pays');
  }
  const tls = { ca: readCa(ca), insecure };
  try {
    return new StratumSource({
      ...{ url: [url, ...failOver], user, password },
      tls,
      onNotice: (notice) => how.onNotice(notice),
    });
  } catch (error) {
    throw underFlag(error, { url: '--source or --fail-over' });
  }
}
