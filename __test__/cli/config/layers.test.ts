import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { type Places, shown, withEnvironment, withPlaces } from './places.js';

/** What one layer adds to a command line and its environment to set the number of chains. */
interface Setting {
  readonly args?: readonly string[];
  readonly variables?: Readonly<Record<string, string>>;
}

interface LayerCase {
  readonly name: string;
  /** As `config show` calls it. */
  readonly layer: string;
  readonly set: (places: Places, seconds: number) => Setting;
}

/** Strongest first. Each sets the time-out of requests, which all of them can. */
const LAYER_CASES: readonly LayerCase[] = [
  {
    ...{ name: 'flag', layer: 'flag' },
    set: (_, seconds) => ({ args: ['--timeout', `${seconds}`] }),
  },
  {
    ...{ name: 'the last file', layer: 'file' },
    set: ({ file }, seconds) => {
      const text = `[chainweb]\ntimeoutSeconds = ${seconds}\n`;
      return { args: ['--config-file', file('last.toml', text)] };
    },
  },
  {
    ...{ name: 'a URL among the files', layer: 'file' },
    set: ({ url }, seconds) => {
      const text = `chainweb: { timeoutSeconds: ${seconds} }`;
      return { args: ['--config-file', url('/middle.yaml', { text })] };
    },
  },
  {
    ...{ name: 'the first file', layer: 'file' },
    set: ({ file }, seconds) => {
      const text = JSON.stringify({ chainweb: { timeoutSeconds: seconds } });
      return { args: ['--config-file', file('first.json', text)] };
    },
  },
  {
    ...{ name: 'remote URL', layer: 'remote' },
    set: ({ url }, seconds) => {
      const text = `node: { timeout_secs: ${seconds} }`;
      return { args: ['--remote-config', url('/remote.yml', { text })] };
    },
  },
  {
    ...{ name: 'POW_NATIVE_*', layer: 'environment' },
    set: (_, seconds) => ({ variables: { POW_NATIVE_TIMEOUT: `${seconds}` } }),
  },
  {
    ...{ name: 'CHAINWEB_MINING_*', layer: 'environment' },
    set: (_, seconds) => ({
      variables: { CHAINWEB_MINING_DEFAULT_HTTP_TIMEOUT: `${seconds * 1e6}` },
    }),
  },
  { name: 'default', layer: 'default', set: () => ({}) },
];

/** The time-out that counts, and its layer, when all of these set it: the n-th to n + 10. */
async function counting(cases: readonly LayerCase[]): Promise<{ value: unknown; layer: string }> {
  const result = { value: undefined as unknown, layer: '' };
  await withPlaces(async (places) => {
    const parts = cases.map((each) => each.set(places, LAYER_CASES.indexOf(each) + 10));
    const args = parts.toReversed().flatMap((part) => part.args ?? []); // a later file counts more
    const variables = Object.assign({}, ...parts.map((part) => part.variables ?? {}));
    await withEnvironment(variables, async () => {
      const entry = (await shown(args)).get('chainweb.timeoutSeconds');
      Object.assign(result, { value: entry?.value, layer: entry?.layer });
    });
  });
  return result;
}

LAYER_CASES.forEach((stronger, index) => {
  for (const weaker of LAYER_CASES.slice(index + 1)) {
    test(`${stronger.name} counts more than ${weaker.name}`, async () => {
      const { value, layer } = await counting([stronger, weaker]);
      assert.equal({ value, layer }, { value: index + 10, layer: stronger.layer });
    });
  }
});

test('with every layer at once the flag counts; with none, the default', async () => {
  assert.equal(await counting(LAYER_CASES), { value: 10, layer: 'flag' });
  assert.equal(await counting([]), { value: 5, layer: 'default' });
});

test('layers are laid over each other setting by setting, and a list counts whole', async () => {
  await withPlaces(async ({ file }) => {
    const [a, b] = ['aa'.repeat(32), 'bb'.repeat(32)];
    const first = file(
      '1.yaml',
      `chainweb: { publicKeys: [${a}, ${b}], account: first, chains: 7 }`,
    );
    const second = file('2.yaml', `chainweb: { publicKeys: [${b}], account: second }`);
    const settings = await shown(['--config-file', first, '--config-file', second]);
    assert.equal(settings.get('chainweb.publicKeys')?.value, [b]);
    assert.is(settings.get('chainweb.account')?.value, 'second');
    assert.is(settings.get('chainweb.chains')?.value, 7);
    assert.is(settings.get('chainweb.chains')?.place, first);
    assert.is(settings.get('chainweb.account')?.place, second);
  });
});

test('files and a URL can be named in the environment, and flags take their place', async () => {
  await withPlaces(async ({ file, url }) => {
    const [one, two] = [file('1.yaml', 'blocks: 1'), file('2.yaml', 'blocks: 2')];
    const remote = url('/r.json', { text: '{"blocks":3,"log":{"level":"warn"}}' });
    const variables = {
      POW_NATIVE_CONFIG_FILE: `${one},${two}`,
      POW_NATIVE_REMOTE_CONFIG: remote,
    };
    await withEnvironment(variables, async () => {
      const settings = await shown([]);
      assert.is(settings.get('blocks')?.value, 2);
      assert.is(settings.get('log.level')?.layer, 'remote');
      assert.is((await shown(['--config-file', one])).get('blocks')?.value, 1);
    });
  });
});

test('an empty variable is as good as none', async () => {
  await withEnvironment({ POW_NATIVE_THREADS: '' }, async () => {
    assert.is((await shown([])).get('engine.threads')?.layer, 'default');
  });
});

test('a value is shown with its file, its key and its flag; a secret is not shown', async () => {
  await withPlaces(async ({ file }) => {
    const path = file('a.yaml', 'threadCount: 3\nexternal: { environment: { TOKEN: hush } }');
    const args = ['--config-file', path, '-l', 'debug'];
    const settings = await shown(args);
    const threads = { setting: 'engine.threads', value: 3, layer: 'file', place: path };
    assert.equal(settings.get('engine.threads'), { ...threads, key: 'threadCount' });
    assert.is(settings.get('log.level')?.key, '--log-level');
    assert.not.match(JSON.stringify([...settings]), 'hush');
    assert.is(settings.get('external.environment')?.value, '********');
  });
});

test.run();
