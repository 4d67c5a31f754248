import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { runHere } from '../program.js';
import { killPrograms, start } from '../run/programs.js';
import { HARD, pidOf } from './miners.js';
import { freshRuntimeFolder, onUnix, removeRuntimeFolders } from './runtime-folder.js';

test.before.each(freshRuntimeFolder);
test.after.each(() => {
  killPrograms();
  removeRuntimeFolders();
});

onUnix('a process that was killed is not seen, and its socket is swept', async () => {
  const miner = start(HARD);
  await pidOf(miner);
  const sockets = () => readdirSync(join(process.env['XDG_RUNTIME_DIR'] ?? '', 'pow-native'));
  miner.kill('SIGKILL');
  await miner.ended;
  assert.is(sockets().length, 1);
  const { code, stdout } = await runHere(['top', '--once']);
  assert.is(code, 0);
  assert.is(stdout, 'no mining process of this user\n');
  assert.equal(sockets(), []);
});

onUnix('one that is watched alone and ends takes top along', async () => {
  const miner = start(HARD);
  const pid = await pidOf(miner);
  const top = start(['top', '--pid', String(pid)]);
  await top.until('stdout', /mine \d+/);
  miner.kill('SIGTERM');
  assert.is(await miner.ended, 130);
  assert.is(await top.ended, 0, top.stderr);
});

test.run();
