import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { runAlone } from '../alone.js';
import { backends } from '../backends.js';

for (const { kind } of backends) {
  const run = (body: string) => runAlone(body, { POW_NATIVE_BACKEND: kind });

  test(`${kind}: a process ends by itself while an engine and the shared one idle`, () => {
    const { status, signal, stdout, stderr } = run(
      `const engine = new Engine({ threads: 2 });
       console.log(typeof (await engine.mine(anyWork, { target: easyTarget })).nonce);
       console.log(typeof (await mine(anyWork, { target: easyTarget })).nonce);`,
    );
    assert.is(signal, null, stderr);
    assert.is(status, 0, stderr);
    assert.is(stdout, 'bigint\nbigint\n');
  });

  test(`${kind}: a process ends by itself when an engine was never used`, () => {
    const { status, signal, stderr } = run('new Engine({ threads: 2 });');
    assert.is(signal, null, stderr);
    assert.is(status, 0, stderr);
  });

  test(`${kind}: a running search keeps the process alive, by nothing but itself`, () => {
    const { status, stdout, stderr } = run(
      `const stop = new AbortController();
       const mining = mine(anyWork, { target: hardTarget, signal: stop.signal });
       setTimeout(() => stop.abort('still here'), 500).unref();
       mining.catch((reason) => console.log(reason));`,
    );
    assert.is(status, 0, stderr);
    assert.is(stdout, 'still here\n');
  });

  test(`${kind}: a process that closes its engine with a search running ends`, () => {
    const { status, stdout, stderr } = run(
      `const engine = new Engine({ threads: 2 });
       const mining = engine.mine(anyWork, { target: hardTarget }).catch(({ code }) => code);
       await engine.close();
       console.log(await mining);`,
    );
    assert.is(status, 0, stderr);
    assert.is(stdout, 'POW_CLOSED\n');
  });

  test(`${kind}: awaiting the close of an idle engine is not cut short`, () => {
    const { status, stdout, stderr } = run(
      `const engine = new Engine({ threads: 2 });
       await engine.mine(anyWork, { target: easyTarget });
       await engine.close();
       console.log('closed');`,
    );
    assert.is(status, 0, stderr);
    assert.is(stdout, 'closed\n');
  });

  test(`${kind}: process.exit() in the middle of a search ends at once and cleanly`, () => {
    const { status, signal, stderr } = run(
      `mine(anyWork, { target: hardTarget });
       setTimeout(() => process.exit(7), 50);`,
    );
    assert.is(signal, null, stderr);
    assert.is(status, 7, stderr);
  });
}

test.run();
