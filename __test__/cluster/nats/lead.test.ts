import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { CheckedNode } from '../../../ts/cluster/nats/checked-options.js';
import { Lead } from '../../../ts/cluster/nats/lead.js';
import type { Leader, LeaderClaim } from '../../../ts/cluster/nats/leader.js';
import { VirtualClock } from '../../miner/jobs.js';

const CLAIM = { id: 'm', name: 'm', record: 'r', epoch: 4, since: 4, resigned: false };
const LEADER_MS = 9_000;

function leadOf() {
  const clock = new VirtualClock();
  const state = { renewals: 0, other: null as LeaderClaim | null };
  const leader = {
    claim: CLAIM,
    renew: async () => {
      state.renewals += 1;
      return state.other;
    },
  } as unknown as Leader;
  const node = { clock, limits: { leaderMs: LEADER_MS } } as unknown as CheckedNode;
  return { clock, state, lead: new Lead(leader, node, () => true) };
}

test('a claim is renewed from the moment that it is made, while the rest is laid out', async () => {
  const { clock, state, lead } = leadOf();
  for (let i = 0; i < 3; i += 1) await clock.pass(LEADER_MS / 3);
  assert.is(state.renewals, 3);
  lead.stop();
  await clock.pass(LEADER_MS);
  assert.is(state.renewals, 3);
});

test('a claim is renewed in time, however long that takes which waits for it', async () => {
  const { clock, state, lead } = leadOf();
  let calls = 0;
  lead.follow({
    onDeposed: () => assert.unreachable(),
    onRenewed: () => {
      calls += 1;
      return new Promise(() => {});
    },
    onTrouble: (error) => assert.unreachable(String(error)),
  });
  for (let i = 0; i < 3; i += 1) await clock.pass(LEADER_MS / 3);
  assert.equal([state.renewals, calls], [3, 1]);
  lead.stop();
});

test('who loses the lead before anybody listens is told as soon as somebody does', async () => {
  const { clock, state, lead } = leadOf();
  state.other = { ...CLAIM, id: 'other', epoch: 5 };
  await clock.pass(LEADER_MS / 3);
  const told: number[] = [];
  lead.follow({
    onDeposed: (epoch) => told.push(epoch),
    onRenewed: async () => assert.unreachable(),
    onTrouble: (error) => assert.unreachable(String(error)),
  });
  assert.equal(told, [5]);
  assert.match(String(await lead.confirm().catch(String)), 'leads no longer');
});

test.run();
