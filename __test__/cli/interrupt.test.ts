import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { spawnProgram } from './program.js';

/** Nothing meets an all-zero target, so only a signal can end this. */
const ENDLESS = [
  ...['mine', '--layout', 'chainweb', '--work', '00'.repeat(318), '--target', '0'.repeat(64)],
  '--json',
];

for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  test(`${signal} stops a search cleanly with code 130`, async () => {
    let sent = false;
    const { code, stdout, stderr } = await spawnProgram(ENDLESS, {
      // The note about the 318 bytes is the last thing said before the search starts.
      onStderr(text, kill) {
        if (sent || !text.includes('318 bytes')) return;
        sent = true;
        setTimeout(() => kill(signal), 300);
      },
    });
    assert.is(code, 130, stderr);
    assert.is(JSON.parse(stdout).result, 'interrupted');
  });
}

test.run();
