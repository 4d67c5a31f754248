import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { printableLines } from '../../../ts/core/printable.js';
import { selfSigned } from '../../chainweb/certificate.js';
import {
  hang,
  info,
  type RawReply,
  type RawRequest,
  reply,
  withRawNode,
} from '../../chainweb/raw-node.js';
import { type BadUsage, testBadUsage } from '../bad-usage.js';
import { runHere } from '../program.js';
import { KEY, killPrograms, start } from './programs.js';

const source = ['run', '--source', 'chainweb+http://127.0.0.1:1', '--public-key', KEY];
const pool = ['run', '--source', 'stratum+ssl://127.0.0.1:1', '--user', 'u'];
const node = ['chainweb', '--node', '127.0.0.1:1', '--public-key', KEY];

const BAD_USAGE: readonly BadUsage[] = [
  [['run'], '--source', 'not specified'],
  [['run', '--source', 'http://127.0.0.1:1', '--public-key', KEY], '--source', 'chainweb+http://'],
  [['run', '--source', 'bitcoin+http://h:1'], '--source', 'chainweb+http://'],
  [['run', '--source', 'chainweb+ftp://h:1', '--public-key', KEY], '--source', 'http://HOST:PORT'],
  [['run', '--source', 'chainweb+http://h:1/x', '--public-key', KEY], '--source', 'HOST:PORT'],
  [['run', '--source', 'chainweb+http://h:1'], '--public-key', '64 hex digits'],
  [[...source, '--worker', 'gpu'], '--worker', 'cpu'],
  [[...source, '--public-key', 'abc'], '--public-key', '64 hex digits'],
  [[...source, '--public-key', KEY], '--account', 'more than one --public-key'],
  [[...source, '--chains', '0'], '--chains', '1 to 1000'],
  [[...source, '--chain', '-1'], '--chain', 'whole number'],
  [[...source, '--blocks', '0'], '--blocks', 'whole number'],
  [[...source, '--timeout', '0'], '--timeout', 'above zero'],
  [[...source, '--timeout', '3601'], '--timeout', '3600'],
  [[...source, '--update-interval', 'x'], '--update-interval', 'above zero'],
  [[...source, '--ca', '/no/such'], '--ca', 'ENOENT'],
  [[...source, '--ca', import.meta.filename], '--ca', 'PEM'],
  [[...pool, '--ca', '/no/such'], '--ca', 'ENOENT'],
  [[...pool, '--ca', import.meta.filename], '--ca', 'PEM'],
  [[...source, '--log-level', 'loud'], '--log-level', 'error, warn, info, debug'],
  [[...source, '--threads', '0'], '--threads', '1 to 1024'],
  [[...source, '--affinity', ''], '--affinity', 'CPU numbers'],
  [[...source, '--kernel', 'mmx'], '--kernel', 'mmx'],
  [['chainweb', '--node', '127.0.0.1', '--public-key', KEY], '--node', 'HOST:PORT'],
  [['chainweb', '--node', ':1848', '--public-key', KEY], '--node', 'HOST:PORT'],
  [['chainweb', '--node', 'h:1'], '--public-key', '64 hex digits'],
  [[...node, '--worker', 'quantum'], '--worker', 'cpu'],
  [[...node, '--thread-count', 'x'], '--thread-count', '1 to 1024'],
  [[...node, '--default-http-timeout', '0'], '--default-http-timeout', 'whole number'],
];

testBadUsage(BAD_USAGE);

/** Everything the miner says to a node that answers like this, and its exit code. */
async function against(
  work: RawReply,
  args: readonly string[] = [],
): Promise<{ code: number | null; stdout: string; stderr: string }> {
  const answer = ({ path }: RawRequest) => {
    if (path === '/info') return info();
    return path.includes('/mining/work') ? work : hang;
  };
  let result = { code: null as number | null, stdout: '', stderr: '' };
  await withRawNode(answer, async ({ url }) => {
    const miner = start(['chainweb', '--node', url, '--public-key', KEY, ...args]);
    const code = await miner.ended;
    result = { code, stdout: miner.stdout, stderr: miner.stderr };
  });
  return result;
}

test('a node that refuses the account ends it with code 1, and says what to do', async () => {
  const { code, stderr } = await against(reply(403, `Unauthorized Miner: k:${KEY}`));
  assert.is(code, 1);
  assert.match(stderr, /error: .*status 403, "Unauthorized Miner: k:abab.*--mining-public-key/);
});

test('control characters of the node never reach the terminal, nor the log', async () => {
  const nasty = '\x1b[2J\x1b]0;owned\x07\x9b31m\u202e\u2028\r\nerror: all is well';
  for (const args of [[], ['--json'], ['--log-level', 'debug']]) {
    const { code, stdout, stderr } = await against(reply(403, nasty), args);
    assert.is(code, 1);
    assert.match(stderr, 'owned');
    for (const text of [stdout, stderr]) {
      assert.is(text, printableLines(text));
      assert.not.match(text, /^error: all is well/m);
    }
  }
});

test('every flag of the official client is taken; what is of no use is told, not passed over', async () => {
  const { code, stderr } = await against(reply(403), [
    ...['--no-tls', '--no-insecure', '-a', 'k:x', '-c', '2', '-l', 'info', '-w', 'cpu'],
    ...['-r', '100M', '--external-worker-cmd', 'true', '--stratum-port', '1917'],
    ...['--stratum-interface', '*', '--stratum-difficulty', 'block', '-s', '1000'],
    ...['--constant-delay-block-time', '30', '--on-demand-interface', '*'],
    ...['--on-demand-port', '1917', '--default-http-timeout', '1000000'],
  ]);
  assert.is(code, 1, stderr);
  const told = [...stderr.matchAll(/^warn: (--[\w-]+) is of use with --worker ([\w-]+) only$/gm)];
  assert.is(told.length, 9, stderr);
});

const tls = selfSigned();

async function overTls(
  ...args: readonly string[]
): Promise<{ code: number | null; stderr: string }> {
  let result = { code: null as number | null, stderr: '' };
  const answer = ({ path }: RawRequest) => (path === '/info' ? info() : reply(403));
  await withRawNode(
    answer,
    async ({ url }) => {
      const { host } = new URL(url);
      const miner = start(['chainweb', '-n', host, '--tls', '-k', KEY, ...args]);
      result = { code: await miner.ended, stderr: miner.stderr };
    },
    tls,
  );
  return result;
}

test('a certificate of nobody is refused; --insecure takes it and warns', async () => {
  const refused = await overTls();
  assert.is(refused.code, 1);
  assert.match(refused.stderr, /error: .*not trusted.*--ca FILE.*--insecure/);
  const taken = await overTls('--insecure');
  assert.match(taken.stderr, /^warn: the certificate of https:.* is not checked/m);
  assert.match(taken.stderr, 'status 403');
});

test('--generate-key prints a pair that fits together', async () => {
  const { code, stdout } = await runHere(['chainweb', '--generate-key']);
  assert.is(code, 0);
  assert.match(stdout, /^public: {2}[0-9a-f]{64}\nprivate: [0-9a-f]{64}\n$/);
});

test.after.each(killPrograms);

test.run();
