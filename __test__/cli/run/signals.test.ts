import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { encodeWorkResponse } from '../../../ts/chainweb/codec.js';
import {
  hang,
  info,
  type RawReply,
  type RawRequest,
  reply,
  withRawNode,
} from '../../chainweb/raw-node.js';
import { headerOf } from '../../chainweb/source/node-work.js';
import { KEY, killPrograms, PATIENT, start } from './programs.js';

const mine = (node: string) =>
  start(['chainweb', '--node', node, '--public-key', KEY, '--worker', 'cpu', ...PATIENT]);

for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  test(`${signal} ends it with code 130 and a summary, also with a solution on its way`, async () => {
    let posted: () => void = () => {};
    const isPosted = new Promise<void>((resolve) => (posted = resolve));
    /** Easy work; solutions are never answered. */
    const answer = ({ path, method }: RawRequest): RawReply => {
      if (path === '/info') return info();
      if (path.includes('/mining/work')) return reply(200, encodeWorkResponse(headerOf({})));
      if (method === 'POST') posted();
      return hang;
    };
    await withRawNode(answer, async ({ url }) => {
      const miner = mine(url);
      await Promise.race([isPosted, miner.ended]);
      miner.kill(signal);
      assert.is(await miner.ended, 130, miner.stderr);
      assert.match(miner.stdout, /^blocks +0 accepted, 0 stale, 0 rejected, [1-9]\d* unknown/m);
    });
  });

  test(`${signal} ends it with code 130 while no node is there`, async () => {
    const miner = mine('127.0.0.1:1');
    await miner.until('stderr', /warn: work: .*ECONNREFUSED/);
    miner.kill(signal);
    assert.is(await miner.ended, 130, miner.stderr);
  });
}

test.after.each(killPrograms);

test.run();
