import { writeFileSync } from 'node:fs';
import { Argument, type Command } from 'commander';
import { type NatsKeys, serverAuthorization } from '../../cluster/nats/rights.js';
import { addKey, listKeys, revokeKey } from '../../cluster/tcp/keys.js';
import type { CommandRow, SharedFlags } from '../command.js';
import { addConfigFlags, withConfig } from '../config/sources.js';
import { EXIT, type ExitCode, UsageError, underFlag } from '../exit.js';
import { messageOf } from '../message-of.js';
import { textTable } from '../table.js';

interface KeyFlags extends SharedFlags {
  readonly out?: string;
  readonly masterNkey?: readonly string[];
  readonly workerNkey?: readonly string[];
}

const ACTIONS = {
  add: 'makes a key for a worker of that name, and prints it once',
  revoke: 'takes it back: connections that were made with it are closed',
  list: 'names, without the keys',
  nats: 'prints what nkeys may do, for the configuration of a NATS server',
} as const;
type Action = keyof typeof ACTIONS;

const FILE_FLAG = '--cluster-keys';

export const key: CommandRow = {
  name: 'key',
  summary: 'Add, revoke and list the keys of workers',
  example: 'pow-native cluster key add rig1 --cluster-keys keys.jsonl --out rig1.key',
  addFlags(command) {
    const names = Object.keys(ACTIONS);
    command.addArgument(new Argument('<action>', names.join(', ')).choices(names));
    command.addArgument(new Argument('[name]', 'of the worker'));
    command.option('--out <file>', 'write the new key here, for its owner alone (default: stdout)');
    command
      .optionsGroup('With nats:')
      .option('--master-nkey <key>', 'public nkey of a node that may be master; repeatable', nkeys)
      .option('--worker-nkey <key>', 'public nkey of a worker; repeatable', nkeys);
    addConfigFlags(command, new Set(['cluster.keysFile', 'cluster.cluster']));
    const rows = Object.entries(ACTIONS).map(([name, what]) => `  ${name.padEnd(6)}  ${what}`);
    command.addHelpText('after', `\nActions:\n${rows.join('\n')}`);
  },
  run: (command) =>
    withConfig(command, async ({ config }) => {
      const { keysFile: file, cluster } = config.settings.cluster;
      if (command.args[0] === 'nats') return rights(command.opts<KeyFlags>(), cluster);
      if (file === undefined) throw new UsageError(FILE_FLAG, 'expected: the file of the keys');
      const [action, name] = command.args as [Exclude<Action, 'nats'>, string | undefined];
      try {
        return act(command, { action, name, file });
      } catch (error) {
        throw underFlag(error, { keysFile: FILE_FLAG, identity: 'name' });
      }
    }),
};

interface Asked {
  readonly action: Exclude<Action, 'nats'>;
  readonly name: string | undefined;
  readonly file: string;
}

function act(command: Command, { action, name, file }: Asked): ExitCode {
  const { json, out } = command.opts<KeyFlags>();
  if (action === 'list') return list(file, json === true);
  if (name === undefined)
    throw new UsageError('name', `expected: the worker whose key to ${action}`);
  const now = new Date().toISOString();
  if (action === 'revoke') {
    const wasThere = revokeKey(file, name, now);
    print(json === true ? JSON.stringify({ revoked: wasThere, name }) : revoked(wasThere, name));
    return wasThere ? EXIT.done : EXIT.failed;
  }
  const { identity, secret } = addKey(file, name, now);
  const text = `${identity}:${secret}`;
  if (out !== undefined) writeKey(out, text, () => revokeKey(file, name, now));
  if (json === true)
    print(JSON.stringify({ name: identity, ...(out === undefined ? { secret } : { out }) }));
  else print(out === undefined ? text : `the key of ${identity} is in ${out}`);
  return EXIT.done;
}

function nkeys(text: string, before: readonly string[] = []): readonly string[] {
  return [...before, text];
}

/** Names of subjects and what each key may do with them: the server checks it, not the master. */
function rights(
  { masterNkey: masters = [], workerNkey: workers = [], json }: KeyFlags,
  cluster: string | undefined,
): ExitCode {
  if (masters.length === 0) {
    throw new UsageError('--master-nkey', 'expected: the public nkey of the master, U...');
  }
  const authorization = natsRights({ cluster, masters, workers });
  print(json === true ? JSON.stringify({ authorization }) : authorization.trimEnd());
  return EXIT.done;
}

/** @throws UsageError */
function natsRights(keys: NatsKeys): string {
  try {
    return serverAuthorization(keys);
  } catch (error) {
    throw new UsageError('--master-nkey or --worker-nkey', messageOf(error));
  }
}

function revoked(wasThere: boolean, name: string): string {
  return wasThere ? `the key of ${name} is revoked` : `there is no key of ${name}`;
}

function list(file: string, json: boolean): ExitCode {
  const keys = listKeys(file).map(({ identity, added }) => ({ name: identity, added }));
  const rows = keys.map(({ name, added }) => [name, added]);
  print(json ? JSON.stringify({ keys }) : textTable(['worker', 'added'], rows));
  return EXIT.done;
}

/** Never over another file: a key that is lost there could not be had again. */
function writeKey(path: string, text: string, undo: () => void): void {
  try {
    writeFileSync(path, `${text}\n`, { mode: 0o600, flag: 'wx' });
  } catch (error) {
    undo();
    throw new UsageError('--out', messageOf(error));
  }
}

function print(text: string): void {
  process.stdout.write(`${text}\n`);
}
