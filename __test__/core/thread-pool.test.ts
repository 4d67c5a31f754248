import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { runAlone } from '../alone.js';
import { backends } from '../backends.js';

for (const { kind } of backends) {
  test(`${kind}: eight searches on all threads leave libuv's pool to files, names and digests`, () => {
    // A pool of one thread: were that one mining, none of the four would ever come back.
    const { status, signal, stdout, stderr } = runAlone(
      `import { pbkdf2 } from 'node:crypto';
       import { lookup } from 'node:dns/promises';
       import { readFile } from 'node:fs/promises';
       import { promisify } from 'node:util';
       import { gzip } from 'node:zlib';
       const engine = new Engine();
       const stop = new AbortController();
       const all = Array.from({ length: 8 }, () =>
         engine.mine(anyWork, { target: hardTarget, signal: stop.signal }).catch((reason) => reason));
       while (engine.stats().hashes === 0) await new Promise((resolve) => setTimeout(resolve, 5));
       const done = await Promise.all([
         readFile('package.json').then(() => 'file'),
         lookup('127.0.0.1').then(() => 'name'),
         lookup('localhost').then(() => 'name', () => 'name'),
         promisify(pbkdf2)('a', 'b', 1000, 32, 'sha256').then(() => 'digest'),
         promisify(gzip)('a').then(() => 'archive'),
       ]);
       console.log(done.join(' '), engine.stats().searches);
       stop.abort('stopped');
       console.log(new Set(await Promise.all(all)));
       await engine.close();`,
      { POW_NATIVE_BACKEND: kind, UV_THREADPOOL_SIZE: '1' },
    );
    assert.is(signal, null, stderr);
    assert.is(status, 0, stderr);
    assert.is(stdout, "file name name digest archive 8\nSet(1) { 'stopped' }\n");
  });
}

test.run();
