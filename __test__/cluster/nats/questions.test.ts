import type { Msg } from '@nats-io/transport-node';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { Nats } from '../../../ts/cluster/nats/connection.js';
import { namesOf } from '../../../ts/cluster/nats/names.js';
import { Questions, type QuestionsHow } from '../../../ts/cluster/nats/questions.js';
import { VirtualClock } from '../../miner/jobs.js';

const names = namesOf('pow');
const [ONE, TWO, BANNED] = ['a', 'b', 'c'].map((digit) => digit.repeat(32)) as [
  string,
  string,
  string,
];

/** A master's ear, without a server. */
class Ear {
  readonly answers: string[] = [];
  resumes = 0;
  readonly clock = new VirtualClock();
  readonly #calls = new Map<string, (error: null, message: Msg) => void>();

  constructor() {
    const connection = {
      subscribe: (subject: string, { callback }: { callback: () => void }) => {
        this.#calls.set(subject, callback);
      },
    };
    new Questions({ connection } as unknown as Nats, {
      ...({ node: { names, clock: this.clock } } as unknown as QuestionsHow),
      roster: { admit: async (worker) => worker !== BANNED },
      dispatch: {
        want: async () => ({ sizes: [1] }),
        resume: async () => {
          this.resumes += 1;
          return { gone: true };
        },
      },
      status: () => ({ master: 'm' }) as ReturnType<QuestionsHow['status']>,
      signal: new AbortController().signal,
      onNotice: (text) => assert.unreachable(text),
    });
  }

  /** @returns how many answers there were */
  async ask(pattern: string, subject: string, body: unknown, reply: string): Promise<number> {
    const before = this.answers.length;
    const data = new TextEncoder().encode(JSON.stringify(body));
    const respond = () => this.answers.push(reply) > 0;
    this.#calls.get(pattern)?.(null, { subject, data, reply, respond } as unknown as Msg);
    await new Promise(setImmediate);
    return this.answers.length - before;
  }
}

const WANT = { most: 1, credits: 1 };
const RESUME = { work: '0'.repeat(32), index: 0, fence: 1 };

test('an answer goes to an inbox of whoever asked, and nowhere else', async () => {
  const ear = new Ear();
  const want = (reply: string) => ear.ask(names.everyWant, names.want(ONE), WANT, reply);
  assert.is(await want(`${names.inbox(ONE)}.x.y`), 1);
  for (const reply of [`${names.inbox(TWO)}.x.y`, names.control, '$KV.pow_state.leader', '']) {
    assert.is(await want(reply), 0, reply);
  }
  const status = (reply: string) => ear.ask(names.askStatus, names.askStatus, '', reply);
  assert.is(await status(`${names.inbox(TWO)}.x.y`), 1);
  assert.is(await status('$KV.pow_state.leader'), 0);
});

test('who is banned gets no unit to go on with, and who asks without end gets none for a while', async () => {
  const ear = new Ear();
  const resume = (worker: string) => {
    const reply = `${names.inbox(worker)}.x`;
    return ear.ask(names.everyAskResume, names.askResume(worker), RESUME, reply);
  };
  assert.is(await resume(BANNED), 0);
  for (let i = 0; i < 1_000; i += 1) await resume(ONE);
  assert.is(ear.resumes, 256);
  assert.is(await resume(TWO), 1, 'another one is answered all the same');
  await ear.clock.pass(1_000);
  for (let i = 0; i < 100; i += 1) await resume(ONE);
  assert.is(ear.resumes, 256 + 1 + 20);
});

test.run();
