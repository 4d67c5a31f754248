import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { Effect } from '../../../ts/cluster/record/decisions.js';
import { realDisk } from '../../../ts/cluster/record/journal-disk.js';
import { Keeper } from '../../../ts/cluster/record/keeper.js';
import { TCP_LIMITS } from '../../../ts/cluster/tcp/limits.js';
import { Outbox } from '../../../ts/cluster/tcp/outbox.js';
import { type Hub, Session } from '../../../ts/cluster/tcp/session.js';
import { FRAME_VERSION } from '../../../ts/cluster/wire/frame.js';
import type { Message } from '../../../ts/cluster/wire/messages.js';
import { monotonicClock } from '../../../ts/miner/clock.js';
import { until } from '../../until.js';
import { Judge, Strict, spaceOf, specOf, workId } from '../record/fakes.js';
import { CAPABILITIES, Opened } from './fixture.js';

const WORKER = 'a'.repeat(32);

/** A worker at its master, and a disk that is as slow as the test wants it. */
class Meeting {
  readonly sent: Message[] = [];
  readonly session: Session;
  readonly keeper: Keeper;
  readonly #heldBack: (() => void)[] = [];
  #isHeldBack = false;

  static async open(folder: string): Promise<Meeting> {
    const effects: Effect[] = [];
    let perform = (effect: Effect): void => void effects.push(effect);
    const held: { wait: () => Promise<void> } = { wait: async () => {} };
    const keeper = await Keeper.open({
      ...{ referee: new Judge(), conduct: new Strict(), clock: monotonicClock },
      rules: { fixedNonces: 10n },
      journalFile: join(folder, 'journal'),
      disk: { ...realDisk, sync: () => held.wait() },
      perform: (effect) => perform(effect),
    });
    const meeting = new Meeting(keeper);
    held.wait = () => meeting.#wait();
    perform = (effect) => meeting.#perform(effect);
    await keeper.publish(specOf(workId(1)), spaceOf(1, 40));
    return meeting;
  }

  private constructor(keeper: Keeper) {
    this.keeper = keeper;
    const hub: Hub = {
      ...{ keeper, master: { id: 'b'.repeat(32), name: 'master' }, limits: TCP_LIMITS },
      ...{ clock: monotonicClock, chunks: null },
      status() {
        throw new Error('nobody asks');
      },
      joined() {},
      announced() {},
      outranked() {},
      offended() {},
    };
    const link = {
      outbox: new Outbox(),
      send: (message: Message) => void this.sent.push(message),
      sendPatiently: async () => {},
      finish() {},
    };
    this.session = new Session(hub, link, {
      principal: { key: 'plain', name: 'plaintext', secret: null },
      ...{ address: '127.0.0.1', sinceMs: monotonicClock.now() },
      place: { admit: () => true, leave() {} },
    });
    this.session.received({
      ...{ kind: 'hello', id: WORKER, name: 'rig', role: 'worker', version: FRAME_VERSION },
      ...{ nonce: new Uint8Array(16), epochSeen: 0, capabilities: CAPABILITIES, held: [] },
    });
  }

  /** The worker wants a unit, and the disk takes its time. Resolves when that has begun. */
  async askSlowly(): Promise<void> {
    this.#isHeldBack = true;
    this.session.received({ kind: 'request', credits: 1 });
    await until('a write', () => this.#heldBack.length > 0);
  }

  letGo(): void {
    this.#isHeldBack = false;
    for (const done of this.#heldBack.splice(0)) done();
  }

  count(kind: Message['kind']): number {
    return this.sent.filter((message) => message.kind === kind).length;
  }

  #wait(): Promise<void> {
    return this.#isHeldBack
      ? new Promise((done) => void this.#heldBack.push(done))
      : Promise.resolve();
  }

  #perform(effect: Effect): void {
    if (effect.kind === 'assign') this.session.assign(effect.assignment);
    else if (effect.kind === 'cancel') this.session.cancel(effect.work, effect.reason);
  }
}

let opened: Opened;
test.before.each(() => {
  opened = new Opened();
});
test.after.each(() => opened.close());

test('a unit is sent once its lease is on the disk', async () => {
  const meeting = await Meeting.open(opened.folder);
  await meeting.askSlowly();
  assert.is(meeting.count('assign'), 0);
  meeting.letGo();
  await until('a unit', () => meeting.count('assign') === 1);
  await meeting.keeper.close();
});

test('a unit of a work that is cancelled meanwhile is not sent, and nobody waits for it', async () => {
  const meeting = await Meeting.open(opened.folder);
  await meeting.askSlowly();
  const cancelled = meeting.keeper.cancel(workId(1), 'stale');
  let isOver = false;
  void cancelled.then(() => {
    isOver = true;
  });
  meeting.letGo();
  await until('the end of the work, or a unit of it', () => isOver || meeting.count('assign') > 0);
  assert.is(meeting.count('assign') + meeting.count('work'), 0);
  await cancelled;
  await meeting.keeper.close();
});

test.run();
