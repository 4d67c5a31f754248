import { spawn, spawnSync } from 'node:child_process';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { MAIN, OVERDUE_MS, ROOT } from './program.js';
import { freshRuntimeFolder, removeRuntimeFolders } from './top/runtime-folder.js';

/** `script` of util-linux gives a command a terminal of its own; that of BSD takes other flags. */
const hasScript = spawnSync('script', ['--version'], { encoding: 'utf8' }).stdout?.includes(
  'util-linux',
);
const onTerminal = hasScript ? test : test.skip;

const quoted = (text: string) => `'${text.replaceAll("'", "'\\''")}'`;

/** Runs the program on a terminal, and presses Ctrl+C when the screen is as wanted. */
async function interrupted(
  args: readonly string[],
  isWanted: (screen: string) => boolean,
): Promise<{ readonly code: unknown; readonly screen: string }> {
  const program = [process.execPath, '--no-warnings', MAIN, ...args];
  const command = program.map(quoted).join(' ');
  const child = spawn('script', ['--quiet', '--return', '--command', command, '/dev/null'], {
    cwd: ROOT,
    env: { ...process.env, TERM: 'xterm' },
  });
  let screen = '';
  let pressed = false;
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    screen += text;
    if (pressed || !isWanted(screen)) return;
    pressed = true;
    child.stdin.write('\x03');
  });
  // Ctrl+C once more for whatever hangs: it ends the program at once.
  const overdue = setTimeout(() => child.stdin.write('\x03\x03'), OVERDUE_MS);
  const code = await new Promise((resolve) => child.on('close', resolve));
  clearTimeout(overdue);
  return { code, screen };
}

onTerminal('a terminal shows one live line, and Ctrl+C ends it with code 130', async () => {
  const endless = ['--layout', 'chainweb', '--work', '00'.repeat(286), '--target', '0'.repeat(64)];
  const { code, screen } = await interrupted(['mine', ...endless], (text) =>
    /[1-9][\d.]* \w?H\/s/.test(text),
  );
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

onTerminal('top draws from the top of the screen, each second anew, until Ctrl+C', async () => {
  freshRuntimeFolder();
  try {
    const refreshes = (text: string) => text.split('\x1b[H\x1b[2J').slice(1);
    const { code, screen } = await interrupted(['top'], (text) => refreshes(text).length >= 3);
    assert.is(code, 130, screen);
    for (const text of refreshes(screen)) assert.match(text, /^no mining process of this user/);
  } finally {
    removeRuntimeFolders();
  }
});

test.run();
