import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { ChainUpdates, type UpdateEvent } from '../../../ts/chainweb/updates.js';
import { NodeFailure } from '../../../ts/miner/node-failure.js';
import { RETRY_RULE } from '../../../ts/miner/retry.js';
import { turns, VirtualClock } from '../../miner/jobs.js';

/** A stream in the hands of a test. */
class Wire implements AsyncIterable<Uint8Array> {
  readonly signal: AbortSignal;
  #wake: () => void = () => {};
  #next: string[] = [];
  #end: 'clean' | Error | null = null;

  constructor(signal: AbortSignal) {
    this.signal = signal;
    signal.addEventListener('abort', () => this.end(signal.reason as Error));
  }

  say(text: string): void {
    this.#next.push(text);
    this.#wake();
  }

  end(how: 'clean' | Error): void {
    this.#end ??= how;
    this.#wake();
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Uint8Array> {
    for (;;) {
      for (const text of this.#next.splice(0)) yield Buffer.from(text);
      if (this.#end === 'clean') return;
      if (this.#end !== null) throw this.#end;
      if (this.#next.length === 0) await new Promise<void>((wake) => (this.#wake = wake));
    }
  }
}

/** Opens streams one after the other; `null` never opens, a failure is thrown. */
function setUp(script: readonly ('open' | 'hang' | NodeFailure)[] = []) {
  const clock = new VirtualClock();
  const wires: Wire[] = [];
  const events: UpdateEvent[] = [];
  const failures: NodeFailure[] = [];
  let opened = 0;
  const updates = new ChainUpdates({
    async open(signal) {
      const how = script[opened] ?? 'open';
      opened += 1;
      if (how instanceof NodeFailure) throw how;
      const wire = new Wire(signal);
      wires.push(wire);
      if (how === 'hang') for await (const _ of wire);
      return wire;
    },
    onEvent: (event) => events.push(event),
    onFailure: (failure) => failures.push(failure),
    ...{ silenceMs: 150_000, retry: RETRY_RULE, clock, fraction: () => 0.5 },
  });
  return { clock, wires, events, failures, updates, opens: () => opened };
}

const last = (wires: readonly Wire[]) => wires.at(-1) as Wire;

test('every event is told, by what it means', async () => {
  const { wires, events, updates } = setUp();
  await turns();
  assert.ok(updates.isConnected);
  last(wires).say('event:New Cut\n\nevent:Refreshed Block\n\nevent:Whatever\n\n');
  await turns();
  assert.equal(events, ['opened', 'new-cut', 'refreshed', 'new-cut']);
  await updates.close();
});

test('a stream that the node closes is opened again, and what was missed is asked for', async () => {
  const { clock, wires, events, failures, updates } = setUp();
  for (let i = 0; i < 5; i++) {
    await clock.pass(240_000 - i);
    last(wires).say(': alive\n');
    await clock.pass(1000);
    last(wires).end('clean');
    await turns();
  }
  assert.ok(wires.length >= 6);
  const turnsOfEvents = wires.flatMap(() => ['opened', 'ended']).slice(0, -1);
  assert.equal(events, turnsOfEvents, 'what is missed after the end is asked for as well');
  assert.equal(failures, []);
  assert.ok(updates.isConnected);
  await updates.close();
});

test('no reconnect that fails is the last one, and all wait', async () => {
  const busy = new NodeFailure('failing', 'no stream left', { status: 503 });
  const { clock, events, failures, updates, opens } = setUp(Array(700).fill(busy));
  await turns();
  assert.is(opens(), 1);
  await clock.pass(300_000);
  assert.not.ok(updates.isConnected);
  assert.is(failures.length, opens());
  assert.equal(events, [], 'a stream that never stood does not end');
  await clock.pass(3_600_000);
  assert.ok(updates.isConnected, `${opens()} attempts`);
  assert.is(events[0], 'opened');
  await updates.close();
});

test('silence of 150 s is the end of a stream, whether its head has come or not', async () => {
  for (const how of ['open', 'hang'] as const) {
    const { clock, wires, failures, updates, opens } = setUp([how]);
    await clock.pass(149_999);
    assert.is(opens(), 1);
    await clock.pass(2);
    assert.is(opens(), 2);
    assert.ok(wires[0]?.signal.aborted);
    assert.equal(failures, [], 'silence is no failure');
    await updates.close();
  }
});

test('a sign of life starts the silence anew', async () => {
  const { clock, wires, updates, opens } = setUp();
  for (let i = 0; i < 10; i++) {
    await clock.pass(140_000);
    last(wires).say('event:New Cut\n\n');
  }
  await turns();
  assert.is(opens(), 1);
  await updates.close();
});

test('streams that end at once do not make it spin', async () => {
  const { clock, wires, updates, opens } = setUp();
  await turns();
  for (let i = 0; i < 20; i++) {
    last(wires).end('clean');
    await clock.pass(1);
  }
  assert.ok(opens() < 5, `${opens()} streams in 20 ms`);
  await updates.close();
});

test('garbage ends the stream, and the next one is read from its beginning', async () => {
  const { clock, wires, events, failures, updates } = setUp();
  await turns();
  last(wires).say(`event:half${'x'.repeat(2000)}`);
  await clock.pass(1000);
  assert.equal([failures[0]?.kind, wires.length], ['nonsense', 2]);
  last(wires).say('\n\nevent:New Cut\n\n');
  await turns();
  assert.equal(events, ['opened', 'ended', 'opened', 'new-cut']);
  await updates.close();
});

test('closing ends everything and leaves no alarm behind', async () => {
  for (const script of [['open'], ['hang'], [new NodeFailure('lost', 'gone')]] as const) {
    const { clock, wires, updates } = setUp(script);
    await turns();
    await updates.close();
    await updates.close();
    assert.is(clock.alarms, 0);
    assert.not.ok(updates.isConnected);
    for (const { signal } of wires) assert.ok(signal.aborted);
  }
});

test.run();
