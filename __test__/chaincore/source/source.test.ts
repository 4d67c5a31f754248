import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { ChaincoreSource } from '../../../ts/chaincore/index.js';
import type { PowError } from '../../../ts/index.js';
import { rejection, thrown } from '../../fixtures.js';
import { until } from '../../until.js';
import { ask, nextBlock, openEasy, post, WALLET } from '../devnet/mined.js';
import { closeLater, endEverything, foundIn, runSource, submit } from './running-source.js';

test.after.each(endEverything);

const openNode = async (...args: Parameters<typeof openEasy>) =>
  closeLater(await openEasy(...args));

test('a template becomes a job, its solution a block, and the next job follows at once', async () => {
  const node = await openNode();
  const running = runSource(node.url, { tipMs: 3_600_000 }); // it need not look at the chain
  for (let height = 1; height <= 5; height++) {
    const job = await running.next(({ id }) => id !== running.jobs[height - 2]?.id);
    assert.is(job.lane, 'chain');
    assert.is(job.goal, 'first');
    assert.is(job.proof, 'required');
    assert.is(job.target.expectedHashes, 16);
    const outcome = await submit(running.source, foundIn(job));
    assert.equal(outcome, { result: 'accepted', block: true });
    assert.is(node.length, height + 1);
  }
  const status = running.source.status();
  assert.is(status.connection, 'connected');
  assert.is(status.requests['submit']?.count, 5);
  assert.ok((status.requests['template']?.count ?? 0) >= 5);
});

test('the wallet is paid, and the node itself computed the hash', async () => {
  const node = await openNode();
  const running = runSource(node.url);
  await submit(running.source, foundIn(await running.next()));
  const { json } = await ask(node.url, '/blocks/range?start=1&end=1');
  const [block] = json['blocks'] as [
    { transactions: [{ outputs: [{ recipient_address: string }] }] },
  ];
  assert.is(block.transactions[0].outputs[0].recipient_address, WALLET);
});

test('the client layout is mined and accepted too', async () => {
  const node = await openNode();
  const running = runSource(node.url, { layout: 'client' });
  const found = foundIn(await running.next());
  assert.match(Buffer.from(found.solution.message).toString(), /,"nonce":\d+\}$/);
  assert.is((await submit(running.source, found)).result, 'accepted');
});

test('a block of someone else replaces the job, and the old solution is stale', async () => {
  const node = await openNode();
  const running = runSource(node.url);
  const job = await running.next();
  assert.is((await post(node.url, '/submit_block', await nextBlock(node.url))).status, 200);
  const newer = await running.next(({ id }) => id !== job.id);
  assert.is(newer.change, 'replace');
  const outcome = await submit(running.source, foundIn(job));
  assert.is(outcome.result, 'stale');
  assert.match(
    outcome.reason ?? '',
    /another block of this height was first.*fetching a new template/,
  );
  const again = await running.next(({ id }) => id !== newer.id);
  assert.is((await submit(running.source, foundIn(again))).result, 'accepted');
});

test('a second solution of the same height is not sent', async () => {
  const node = await openNode();
  const running = runSource(node.url);
  const job = await running.next();
  const first = foundIn(job);
  assert.is((await submit(running.source, first)).result, 'accepted');
  const second = await submit(running.source, foundIn(job, first.solution.nonce + 1n));
  assert.is(second.result, 'duplicate');
  assert.is(running.source.status().requests['submit']?.count, 1);
});

test('what is no solution of the job is not sent', async () => {
  const node = await openNode();
  const running = runSource(node.url);
  const job = await running.next();
  const good = foundIn(job);
  const { solution } = good;
  const other = Buffer.from(solution.message);
  other[10] = (other[10] ?? 0) ^ 1;
  for (const bad of [
    { ...good, solution: { ...solution, nonce: solution.nonce + 1n } },
    { ...good, solution: { ...solution, message: new Uint8Array(other) } },
  ]) {
    assert.is(((await rejection(submit(running.source, bad))) as PowError).code, 'POW_MISMATCH');
  }
  const unknown = { ...good, job: { ...job, id: 'chain/99' } };
  assert.is(((await rejection(submit(running.source, unknown))) as PowError).code, 'POW_SOURCE');
  assert.is(node.length, 1);
});

test('a template that is too old is refreshed, and its solutions stay valid', async () => {
  const node = await openNode();
  const running = runSource(node.url, { refreshMs: 30 });
  const job = await running.next();
  const newer = await running.next(({ id }) => id !== job.id);
  assert.is(newer.change, 'refresh');
  assert.is((await submit(running.source, foundIn(job))).result, 'accepted');
});

test('a round without a block ends, says that time ran out, and another begins', async () => {
  const node = await openNode();
  const running = runSource(node.url, { roundMs: 40 });
  const job = await running.next();
  await running.next(({ id }) => id !== job.id);
  assert.ok(running.said(/the round is over: 0.04 s have passed .*time ran out.*fetching/));
});

test('a worker whose range ran out gets another template, and is told that it was the range', async () => {
  const node = await openNode();
  const running = runSource(node.url);
  const job = await running.next();
  running.source.ranOut(job, 1234);
  await running.next(({ id }) => id !== job.id);
  assert.ok(running.said(/its 1234 nonces hold no block \(the range ran out.*fetching/));
});

test('a difficulty out of range is not mined, and the reason is told', async () => {
  const node = await openNode({ rule: { baseline: 3, adjust: false } });
  const running = runSource(node.url, { difficultyRange: [1, 2] });
  await until('the difficulty is told', () =>
    running.said(/difficulty 3, 1 to 2 is mined .*asking again/),
  );
  assert.is(running.live(), null);
});

test('an isolated node is asked again until it has a peer', async () => {
  const lone = await openNode({ mineAlone: false });
  const running = runSource(lone.url);
  await until('the missing peer is told', () => running.said(/no active peer .*asking again/));
  assert.is(running.live(), null);
  assert.is(running.source.status().connection, 'connecting');
});

test('a source that is closed in any state ends its jobs', async () => {
  const node = await openNode();
  for (const url of [node.url, 'http://127.0.0.1:1']) {
    const running = runSource(url);
    await until('something is told', () => running.notices.length > 0);
    await running.source.close();
    assert.is(await running.end, null);
    assert.is(running.source.status().connection, 'closed');
  }
});

for (const [options, argument] of [
  [{ url: 'ftp://127.0.0.1' }, 'url'],
  [{ url: 'http://127.0.0.1:5000/path' }, 'url'],
  [{ url: 'http://user@127.0.0.1:5000' }, 'url'],
  [{ url: 'http://127.0.0.1:99999' }, 'url'],
  [{ url: [] }, 'url'],
  [{ url: 'http://127.0.0.1:5000', tls: { required: true } }, 'url'],
  [{ wallet: 'x' }, 'wallet'],
  [{ layout: 'other' }, 'layout'],
  [{ difficultyRange: [0, 5] }, 'difficultyRange'],
  [{ difficultyRange: [5, 4] }, 'difficultyRange'],
  [{ difficultyRange: [1, 17] }, 'difficultyRange'],
  [{ difficultyRange: 4 }, 'difficultyRange'],
  [{ roundMs: 0 }, 'roundMs'],
  [{ refreshMs: 1.5 }, 'refreshMs'],
  [{ retries: 0 }, 'retries'],
] as const) {
  test(`a bad option is named: ${JSON.stringify(options)}`, () => {
    const all = { url: 'http://127.0.0.1:5000', wallet: WALLET, ...options };
    const error = thrown(() => new ChaincoreSource(all as never)) as PowError;
    assert.is(error.argument, argument);
  });
}

test.run();
