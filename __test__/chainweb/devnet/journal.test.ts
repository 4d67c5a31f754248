import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { encodeWorkHeader } from '../../../ts/chainweb/codec.js';
import type { Devnet } from '../../../ts/chainweb/index.js';
import { killPrograms, start } from '../../cli/run/programs.js';
import { ask, askSolved, grow, PREFIX, withDevnet, workOf } from './node-client.js';

const folder = mkdtempSync(join(tmpdir(), 'pow-native-'));
test.after(() => rmSync(folder, { recursive: true }));

const RECORD = 322;

/** A journal of the first block of each chain. */
async function journalOf(name: string): Promise<string> {
  const dataFile = join(folder, name);
  await withDevnet({ dataFile }, async (devnet) => {
    for (const chain of devnet.heights.keys()) await grow(devnet, chain);
  });
  return dataFile;
}

function blocksOf({ heights }: Pick<Devnet, 'heights'>): number {
  return heights.reduce((sum, height) => sum + height);
}

/** The real program; killed without a word after `blocks` blocks of chains 0, 1, 2, … */
async function mineAndKill(dataFile: string, blocks: number): Promise<string[]> {
  const flags = ['--port', '0', '--json', '--disable-pow', '--data', dataFile];
  const program = start(['devnet', ...flags]);
  const [, url = ''] = await program.until('stdout', /"url":"(http[^"]+)"/);
  const node = { url } as Devnet;
  const answered: string[] = [];
  for (let chain = 0; chain < blocks; chain++) {
    const work = encodeWorkHeader(await workOf(node, chain));
    // The last one is on its way when the node dies.
    const posted = askSolved(node, work).then(
      () => answered.push(Buffer.from(work).toString('hex')),
      () => undefined,
    );
    if (chain === blocks - 1) program.kill('SIGKILL');
    await posted;
  }
  await program.ended;
  return answered;
}

test('no block that was answered is lost when the node is killed, and it grows on', async () => {
  const dataFile = join(folder, 'killed');
  const answered = await mineAndKill(dataFile, 20);
  assert.ok(existsSync(`${dataFile}.lock`), 'nobody took the lock away');
  assert.ok(answered.length >= 19);
  await withDevnet({ dataFile }, async (devnet) => {
    assert.ok(blocksOf(devnet) >= answered.length);
    const kept = await Promise.all(
      devnet.heights.map(async (_, chain) => {
        const { body } = await ask(devnet, `${PREFIX}/chain/${chain}/header`);
        const { items } = JSON.parse(body.toString()) as { items: string[] };
        return items.map((text) => Buffer.from(text, 'base64url').subarray(0, 286).toString('hex'));
      }),
    );
    for (const header of answered) assert.ok(kept.flat().includes(header));
    const before = blocksOf(devnet);
    const { chain } = await workOf(devnet, 0);
    assert.is((await grow(devnet, chain)).status, 200);
    assert.is(blocksOf(devnet), before + 1);
  });
});

for (const [name, damage] of [
  ['cut short', (bytes: Buffer) => bytes.subarray(0, -1)],
  ['with a wrong check', (bytes: Buffer) => bytes.fill(0, bytes.length - 4)],
] as const) {
  test(`a last record ${name} is cut off, and the chain goes on before it`, async () => {
    const dataFile = await journalOf(name);
    const whole = readFileSync(dataFile);
    writeFileSync(dataFile, damage(Buffer.from(whole)));
    await withDevnet({ dataFile }, async (devnet) => {
      assert.is(blocksOf(devnet), 19);
      assert.is(devnet.cutBytes, damage(Buffer.from(whole)).length - whole.length + RECORD);
      assert.equal(readFileSync(dataFile), whole.subarray(0, -RECORD));
      await grow(devnet, 19);
    });
    await withDevnet({ dataFile }, async (devnet) => {
      assert.equal([blocksOf(devnet), devnet.cutBytes], [20, 0]);
    });
  });
}

async function refusal(dataFile: string, proofOfWork = false): Promise<string> {
  try {
    await withDevnet({ dataFile, proofOfWork }, async () => {});
  } catch (error) {
    return (error as Error).message;
  }
  return 'none';
}

test('a damaged record in the middle is refused by its number, and the file is left alone', async () => {
  const dataFile = await journalOf('damaged');
  const bytes = readFileSync(dataFile);
  const at = bytes.length - 18 * RECORD + 5;
  bytes.writeUInt8(bytes.readUInt8(at) ^ 1, at);
  writeFileSync(dataFile, bytes);
  assert.match(await refusal(dataFile), 'record 3 (at byte');
  assert.equal(readFileSync(dataFile), bytes);
});

test('whole records that break a rule are refused', async () => {
  const dataFile = await journalOf('rules');
  assert.match(await refusal(dataFile, true), /record 1 .*misses its target/);
});

test('a file that is something else is refused and left alone', async () => {
  const dataFile = join(folder, 'letter');
  writeFileSync(dataFile, 'Dear');
  assert.match(await refusal(dataFile), 'not the journal');
  assert.is(readFileSync(dataFile, 'utf8'), 'Dear');
});

test.after.each(killPrograms);

test.run();
