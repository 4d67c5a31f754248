import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { runAlone } from '../alone.js';
import { nativeRequired } from '../backends.js';

/** The generated loader looks nowhere else, so the addon is as good as not there. */
const NO_ADDON = {
  NAPI_RS_NATIVE_LIBRARY_PATH: '/nonexistent/pow-native.node',
  POW_NATIVE_BACKEND: '',
};
const COUNT_WARNINGS = `
  const warnings = [];
  process.on('warning', ({ code, message }) => warnings.push({ code, message }));`;
const tellWarnings = 'setImmediate(() => console.log(JSON.stringify(warnings)));';

test('without the addon everything works, with one warning that says why', () => {
  const { status, stdout, stderr } = runAlone(
    `${COUNT_WARNINGS}
     for (const engine of [new Engine({ threads: 1 }), new Engine({ threads: 1 })]) {
       const { nonce } = await engine.mine(anyWork, { target: easyTarget });
       console.log(engine.stats().backend, nonce >= 0n);
     }
     hashBatch([{ work: anyWork, nonce: 0n }]);
     await mine(anyWork, { target: easyTarget });
     ${tellWarnings}`,
    NO_ADDON,
  );
  assert.is(status, 0, stderr);
  const [first, second, told = ''] = stdout.split('\n');
  assert.is(first, 'portable true');
  assert.is(second, 'portable true');
  const warnings = JSON.parse(told) as { code: string; message: string }[];
  assert.is(warnings.length, 1);
  assert.is(warnings[0]?.code, 'POW_PORTABLE');
  assert.match(warnings[0]?.message ?? '', /the addon could not load: Cannot find module/);
});

test('portable by wish comes without a warning, and the option outranks the environment', () => {
  const { status, stdout, stderr } = runAlone(
    `${COUNT_WARNINGS}
     console.log(new Engine().stats().backend, new Engine({ backend: 'auto' }).stats().backend);
     try { new Engine({ backend: 'native' }); } catch ({ code, message }) { console.log(code, message); }
     ${tellWarnings}`,
    { ...NO_ADDON, POW_NATIVE_BACKEND: 'portable' },
  );
  assert.is(status, 0, stderr);
  const lines = stdout.split('\n');
  assert.is(lines[0], 'portable portable');
  assert.match(lines[1] ?? '', /^POW_BACKEND .*the addon could not load/);
  assert.is(lines[2], '[]');
});

test('an unknown POW_NATIVE_BACKEND is an error that names it, as a rejection of mine()', () => {
  const { status, stdout, stderr } = runAlone(
    `const { code, argument } = await mine(anyWork, { target: easyTarget }).catch((error) => error);
     console.log(code, argument);`,
    { POW_NATIVE_BACKEND: 'gpu' },
  );
  assert.is(status, 0, stderr);
  assert.is(stdout, 'POW_ARGUMENT POW_NATIVE_BACKEND\n');
});

test('native by wish without the addon is POW_BACKEND, never a fallback', () => {
  const { status, stdout, stderr } = runAlone(
    `const { code } = await mine(anyWork, { target: easyTarget }).catch((error) => error);
     console.log(code);`,
    { ...NO_ADDON, POW_NATIVE_BACKEND: 'native' },
  );
  assert.is(status, 0, stderr);
  assert.is(stdout, 'POW_BACKEND\n');
});

if (nativeRequired) {
  test('with the addon at hand nobody has to ask for it', () => {
    const { status, stdout, stderr } = runAlone('console.log(new Engine().stats().backend);', {
      POW_NATIVE_BACKEND: '',
    });
    assert.is(status, 0, stderr);
    assert.is(stdout, 'native\n');
    assert.is(stderr, '');
  });
}

test.run();
