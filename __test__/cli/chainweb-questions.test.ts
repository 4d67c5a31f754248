import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { withPlaces } from './config/places.js';
import { runHere } from './program.js';

const ask = async (...args: readonly string[]) => {
  const { code, stdout, stderr } = await runHere(['chainweb', ...args]);
  assert.is(code, 0, stderr);
  return stdout.trim();
};

test('--version, --info, --long-info and --license answer, and mine nothing', async () => {
  const version = await ask('-v');
  assert.match(version, /^\d+\.\d+\.\d+/);
  assert.is(await ask('--info'), `pow-native ${version}`);
  assert.ok((await ask('--long-info')).includes(process.version));
  assert.match(await ask('--license'), 'MIT');
});

test('--print-config is a configuration file that means the same', async () => {
  const args = ['--threads', '3', '-n', 'node.example:1', '-k', 'ab'.repeat(32), '--tls'];
  await withPlaces(async ({ file }) => {
    const printed = await ask(...args, '--print-config');
    assert.match(printed, /^worker: cpu$/m);
    const again = await ask('--config-file', file('a.yaml', printed), '--print-config-as', 'full');
    assert.is(again, printed);
  });
});

test('--print-config-as minimal has what differs from the defaults, diff the defaults, too', async () => {
  const args = ['--threads', '3', '--account', 'k:me', '--chains', '4', '--print-config-as'];
  assert.is(await ask(...args, 'minimal'), 'chainweb:\n  account: k:me\nengine:\n  threads: 3');
  assert.is(
    await ask(...args, 'diff'),
    '+ chainweb.account: "k:me"\n- engine.threads: "auto"\n+ engine.threads: 3',
  );
  assert.is(await ask('--print-config-as', 'minimal'), '{}');
});

test('secrets are left out', async () => {
  const printed = await ask('--external-worker-env', 'TOKEN=hush', '--print-config');
  assert.not.match(printed, /hush|\*\*\*/);
});

test.run();
