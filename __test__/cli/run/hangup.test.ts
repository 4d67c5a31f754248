/** SIGHUP on a terminal: a miner whose terminal is gone ends; one whose terminal is there reloads. */

import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { MAIN, OVERDUE_MS, ROOT } from '../program.js';
import { KEY } from './programs.js';

const folder = mkdtempSync(join(tmpdir(), 'pow-native-hangup-'));
test.after(() => rmSync(folder, { recursive: true }));

/** `script` of util-linux gives a command a terminal of its own; that of BSD takes other flags. */
const hasScript = spawnSync('script', ['--version'], { encoding: 'utf8' }).stdout?.includes(
  'util-linux',
);
const onTerminal = hasScript ? test : test.skip;

const read = (path: string) => (existsSync(path) ? readFileSync(path, 'utf8') : '');

/** Waits for a text in a file; rejects when it is overdue. */
async function until(path: string, pattern: RegExp): Promise<RegExpExecArray> {
  const overdueMs = performance.now() + OVERDUE_MS;
  for (;;) {
    const match = pattern.exec(read(path));
    if (match !== null) return match;
    if (performance.now() > overdueMs) throw new Error(`no ${pattern} in ${read(path)}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

onTerminal(
  'SIGHUP reloads while the terminal is there, and ends the miner when it is gone',
  async () => {
    const [log, pid, code, run] = ['log', 'pid', 'code', 'run.sh'].map((name) =>
      join(folder, name),
    );
    const program = [process.execPath, MAIN, 'run', '--threads', '1'];
    const flags = [
      '--source',
      'chainweb+http://127.0.0.1:1',
      '--public-key',
      KEY,
      '--log-file',
      log,
    ];
    const line = [...program, ...flags].map((text) => `'${text}'`).join(' ');
    // As shells do: it passes the signal on, and outlives the terminal to tell how the miner ended.
    const script = [
      "trap 'kill -HUP $miner' HUP",
      `${line} & miner=$!`,
      `echo $miner > '${pid}'`,
      `wait $miner; wait $miner; echo $? > '${code}'`,
    ];
    writeFileSync(run ?? '', script.join('\n'));
    const terminal = spawn('script', ['--quiet', '--command', `bash '${run}'`, '/dev/null'], {
      cwd: ROOT,
      env: { ...process.env, TERM: 'xterm' },
      stdio: ['pipe', 'ignore', 'ignore'],
    });
    try {
      await until(log ?? '', /ECONNREFUSED/);
      process.kill(Number(read(pid ?? '')), 'SIGHUP');
      await until(log ?? '', /SIGHUP: no setting has changed/);
      terminal.kill('SIGKILL');
      const [, ended] = await until(code ?? '', /^(\d+)\n/);
      assert.is(ended, '129', 'by SIGHUP, and not by an abort on the way out');
    } finally {
      terminal.kill('SIGKILL');
      const left = Number(read(pid ?? ''));
      if (!existsSync(code ?? '') && left > 0) process.kill(left, 'SIGKILL');
    }
  },
);

test.run();
