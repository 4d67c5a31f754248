import { readFileSync } from 'node:fs';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { missingPackages } from '../../scripts/complete-lock.mjs';

const text = readFileSync(new URL('../../package-lock.json', import.meta.url), 'utf8');
const lock = JSON.parse(text) as Parameters<typeof missingPackages>[0];

test('the lock file has the binary packages of every platform', () => {
  assert.equal(missingPackages(lock), [], 'run node scripts/complete-lock.mjs');
});

test('a missing optional package is found where Node would look for it', () => {
  const wants = { optionalDependencies: { 'b-linux-x64': '1.2.3' } };
  const missing = [{ name: 'b-linux-x64', version: '1.2.3', dev: false }];
  const nested = 'node_modules/@s/a/node_modules/b';
  assert.equal(missingPackages({ packages: { [nested]: wants } }), missing);
  for (const place of [
    'node_modules',
    'node_modules/@s/a/node_modules',
    `${nested}/node_modules`,
  ]) {
    const packages = { [nested]: wants, [`${place}/b-linux-x64`]: {} };
    assert.equal(missingPackages({ packages }), [], place);
  }
});

test('the lock file names no registry: any mirror will do', () => {
  assert.not.match(text, /"resolved"/);
});

test.run();
