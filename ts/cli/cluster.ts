import { auto } from './cluster/auto.js';
import { key } from './cluster/key.js';
import { master } from './cluster/master.js';
import { status } from './cluster/status.js';
import { worker } from './cluster/worker.js';
import type { CommandRow } from './command.js';
import { UsageError } from './exit.js';

const ROLES: readonly CommandRow[] = [master, worker, auto, status, key];

export const cluster: CommandRow = {
  name: 'cluster',
  summary: 'One job over many machines: a master lends its work, workers hash it',
  example: 'pow-native cluster worker --join tcp://127.0.0.1:1920',
  subcommands: ROLES,
  addFlags() {},
  run() {
    const names = ROLES.map(({ name }) => name).join(', ');
    return Promise.reject(new UsageError('cluster', `expected one of ${names} behind it`));
  },
};
