/** The options of every worker as flags: names, and how their text becomes a value. */

import { type Command, InvalidArgumentError } from 'commander';
import { PowError } from '../../errors.js';
import type { WorkerRow } from '../../workers/row.js';
import { addEngineFlags } from '../engine-flags.js';
import { UsageError } from '../exit.js';
import { positiveNumber, wholeNumber } from '../flag-values.js';

interface OptionFlag {
  /** Of the worker. */
  readonly option: string;
  /** As commander wants it, the official client's spelling where it has one. */
  readonly flags: string;
  /** The value of the option; what it throws is shown with the flag. */
  readonly value: (text: string, before: never) => unknown;
}

/** By worker. An option without a row here has no flag. */
const FLAGS: Readonly<Record<string, readonly OptionFlag[]>> = {
  cpu: [
    { option: 'lanes', flags: '--lanes <n>', value: wholeNumber(1, 1024) },
    { option: 'batchNonces', flags: '--batch-nonces <n>', value: wholeNumber(1, 1e15 - 1) },
  ],
  external: [
    { option: 'command', flags: '--external-worker-cmd <command>', value: String },
    { option: 'args', flags: '--external-worker-arg <text>', value: collected },
    { option: 'environment', flags: '--external-worker-env <name=value>', value: variables },
    {
      ...{ option: 'timeoutMs', flags: '--external-worker-timeout <s>' },
      value: (text) => positiveNumber(text) * 1000,
    },
    { option: 'targetForm', flags: '--external-worker-target <form>', value: String },
    { option: 'nonceForm', flags: '--external-worker-nonce <form>', value: String },
    {
      ...{ option: 'graceMs', flags: '--external-worker-grace <s>' },
      value: (text) => Math.round(positiveNumber(text) * 1000),
    },
    { option: 'lanes', flags: '--external-worker-lanes <n>', value: wholeNumber(1, 1024) },
  ],
  stratum: [
    { option: 'port', flags: '--stratum-port <port>', value: wholeNumber(0, 65_535) },
    { option: 'host', flags: '--stratum-interface <host>', value: String },
    { option: 'ports', flags: '--stratum-listen <port>', value: collected },
    { option: 'dialect', flags: '--stratum-dialect <name>', value: String },
    { option: 'difficulty', flags: '--stratum-difficulty <d>', value: difficulty },
    {
      ...{ option: 'shareMs', flags: '--stratum-share-time <s>' },
      value: (text) => Math.ceil(positiveNumber(text) * 1000),
    },
    { option: 'refreshMs', flags: '-s, --stratum-rate <ms>', value: wholeNumber(1, 86_400_000) },
    {
      ...{ option: 'connections', flags: '--stratum-connections <n>' },
      value: wholeNumber(1, 1_000_000),
    },
    { option: 'tlsKey', flags: '--stratum-tls-key <file>', value: String },
    { option: 'tlsCert', flags: '--stratum-tls-cert <file>', value: String },
  ],
  cluster: [
    { option: 'adapter', flags: '--cluster-adapter <name>', value: String },
    { option: 'host', flags: '--cluster-interface <host>', value: String },
    { option: 'port', flags: '--cluster-port <port>', value: wholeNumber(0, 65_535) },
    { option: 'keysFile', flags: '--cluster-keys <file>', value: String },
    { option: 'journalFile', flags: '--cluster-journal <file>', value: String },
    {
      ...{ option: 'unitNonces', flags: '--cluster-unit-nonces <n>' },
      value: wholeNumber(1, 1e15 - 1),
    },
    { option: 'proof', flags: '--cluster-proof <true|false>', value: yesOrNo },
    { option: 'servers', flags: '--cluster-server <url>', value: collected },
    { option: 'name', flags: '--cluster-name <name>', value: String },
    { option: 'cluster', flags: '--cluster-subject <word>', value: String },
    { option: 'nkeyFile', flags: '--cluster-nkey <file>', value: String },
    { option: 'tlsKey', flags: '--cluster-tls-key <file>', value: String },
    { option: 'tlsCert', flags: '--cluster-tls-cert <file>', value: String },
    { option: 'tlsCa', flags: '--cluster-tls-ca <file>', value: String },
    { option: 'datasetFile', flags: '--cluster-dataset <file>', value: String },
    { option: 'datasetFolder', flags: '--cluster-datasets <folder>', value: String },
  ],
  simulation: [
    { option: 'hashRate', flags: '-r, --hash-rate <n>', value: quantity },
    { option: 'probability', flags: '--simulation-probability <p>', value: positiveNumber },
    { option: 'seed', flags: '--simulation-seed <seed>', value: String },
  ],
  'constant-delay': [
    {
      ...{ option: 'blockTimeMs', flags: '--constant-delay-block-time <s>' },
      value: (text) => positiveNumber(text) * 1000,
    },
    { option: 'chains', flags: '--constant-delay-chains <n>', value: wholeNumber(1, 1024) },
  ],
  'on-demand': [
    { option: 'host', flags: '--on-demand-interface <host>', value: String },
    { option: 'port', flags: '--on-demand-port <port>', value: wholeNumber(0, 65_535) },
    { option: 'chains', flags: '--on-demand-chains <n>', value: wholeNumber(1, 1024) },
  ],
};

