/**
 * Programs that some tests need and npm does not bring: installed where that is possible. Where one
 * is missing all the same, its tests are skipped, and counted as skipped.
 */

import { spawnSync } from 'node:child_process';
import { installNats } from './nats.mjs';
import { capture } from './run-process.mjs';

export async function installTestTools() {
  if (has('go', 'version')) await installNats();
  const isDebian = process.platform === 'linux' && has('apt-get', '--version');
  if (isDebian && process.getuid?.() === 0 && !has('ip', '-Version'))
    await installWithApt('iproute2');
}

/** @param {string} name of a Debian package */
async function installWithApt(name) {
  process.stderr.write(`installing ${name} ...\n`);
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  for (const args of [['update'], ['install', '--yes', '--no-install-recommends', name]]) {
    const { code, output } = await capture('apt-get', args, { env });
    if (code !== 0) process.stderr.write(`${output.trimEnd()}\n${name} could not be installed\n`);
  }
}

/**
 * @param {string} program
 * @param {string} probe an argument that only a program that is there accepts
 */
function has(program, probe) {
  return spawnSync(program, [probe]).status === 0;
}
