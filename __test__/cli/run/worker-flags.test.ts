import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { whyNot } from '../../../ts/cli/run/pair.js';
import { WORKERS } from '../../../ts/workers/registry.js';
import { type BadUsage, testBadUsage } from '../bad-usage.js';
import { KEY } from './programs.js';

const source = ['run', '--source', 'chainweb+http://127.0.0.1:1', '--public-key', KEY];
const external = [...source, '--worker', 'external'];
const simulation = [...source, '--worker', 'simulation'];
const delay = [...source, '--worker', 'constant-delay'];
const onDemand = [...source, '--worker', 'on-demand'];

const BAD_USAGE: readonly BadUsage[] = [
  [external, '--external-worker-cmd', 'a program'],
  [[...external, '--external-worker-cmd', ' '], '--external-worker-cmd', 'a program'],
  [
    [...external, '--external-worker-cmd', '/no/such', '--external-worker-arg', 'x'],
    '--external-worker-cmd',
    'no program "/no/such" there',
  ],
  [[...external, '--external-worker-env', 'x'], '--external-worker-env', 'NAME=VALUE'],
  [[...external, '--external-worker-timeout', '0'], '--external-worker-timeout', 'above zero'],
  [[...external, '--external-worker-target', 'be'], '--external-worker-target', 'bytewise'],
  [[...external, '--external-worker-nonce', 'dec'], '--external-worker-nonce', 'raw'],
  [[...external, '--external-worker-lanes', '0'], '--external-worker-lanes', '1 to 1024'],
  [[...simulation, '--hash-rate', '1X'], '--hash-rate', 'above zero'],
  [[...simulation, '--hash-rate', '0'], '--hash-rate', 'above zero'],
  [[...simulation, '--simulation-probability', '2'], '--simulation-probability', 'at most 1'],
  [[...delay, '--constant-delay-block-time', '0'], '--constant-delay-block-time', 'above zero'],
  [[...delay, '--constant-delay-chains', '0'], '--constant-delay-chains', '1 to 1024'],
  [[...onDemand, '--on-demand-port', '65536'], '--on-demand-port', '0 to 65535'],
  [[...onDemand, '--on-demand-chains', 'x'], '--on-demand-chains', '1 to 1024'],
  [[...onDemand, '--on-demand-interface', '192.0.2.1'], '--on-demand-interface', '192.0.2.1'],
  ...WORKERS.filter(({ proof }) => proof === 'unchecked').map(
    ({ name }): BadUsage => [
      ['run', '--source', 'chaincore+http://127.0.0.1:1', '--worker', name],
      '--worker',
      `${name} does no proof of work, and chaincore takes none without`,
    ],
  ),
];
testBadUsage(BAD_USAGE);

test('a worker without proof of work is refused by a source that takes nothing else', () => {
  const [node, pool] = [
    { scheme: 'node', proof: 'may be off' },
    { scheme: 'pool', proof: 'required' },
  ] as const;
  const [real, idle] = [
    { name: 'real', proof: 'required' },
    { name: 'idle', proof: 'unchecked' },
  ] as const;
  for (const worker of [real, idle]) assert.is(whyNot(node, worker), null);
  assert.is(whyNot(pool, real), null);
  assert.match(whyNot(pool, idle) ?? '', /idle does no proof of work.*pool/);
});

test.run();
