import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { Log } from '../../ts/cli/log.js';
import { withEnvironment } from './config/places.js';

const folder = mkdtempSync(join(tmpdir(), 'pow-native-log-'));
test.after(() => rmSync(folder, { recursive: true }));

type Settings = ConstructorParameters<typeof Log>[0]['settings'];

interface Given {
  readonly settings?: Partial<Settings>;
  readonly secrets?: readonly string[];
  readonly isTTY?: boolean;
}

/** A log, and all that it wrote. */
function logging({ settings, secrets = [], isTTY = false }: Given = {}) {
  const written: string[] = [];
  const stream = { isTTY, columns: 200, write: (text: string) => written.push(text) };
  const all = { level: 'info', format: 'auto', ...settings } as const;
  const log = new Log({ settings: all, secrets, stream, statusEveryMs: 0 });
  return {
    log,
    text: () => written.join(''),
    lines: () =>
      written
        .join('')
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line) as Record<string, unknown>),
  };
}

test('elsewhere than on a terminal each line is one JSON object: time, level, words, fields', () => {
  const { log, lines } = logging();
  log.write('warn', 'the node is gone', { lane: 'chain-7', nonce: null });
  log.write('info', 'and back');
  const [first, second] = lines();
  assert.match(String(first?.['time']), /^\d{4}-\d\d-\d\dT[\d:.]+Z$/);
  const rest = { level: 'warn', lane: 'chain-7', nonce: null, msg: 'the node is gone' };
  assert.equal({ ...first, time: '' }, { time: '', ...rest });
  assert.equal(Object.keys(second ?? {}).sort(), ['level', 'msg', 'time']);
});

test('only lines of the level and above are written; the level can change', () => {
  const { log, lines } = logging({ settings: { level: 'warn' } });
  for (const level of ['error', 'warn', 'info', 'debug'] as const) log.write(level, level);
  log.level = 'debug';
  log.write('debug', 'now');
  assert.equal(
    lines().map(({ msg }) => msg),
    ['error', 'warn', 'now'],
  );
});

test('a terminal gets the time of day and colours, unless NO_COLOR is set', async () => {
  await withEnvironment({ NO_COLOR: '' }, async () => {
    const { log, text } = logging({ isTTY: true });
    log.write('error', 'no way');
    assert.match(text(), /^\d\d:\d\d:\d\d \x1b\[31merror: \x1b\[0mno way\n$/);
  });
  await withEnvironment({ NO_COLOR: '1' }, async () => {
    const plain = logging({ isTTY: true });
    plain.log.write('error', 'no way');
    assert.match(plain.text(), /^\d\d:\d\d:\d\d error: no way\n$/);
  });
});

test('pretty elsewhere is the words and nothing else; json on a terminal is json', () => {
  const pretty = logging({ settings: { format: 'pretty' } });
  pretty.log.write('warn', 'careful');
  pretty.log.write('info', 'accepted block', { lane: 'chain-1' });
  assert.is(pretty.text(), 'warn: careful\naccepted block\n');
  const json = logging({ settings: { format: 'json' }, isTTY: true });
  json.log.write('info', 'one');
  json.log.showStatus(() => '4 MH/s', 1);
  assert.equal(
    json.lines().map(({ msg }) => msg),
    ['one', '4 MH/s'],
  );
});

test('a line that stays takes the place of the live line', () => {
  const { log, text } = logging({ isTTY: true });
  log.showStatus(() => '4 MH/s', 1);
  log.write('info', 'accepted');
  assert.match(text(), /^\r\x1b\[2K4 MH\/s\r\x1b\[2K\d\d:\d\d:\d\d accepted\n$/);
});

test('no control character goes through, in words or in fields, in any format', () => {
  const nasty = '\x1b[2J\x9b\u202e\r\nerror: owned';
  for (const settings of [{ format: 'json' }, { format: 'pretty' }] as const) {
    const { log, text } = logging({ settings });
    log.write('info', nasty, { lane: nasty });
    log.showStatus(() => nasty, 1);
    assert.match(text(), 'owned');
    assert.not.match(text(), /[\x00-\x09\x0b-\x1f\x7f-\x9f\u202e]/);
    assert.is(text().trim().split('\n').length, 2);
  }
});

test('secrets are masked wherever they turn up; short ones would be found everywhere', () => {
  const { log, text } = logging({ secrets: ['hush-hush-1', '42'] });
  log.write('warn', 'the child said hush-hush-1', { reason: 'xhush-hush-1x', nonce: '42' });
  log.write('warn', 'refused', { token: 'something else', password: 'p' });
  assert.not.match(text(), /hush|something else|"p"/);
  assert.match(text(), 'the child said ********');
  assert.match(text(), '"nonce":"42"');
});

test('a log file is appended to as JSON, and the terminal is left to the live line', () => {
  const file = join(folder, 'miner.log');
  for (const text of ['one', 'two']) {
    const terminal = logging({ settings: { file }, isTTY: true });
    terminal.log.write('info', text);
    terminal.log.showStatus(() => '4 MH/s', 1);
    terminal.log.close();
    assert.is(terminal.text(), '\r\x1b[2K4 MH/s\r\x1b[2K');
  }
  const lines = readFileSync(file, 'utf8').trim().split('\n');
  assert.equal(
    lines.map((line) => (JSON.parse(line) as { msg: string }).msg),
    ['one', 'two'],
  );
});

test('a log file that cannot be opened is bad usage, before anything begins', () => {
  const file = join(folder, 'none', 'miner.log');
  assert.throws(() => logging({ settings: { file } }), /--log-file: .*ENOENT/);
  assert.is(existsSync(file), false);
});

test.run();
