import { existsSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { Audit, type AuditRecord } from '../../../ts/cli/config/audit.js';
import { type Config, ConfigError } from '../../../ts/cli/config/load.js';
import { type Appliers, Reload } from '../../../ts/cli/config/reload.js';
import { type Settings, schema } from '../../../ts/cli/config/schema.js';

const folder = mkdtempSync(join(tmpdir(), 'pow-native-audit-'));
test.after(() => rmSync(folder, { recursive: true }));

type Apply = (settings: Settings) => void | Promise<void>;

const configOf = (tree: object): Config => ({
  ...{ settings: schema.parse(tree), entries: new Map(), notices: [], files: [] },
});

/** A reload of what `next` says, and everything that came of it. */
function reloading(before: object, appliers: Appliers = new Map()) {
  const said: string[] = [];
  const path = join(folder, `${Math.random()}.jsonl`);
  const state = { next: async () => configOf(before) };
  const reload = new Reload({
    ...{ config: configOf(before), load: () => state.next(), appliers },
    audit: new Audit(path, (text) => said.push(text)),
    onNotice: (level, text) => said.push(`${level}: ${text}`),
  });
  const records = () =>
    existsSync(path)
      ? readFileSync(path, 'utf8')
          .trim()
          .split('\n')
          .map((line) => JSON.parse(line) as AuditRecord & { time: string })
      : [];
  return { reload, said, records, path, state };
}

test('hot settings are applied, others are named as needing a restart, and both are recorded', async () => {
  const applied: unknown[] = [];
  const set = ({ engine, log }: Settings) => void applied.push([engine.cpuLimit, log.level]);
  const { reload, said, records, path, state } = reloading({}, new Map([['engine.cpuLimit', set]]));
  const chainweb = { chains: 9, account: 'k:new' };
  state.next = async () =>
    configOf({ engine: { cpuLimit: 50 }, log: { level: 'debug' }, chainweb });
  await reload.now('SIGHUP');
  assert.equal(applied, [[50, 'debug']]);
  assert.is(reload.inForce.engine.cpuLimit, 50);
  assert.is(reload.inForce.chainweb.chains, 4, 'not before a restart');
  assert.ok(said.includes('info: engine.cpuLimit: 100 -> 50'));
  assert.ok(said.includes('warn: chainweb.chains: 4 -> 9 needs a restart'));
  assert.ok(said.includes('warn: chainweb.account: not set -> k:new needs a restart'));
  const [chains] = records().filter(({ setting }) => setting === 'chainweb.chains');
  assert.match(chains?.time ?? '', /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d/);
  const record = { outcome: 'needs restart', cause: 'SIGHUP', setting: 'chainweb.chains' };
  assert.equal({ ...chains, time: '' }, { time: '', ...record, old: 4, new: 9 });
  const outcomes = records().map(({ outcome }) => outcome);
  assert.is(outcomes.filter((outcome) => outcome === 'applied').length, 2);
  if (process.platform !== 'win32') assert.is(statSync(path).mode & 0o777, 0o600);
});

test('when one setting cannot be applied, those before it are set back, the last one first', async () => {
  const steps: string[] = [];
  const appliers: Appliers = new Map<string, Apply>([
    ['engine.threads', ({ engine }) => void steps.push(`threads ${engine.threads}`)],
    [
      'engine.cpuLimit',
      async ({ engine }) => {
        steps.push(`cpuLimit ${engine.cpuLimit}`);
        if (engine.cpuLimit === 7) throw new Error('no \u001b[2J way');
      },
    ],
    ['log.level', () => void steps.push('never reached')],
  ]);
  const { reload, said, records, state } = reloading({ engine: { threads: 1 } }, appliers);
  const engine = { threads: 2, cpuLimit: 7 };
  state.next = async () => configOf({ engine, log: { level: 'debug' } });
  await reload.now('a.yaml');
  assert.equal(steps, ['threads 2', 'cpuLimit 7', 'cpuLimit 100', 'threads 1']);
  assert.equal([reload.inForce.engine.threads, reload.inForce.log.level], [1, 'info']);
  assert.match(said.join('\n'), 'engine.cpuLimit: 100 -> 7 cannot be applied: no');
  assert.match(said.join('\n'), 'a.yaml: the old settings stay in force');
  assert.equal(
    records().map(({ outcome, setting }) => [outcome, setting]),
    [
      ['failed', 'engine.threads'],
      ['failed', 'engine.cpuLimit'],
      ['failed', 'log.level'],
    ],
  );
});

test('layers that cannot be used leave everything as it is, say every reason, and are recorded', async () => {
  const { reload, said, records, state } = reloading({ engine: { cpuLimit: 30 } });
  const about = { layer: 'file', place: 'a.yaml', setting: null, got: null } as const;
  state.next = async () => {
    throw new ConfigError([
      { ...about, key: 'one', expected: 'this' },
      { ...about, key: 'two', expected: 'that' },
    ]);
  };
  await reload.now('a.yaml');
  assert.equal(said, [
    'error: one (file a.yaml): expected this',
    'error: two (file a.yaml): expected that',
    'warn: a.yaml: the old settings stay in force',
  ]);
  assert.is(reload.inForce.engine.cpuLimit, 30);
  assert.equal(
    records().map(({ outcome, reason }) => [outcome, reason]),
    [
      ['refused', 'one (file a.yaml): expected this'],
      ['refused', 'two (file a.yaml): expected that'],
    ],
  );
});

test('a secret that changes is neither said nor recorded', async () => {
  const external = (TOKEN: string) => ({ external: { environment: { TOKEN } } });
  const { reload, said, path, state } = reloading(external('hush-1'));
  state.next = async () => configOf(external('hush-2'));
  await reload.now('SIGHUP');
  assert.match(said.join('\n'), 'external.environment: ******** -> ******** needs a restart');
  assert.not.match(said.join('\n') + readFileSync(path, 'utf8'), 'hush');
});

test('reloads come one after the other, and the last word counts', async () => {
  let atOnce = 0;
  let most = 0;
  const slow = async () => {
    atOnce += 1;
    most = Math.max(most, atOnce);
    await new Promise((resolve) => setTimeout(resolve, 5));
    atOnce -= 1;
  };
  const { reload, state } = reloading({}, new Map([['engine.cpuLimit', slow]]));
  const all = [10, 20, 30].map((cpuLimit) => {
    const next = async () => configOf({ engine: { cpuLimit } });
    return new Promise<void>((resolve) => {
      setTimeout(() => {
        state.next = next;
        resolve(reload.now('SIGHUP'));
      });
    });
  });
  await Promise.all(all);
  assert.is(most, 1);
  assert.is(reload.inForce.engine.cpuLimit, 30);
});

test('a record that cannot be written is told once, and changes nothing else', () => {
  const told: string[] = [];
  const audit = new Audit(join(folder, 'no\0name', 'x'), (text) => told.push(text));
  const record = { outcome: 'applied', cause: 'SIGHUP', setting: 'log.level' } as const;
  audit.append(record);
  audit.append(record);
  assert.is(told.length, 1);
  assert.match(told[0] ?? '', 'changes are not recorded');
});

test.run();
