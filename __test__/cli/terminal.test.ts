import { spawn, spawnSync } from 'node:child_process';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { MAIN, OVERDUE_MS, ROOT } from './program.js';

/** `script` of util-linux gives a command a terminal of its own; that of BSD takes other flags. */
const hasScript = spawnSync('script', ['--version'], { encoding: 'utf8' }).stdout?.includes(
  'util-linux',
);
const onTerminal = hasScript ? test : test.skip;

const quoted = (text: string) => `'${text.replaceAll("'", "'\\''")}'`;
const ENDLESS = [
  ...[process.execPath, '--no-warnings', '--import', 'tsx', MAIN, 'mine', '--layout', 'chainweb'],
  ...['--work', '00'.repeat(286), '--target', '0'.repeat(64)],
];

onTerminal('a terminal shows one live line, and Ctrl+C ends it with code 130', async () => {
  const command = ENDLESS.map(quoted).join(' ');
  const child = spawn('script', ['--quiet', '--return', '--command', command, '/dev/null'], {
    cwd: ROOT,
    env: { ...process.env, TERM: 'xterm' },
  });
  let screen = '';
  let pressed = false;
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    screen += text;
    if (pressed || !/[1-9][\d.]* \w?H\/s/.test(screen)) return;
    pressed = true;
    child.stdin.write('\x03');
  });
  // Ctrl+C once more for whatever hangs: it ends the program at once.
  const overdue = setTimeout(() => child.stdin.write('\x03\x03'), OVERDUE_MS);
  const code = await new Promise((resolve) => child.on('close', resolve));
  clearTimeout(overdue);
  assert.is(code, 130, screen);
  const draws = screen.split('\r\x1b[2K').slice(1);
  assert.ok(draws.length >= 2, 'drawn, then erased');
  const [first = ''] = draws;
  assert.match(first, / hashes \| .* expected \| chance so far .* \| \d+:\d\d/);
  assert.not.ok(
    draws.slice(0, -1).some((draw) => draw.includes('\n')),
    'redrawn in place',
  );
  assert.match(draws.at(-1) ?? '', 'Interrupted.');
});

test.run();
