/** A master that is deposed while it still opens. */

import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { type CheckedNode, checkNode } from '../../../ts/cluster/nats/checked-options.js';
import { connectNats, type Nats } from '../../../ts/cluster/nats/connection.js';
import { layOut, layOutResults } from '../../../ts/cluster/nats/layout.js';
import { Lead } from '../../../ts/cluster/nats/lead.js';
import { Leader } from '../../../ts/cluster/nats/leader.js';
import { MasterSession } from '../../../ts/cluster/nats/master-session.js';
import { workKey } from '../../../ts/cluster/nats/names.js';
import { Roster, type RosterHow } from '../../../ts/cluster/nats/roster.js';
import { Keeper } from '../../../ts/cluster/record/keeper.js';
import { monotonicClock } from '../../../ts/miner/clock.js';
import { VirtualClock } from '../../miner/jobs.js';
import { Judge, Strict } from '../record/fakes.js';
import { onNats, Place, workOf } from './fixture.js';

const { spec } = workOf(7);

/** One that has made its claim, of another record than what lies there, and has begun nothing. */
async function claimed(nats: Nats, node: CheckedNode): Promise<{ lead: Lead; keeper: Keeper }> {
  const leader = await Leader.acquire(await nats.bucket(node.names.state), {
    ...{ id: node.id, name: node.name, record: 'new', epochAbove: 0, clock: node.clock },
    ...{ leaderMs: 60_000, otherMaster: 'refuse', signal: new AbortController().signal },
    ...{ lastEpoch: async () => 0, onSpoilt: () => {} },
  });
  const keeper = await Keeper.open({
    ...{ journalFile: undefined, clock: monotonicClock, rules: { fixedNonces: 10n } },
    ...{ referee: new Judge(() => false), conduct: new Strict(), perform: () => {} },
    epoch: async () => leader.claim.epoch,
  });
  return { lead: new Lead(leader, node, () => nats.isUp), keeper };
}

onNats(
  'whoever is deposed before it begins says so, and leaves what the new master has',
  async () => {
    const place = await Place.open();
    const node = checkNode({ servers: [place.server.url] });
    const nats = await connectNats(node);
    await layOut(nats, node.names, node.limits, 1);
    const state = await nats.bucket(node.names.state);
    const { lead, keeper } = await claimed(nats, node);
    await state.put(workKey(spec.id), 'of the new master');
    lead.depose(lead.claim.epoch + 1);
    const events: string[] = [];
    const session = new MasterSession(nats, {
      ...{ node, keeper, lead, replicas: 1, fixedNonces: 10n },
      onEvent: ({ kind }) => events.push(kind),
    });
    const begun = session.begin().catch((error: unknown) => error);
    assert.match(String(await begun), 'leads no longer');
    assert.equal(events, ['deposed']);
    assert.is((await state.get(workKey(spec.id)))?.string(), 'of the new master');
    await keeper.close();
    await nats.connection.close();
    await place.close();
  },
);

onNats('an older master does not take the results away from a newer one', async () => {
  const place = await Place.open();
  const node = checkNode({ servers: [place.server.url] });
  const nats = await connectNats(node);
  await layOut(nats, node.names, node.limits, 1);
  await layOutResults(nats, node.names, 2);
  await layOutResults(nats, node.names, 3);
  const older = layOutResults(nats, node.names, 2).catch((error: unknown) => error);
  assert.instance(await older, Error);
  const there: string[] = [];
  for await (const { name } of nats.jsm.consumers.list(node.names.results)) there.push(name);
  assert.equal(there, ['master_3']);
  await nats.connection.close();
  await place.close();
});

/** The server of its bucket never answers. */
function deafRoster(signal: AbortSignal) {
  const clock = new VirtualClock();
  const how = { node: { names: { nodes: 'nodes' }, clock }, signal } as unknown as RosterHow;
  const nats = { onReconnect: new Set(), bucket: () => new Promise(() => {}) };
  return { clock, roster: new Roster(nats as unknown as Nats, how) };
}

test('whoever is over already waits for nobody', async () => {
  const { clock, roster } = deafRoster(AbortSignal.abort());
  let isSettled = false;
  void roster.begin().then(() => {
    isSettled = true;
  });
  await clock.pass(0);
  assert.ok(isSettled);
  assert.is(clock.alarms, 0);
});

test('nobody waits for ever for a server that tells nothing', async () => {
  const { clock, roster } = deafRoster(new AbortController().signal);
  const begun = roster.begin().catch((error: unknown) => error);
  await clock.pass(60_000);
  assert.match(String(await begun), 'nodes could not be read in time');
});

test.run();
