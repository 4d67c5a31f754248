/**
 * A nats-server for development and tests. `npm run nats` finds or builds one and starts it with
 * its files below `.build/nats`; `npm run nats -- --install` only builds it, `--port 4222` and
 * `--store FOLDER` say where. Tests start theirs with the same functions.
 */

import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { capture, ROOT } from './run-process.mjs';

/** What `go install` builds. */
const VERSION = '2.15.2';
/** The oldest that the adapter takes (`ts/cluster/nats/version.ts`). */
const OLDEST = [2, 12, 3];

const CACHE = process.env['XDG_CACHE_HOME'] || join(homedir(), '.cache');
const FOLDER = join(CACHE, 'pow-native', 'tools', `nats-server-${VERSION}`);
const EXECUTABLE = process.platform === 'win32' ? 'nats-server.exe' : 'nats-server';

/** @returns {string | null} the one that was built, or one on the PATH that is new enough */
export function findNats() {
  const built = join(FOLDER, EXECUTABLE);
  if (existsSync(built)) return built;
  return isNewEnough(versionOf(EXECUTABLE)) ? EXECUTABLE : null;
}

/**
 * Takes two minutes once, and needs Go.
 *
 * @returns {Promise<string | null>} the server; `null`: there is none and it could not be built
 */
export async function installNats() {
  const found = findNats();
  if (found !== null) return found;
  process.stderr.write(`building nats-server ${VERSION} ...\n`);
  const { code, output } = await capture(
    'go',
    ['install', `github.com/nats-io/nats-server/v2@v${VERSION}`],
    { env: { ...process.env, GOBIN: FOLDER, CGO_ENABLED: '0' } },
  );
  if (code === 0) return findNats();
  process.stderr.write(`${output.trimEnd()}\nnats-server could not be built\n`);
  return null;
}

/** @param {string} program */
function versionOf(program) {
  const { status, stdout } = spawnSync(program, ['--version'], { encoding: 'utf8' });
  return status === 0 ? stdout : '';
}

/** @param {string} text */
function isNewEnough(text) {
  const [, ...found] = /v(\d+)\.(\d+)\.(\d+)/.exec(text) ?? [];
  if (found.length === 0) return false;
  const differs = OLDEST.findIndex((part, i) => Number(found[i]) !== part);
  return differs === -1 || Number(found[differs]) > (OLDEST[differs] ?? 0);
}

/**
 * @typedef {object} NatsServer
 * @property {string} url
 * @property {number} port the same at the next start
 * @property {number} pid
 * @property {Promise<number | null>} ended its exit code
 * @property {() => string} output what it printed so far
 * @property {(signal: NodeJS.Signals) => Promise<void>} kill resolves when it is gone
 */

/**
 * @typedef {object} NatsOptions
 * @property {string} program
 * @property {string} folder its own, for configuration and store; survives it
 * @property {number} [port] default: any free one
 * @property {string} [extra] more lines of configuration (users, TLS)
 */

/**
 * Starts a server on loopback. Every write is on the disk before it is acknowledged.
 *
 * @param {NatsOptions} options
 * @returns {Promise<NatsServer>} once it accepts connections
 */
export async function startNats({ program, folder, port = -1, extra = '' }) {
  mkdirSync(folder, { recursive: true });
  const file = join(folder, 'server.conf');
  writeFileSync(file, configOf(folder, port, extra));
  const child = spawn(program, ['-c', file, '--ports_file_dir', folder], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text) => {
      output += text;
    });
  }
  const killed = () => child.kill('SIGKILL');
  process.on('exit', killed);
  /** @type {Promise<number | null>} */
  const ended = new Promise((resolve) => {
    child.on('error', () => resolve(null));
    child.on('close', (code) => {
      process.off('exit', killed);
      resolve(code);
    });
  });
  const portsFile = join(folder, `nats-server_${child.pid}.ports`);
  let over = false;
  void ended.then(() => {
    over = true;
  });
  /** @type {string | null} */
  let url = null;
  while (!over && url === null) {
    await new Promise((resolve) => setTimeout(resolve, 10));
    if (output.includes('Server is ready')) url = urlIn(portsFile);
  }
  if (url === null) throw new Error(`nats-server did not start:\n${output}`);
  return {
    url,
    port: Number(new URL(url).port),
    pid: child.pid ?? 0,
    ended,
    output: () => output,
    async kill(signal) {
      child.kill(signal);
      await ended;
      rmSync(portsFile, { force: true });
    },
  };
}

/**
 * @param {string} portsFile
 * @returns {string | null} `null`: the server has not written all of it yet
 */
function urlIn(portsFile) {
  try {
    return JSON.parse(readFileSync(portsFile, 'utf8')).nats[0];
  } catch {
    return null;
  }
}

/**
 * @param {string} folder
 * @param {number} port
 * @param {string} extra
 */
function configOf(folder, port, extra) {
  return `listen: "127.0.0.1:${port}"
server_name: "pow-native"
jetstream {
  store_dir: ${JSON.stringify(join(folder, 'store'))}
  sync_interval: always
}
${extra}
`;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { values } = parseArgs({
    options: {
      install: { type: 'boolean', default: false },
      port: { type: 'string', default: '4222' },
      store: { type: 'string', default: join(ROOT, '.build', 'nats') },
    },
  });
  const program = await installNats();
  if (program === null) process.exitCode = 1;
  else if (!values.install) {
    const { store: folder, port } = values;
    const server = await startNats({ program, folder, port: Number(port) });
    console.log(`nats-server on ${server.url}, files in ${folder}; Ctrl+C ends it`);
    process.removeAllListeners('SIGINT').on('SIGINT', () => void server.kill('SIGTERM'));
    process.exitCode = (await server.ended) ?? 1;
  }
}
