import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { freeUdpPort } from '../../ports.js';
import { until } from '../../until.js';
import { killChildren } from '../faults/child.js';
import { Hosts } from '../faults/hosts.js';
import { type AutoNode, AutoNodes } from './nodes.js';

/** More than are done before the test ends. */
const ENDLESS = 1_000_000;

test.after.each(killChildren);

test('nodes elect one master over mTLS, and its work is done', async () => {
  const nodes = new AutoNodes([true, true, false], { units: 200 });
  await nodes.open();
  const { node } = await nodes.agreed();
  await until('the work is done', () => node.history.accepted.size === 200);
  assert.equal(twice(node), []);
  assert.is(nodes.all.filter(({ history }) => history.accepted.size > 0).length, 1);
  await Promise.all(nodes.all.map(({ child }) => child.ask('close')));
});

test('a node without a source is never the master, even when no other is left', async () => {
  const nodes = new AutoNodes([true, false], { units: ENDLESS });
  await nodes.open();
  const { node } = await nodes.agreed();
  const other = nodes.all.find((one) => one !== node) as AutoNode;
  await node.child.kill();
  await until('it looks for a master', async () => {
    return (await other.state()).decision.kind === 'looking';
  });
  await node.openAgain([other.address]);
  const { epoch } = await nodes.agreed();
  assert.ok(epoch > 1);
  assert.is(other.history.accepted.size, 0);
});

test('a master that is killed: another takes over in a later epoch, and work goes on', async () => {
  const nodes = new AutoNodes([true, true, true], { units: ENDLESS });
  await nodes.open();
  const first = await nodes.agreed();
  await until('units are done', () => first.node.history.accepted.size > 20);
  await first.node.child.kill();
  const rest = nodes.all.filter((node) => node !== first.node);
  const second = await nodes.agreed(rest);
  assert.ok(second.epoch > first.epoch);
  await until('units are done again', () => second.node.history.accepted.size > 20);
  // It comes back with what it remembers, and follows.
  await first.node.openAgain([second.node.address]);
  const third = await nodes.agreed();
  assert.ok(third.epoch >= second.epoch);
  assert.equal(nodes.all.flatMap(twice), []);
});

test('a master that slept while another was elected steps down when it wakes', async () => {
  const nodes = new AutoNodes([true, true, true], { units: ENDLESS });
  await nodes.open();
  const first = await nodes.agreed();
  first.node.child.signal('SIGSTOP');
  const rest = nodes.all.filter((node) => node !== first.node);
  const second = await nodes.agreed(rest);
  assert.ok(second.epoch > first.epoch);
  first.node.child.signal('SIGCONT');
  const last = await nodes.agreed();
  assert.ok(last.epoch >= second.epoch);
  const before = last.node.history.accepted.size;
  await until('all work for the one', () => last.node.history.accepted.size > before + 50);
  assert.equal(nodes.all.flatMap(twice), []);
  if (last.node !== first.node) assert.equal(lateOf(first.node, first.epoch), []);
});

const withHosts = Hosts.areAllowed() ? test : test.skip;

withHosts('two masters after a cut: when it heals the lower one steps down', async () => {
  const hosts = new Hosts(3);
  try {
    const nodes = new AutoNodes([true, true, true], { units: ENDLESS }, hosts.hosts);
    await nodes.open();
    const first = await nodes.agreed();
    const at = nodes.all.indexOf(first.node);
    const cut = hosts.hosts[at];
    if (cut === undefined) throw new Error('no host');
    hosts.plug(cut, 'out');
    const rest = nodes.all.filter((node) => node !== first.node);
    const second = await nodes.agreed(rest);
    assert.ok(second.epoch > first.epoch);
    // Both lead, and both do their work.
    const alone = await first.node.state();
    assert.is(alone.leads, first.epoch);
    const [one, two] = [first.node.history.accepted.size, second.node.history.accepted.size];
    await until('both go on', () => {
      const isOn = first.node.history.accepted.size > one;
      return isOn && second.node.history.accepted.size > two;
    });
    hosts.plug(cut, 'in');
    const last = await nodes.agreed();
    assert.ok(last.epoch >= second.epoch);
    assert.is.not(last.node, first.node);
    const before = last.node.history.accepted.size;
    await until('all work for the one', () => last.node.history.accepted.size > before + 50);
    assert.equal(nodes.all.flatMap(twice), []);
    assert.equal(lateOf(first.node, first.epoch), []);
  } finally {
    hosts.close();
  }
});

withHosts('nodes of a network find each other by their beacons alone', async () => {
  const hosts = new Hosts(2);
  try {
    const [one, two] = hosts.hosts.map(({ address }) => address);
    const port = await freeUdpPort();
    const nodes = new AutoNodes([true, true], { units: ENDLESS, beacon: { port } }, hosts.hosts);
    await Promise.all(nodes.all.map((node) => node.open([])));
    const { node } = await nodes.agreed();
    assert.ok([one, two].includes(node.address.host));
  } finally {
    hosts.close();
  }
});

/** Units that one master has taken twice in one of its terms. */
function twice({ history }: AutoNode): string[] {
  return [...history.accepted].flatMap(([unit, lines]) => {
    const epochs = lines.map(({ epoch }) => epoch);
    return new Set(epochs).size === epochs.length ? [] : [unit];
  });
}

/** What a master took after it was told that another leads. */
function lateOf({ history }: AutoNode, epoch: number): unknown[] {
  const { lines } = history;
  const deposed = lines.findIndex((line) => line.kind === 'deposed' && line.epoch === epoch);
  if (deposed === -1) return [];
  return lines.slice(deposed).filter((line) => line.epoch === epoch && line.verdict === 'accepted');
}

test.run();
