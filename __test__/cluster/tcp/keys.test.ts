import { spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  appendFileSync,
  chmodSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { addKey, listKeys, revokeKey, WatchedKeys } from '../../../ts/cluster/tcp/keys.js';
import { PowError } from '../../../ts/errors.js';
import type { Clock } from '../../../ts/miner/clock.js';

const NOW = '2026-01-01T00:00:00.000Z';
const folder = mkdtempSync(join(tmpdir(), 'pow-keys-'));
test.after(() => rmSync(folder, { recursive: true }));
let files = 0;
const newFile = () => join(folder, `keys-${files++}`);

const codeOf = (call: () => unknown): string => {
  try {
    call();
  } catch (error) {
    if (error instanceof PowError) return `${error.code} ${error.argument}`;
    throw error;
  }
  return 'nothing';
};

test('a key that was added is listed, and nobody else may read its file', () => {
  const file = newFile();
  const key = addKey(file, 'worker-1', NOW);
  assert.match(key.secret, /^[0-9a-f]{64}$/);
  assert.equal(listKeys(file), [key]);
  assert.is(statSync(file).mode & 0o777, 0o600);
});

test('two keys never have the same secret', () => {
  const file = newFile();
  assert.is.not(addKey(file, 'a', NOW).secret, addKey(file, 'b', NOW).secret);
});

test('a second key of the same identity is refused, and the first one stays', () => {
  const file = newFile();
  const { secret } = addKey(file, 'a', NOW);
  assert.is(
    codeOf(() => addKey(file, 'a', NOW)),
    'POW_ARGUMENT keysFile',
  );
  assert.equal(listKeys(file), [{ identity: 'a', secret, added: NOW }]);
});

test('a revoked key is gone, and its identity can be added again with another secret', () => {
  const file = newFile();
  const first = addKey(file, 'a', NOW);
  assert.is(revokeKey(file, 'a', NOW), true);
  assert.equal(listKeys(file), []);
  assert.is(revokeKey(file, 'a', NOW), false);
  assert.is.not(addKey(file, 'a', NOW).secret, first.secret);
});

test('a line that was torn is passed over, and what comes after it is not', () => {
  const file = newFile();
  addKey(file, 'a', NOW);
  appendFileSync(file, '{"identity":"b","secr');
  const c = addKey(file, 'c', NOW);
  assert.equal(
    listKeys(file).map(({ identity }) => identity),
    ['a', 'c'],
  );
  assert.ok(readFileSync(file, 'utf8').includes(c.secret));
});

test('nothing is written to a file that others may read, that is too large, or that has no keys', () => {
  const [open, large, other] = [newFile(), newFile(), newFile()];
  writeFileSync(open, '');
  chmodSync(open, 0o644);
  writeFileSync(large, '', { mode: 0o600 });
  truncateSync(large, (32 << 20) + 1);
  writeFileSync(other, 'port = 1\n', { mode: 0o600 });
  for (const file of [open, large, other]) {
    const before = statSync(file).size;
    assert.is(
      codeOf(() => addKey(file, 'a', NOW)),
      'POW_ARGUMENT keysFile',
    );
    assert.is(statSync(file).size, before);
  }
});

test('a key is added to a file whose only line was torn', () => {
  const file = newFile();
  writeFileSync(file, '{"identity":"b","secr', { mode: 0o600 });
  const key = addKey(file, 'a', NOW);
  assert.equal(listKeys(file), [key]);
});

test('a file that others may read is not used', () => {
  const file = newFile();
  addKey(file, 'a', NOW);
  chmodSync(file, 0o640);
  assert.is(
    codeOf(() => listKeys(file)),
    'POW_ARGUMENT keysFile',
  );
});

for (const identity of ['', 'a b', 'a\n', 'ä', 'x'.repeat(65), '../a']) {
  test(`${JSON.stringify(identity)} is no identity`, () => {
    assert.is(
      codeOf(() => addKey(newFile(), identity, NOW)),
      'POW_ARGUMENT identity',
    );
  });
}

test('keys that several processes add at once are all kept', async () => {
  const file = newFile();
  const code = `import { addKey } from ${JSON.stringify(new URL('../../../ts/cluster/tcp/keys.ts', import.meta.url).href)};
    for (let i = 0; i < 20; i += 1) addKey(process.argv[1], process.argv[2] + i, '${NOW}');`;
  const children = ['a', 'b'].map((name) =>
    spawn(
      process.execPath,
      ['--import', 'tsx', '--input-type=module', '-e', code, '--', file, name],
      { stdio: 'inherit' },
    ),
  );
  const ends = await Promise.all(children.map((child) => once(child, 'exit')));
  assert.equal(
    ends.map(([code]) => code),
    [0, 0],
  );
  assert.is(listKeys(file).length, 40);
});

test('a watched file tells of a revocation, and keeps its keys while it cannot be read', () => {
  const file = newFile();
  const { secret } = addKey(file, 'a', NOW);
  let look = () => {};
  const clock: Clock = {
    now: () => 0,
    after: (_ms, call) => {
      look = call;
      return () => {};
    },
  };
  const told: string[] = [];
  const keys = new WatchedKeys(file, clock, {
    onChange: () => told.push('change'),
    onUnreadable: () => told.push('unreadable'),
  });
  look();
  assert.equal(told, []);
  assert.is(keys.has('a', Buffer.from(secret, 'hex')), true);
  chmodSync(file, 0o644);
  look();
  assert.equal(told, ['unreadable']);
  assert.is(keys.has('a', Buffer.from(secret, 'hex')), true);
  chmodSync(file, 0o600);
  revokeKey(file, 'a', NOW);
  look();
  assert.equal(told, ['unreadable', 'change']);
  assert.is(keys.secretOf('a'), null);
  addKey(file, 'a', NOW);
  look();
  assert.is(keys.has('a', Buffer.from(secret, 'hex')), false, 'the old secret came back');
});

test.run();