function collected(text: string, before: readonly string[] = []): readonly string[] {
  return [...before, text];
}

function yesOrNo(text: string): boolean {
  if (text === 'true' || text === 'false') return text === 'true';
  throw new InvalidArgumentError('Expected true or false.');
}

function variables(
  text: string,
  before: Readonly<Record<string, string>> = {},
): Readonly<Record<string, string>> {
  const [, name, value] = /^([^=]+)=(.*)$/s.exec(text) ?? [];
  if (name === undefined) throw new InvalidArgumentError('Expected NAME=VALUE.');
  return { ...before, [name]: value ?? '' };
}

/** `auto`, `block`, or leading zero bits. */
function difficulty(text: string): string | number {
  return /^\d{1,3}$/.test(text) ? Number(text) : text;
}

const POWERS: Readonly<Record<string, number>> = {
  ...{ '': 1, k: 1e3, K: 1e3, M: 1e6, G: 1e9, T: 1e12, P: 1e15, E: 1e18 },
  ...{ Ki: 2 ** 10, Mi: 2 ** 20, Gi: 2 ** 30, Ti: 2 ** 40, Pi: 2 ** 50, Ei: 2 ** 60 },
};

/** A number above zero with the prefix of a unit: `100M`, `1Ki`. */
function quantity(text: string): number {
  const [, figure = '', prefix = ''] = /^(.*?)([kKMGTPE]i?)?$/.exec(text) ?? [];
  const power = POWERS[prefix];
  if (power !== undefined && /\d$/.test(figure)) return positiveNumber(figure) * power;
  throw new InvalidArgumentError(
    'Expected a number above zero, with k, M, G or Ki, Mi if need be.',
  );
}

/** Adds the flags that are a worker's own. */
export function addWorkerFlags(command: Command, row: WorkerRow): void {
  const heading = `With --worker ${row.name}:`;
  if (row.name === 'cpu') addEngineFlags(command, heading);
  const rows = FLAGS[row.name] ?? [];
  if (rows.length > 0) command.optionsGroup(heading);
  for (const { option, flags, value } of rows) {
    const summary = row.options[option] ?? '';
    command.option<unknown>(flags, summary, value as (text: string, before: unknown) => unknown);
  }
}

/** What was given for a worker, by the names of its options. */
export function workerOptions(command: Command, row: WorkerRow): Readonly<Record<string, unknown>> {
  const given = command.opts<Record<string, unknown>>();
  const entries = (FLAGS[row.name] ?? []).map(({ option, flags }): [string, unknown] => {
    return [option, given[attributeOf(command, flags)]];
  });
  return Object.fromEntries(entries.filter(([, value]) => value !== undefined));
}

/** Flags given for other workers than the one that runs, and whose they are. */
export function unusedFlags(
  command: Command,
  worker: string,
): readonly { readonly flag: string; readonly worker: string }[] {
  return Object.entries(FLAGS).flatMap(([name, rows]) => {
    if (name === worker) return [];
    return rows
      .filter(({ flags }) => {
        return command.getOptionValueSource(attributeOf(command, flags)) === 'cli';
      })
      .map(({ flags }) => ({ flag: longOf(flags), worker: name }));
  });
}

/** The error for an option that the worker does not take, under the name of its flag. */
export function flagError(row: WorkerRow, error: unknown): unknown {
  if (!(error instanceof PowError) || error.argument === undefined) return error;
  // One of a list has its number behind it.
  const name = error.argument.replace(/\[\d+\]$/, '');
  const flag = FLAGS[row.name]?.find(({ option }) => option === name);
  return flag === undefined ? error : new UsageError(longOf(flag.flags), error.message);
}

function longOf(flags: string): string {
  return /--[\w-]+/.exec(flags)?.[0] ?? flags;
}

function attributeOf(command: Command, flags: string): string {
  const option = command.options.find((each) => each.flags === flags);
  return option?.attributeName() ?? '';
}
