/**
 * What workers ask the master, and its answers. The server lets each ask under its own id alone,
 * but does not look at where the answer is to go.
 */

import type { Msg } from '@nats-io/transport-node';
import type { ClusterStatus } from '../queue.js';
import { Bucket } from '../tcp/bucket.js';
import type { CheckedNode } from './checked-options.js';
import type { Nats } from './connection.js';
import { readResumeQuestion, readWant, writeResumeReply } from './control.js';
import type { Dispatch } from './dispatch.js';
import { workerOf } from './names.js';
import type { Roster } from './roster.js';
import { textOf } from './text-of.js';

/** Of one worker: everything that it may hold comes again at once, and then some now and then. */
const RESUMES = { perSecond: 20, burst: 256 };

export interface QuestionsHow {
  readonly node: CheckedNode;
  readonly roster: Pick<Roster, 'admit'>;
  readonly dispatch: Pick<Dispatch, 'want' | 'resume'>;
  readonly status: () => ClusterStatus;
  readonly signal: AbortSignal;
  readonly onNotice: (text: string) => void;
}

export class Questions {
  readonly #nats: Nats;
  readonly #how: QuestionsHow;
  readonly #resumes = new Map<string, Bucket>();

  constructor(nats: Nats, how: QuestionsHow) {
    this.#nats = nats;
    this.#how = how;
    const { names } = how.node;
    const worker = ({ subject }: Msg) => names.inbox(workerOf(subject));
    this.#serve(names.everyWant, worker, (message) => this.#want(message));
    this.#serve(names.everyAskResume, worker, (message) => this.#resume(message));
    // Who asks does not stand in the subject.
    this.#serve(
      names.askStatus,
      () => names.inbox(''),
      async () => JSON.stringify(how.status()),
    );
  }

  /**
   * @param inbox - where the answer may go: it would be a word of the master's anywhere else
   * @param answer - resolves with `null`: it gets none
   */
  #serve(
    subject: string,
    inbox: (message: Msg) => string,
    answer: (message: Msg) => Promise<string | null>,
  ): void {
    this.#nats.connection.subscribe(subject, {
      callback: (error, message) => {
        if (error !== null || this.#how.signal.aborted) return;
        if (message.reply?.startsWith(inbox(message)) !== true) return;
        answer(message).then(
          (text) => {
            if (text !== null) message.respond(text);
          },
          (why: unknown) => this.#how.onNotice(`${subject}: ${textOf(why)}`),
        );
      },
    });
  }

  async #want({ subject, data }: Msg): Promise<string | null> {
    const { roster, dispatch } = this.#how;
    const worker = workerOf(subject);
    const want = readWant(data);
    if (want === null || !(await roster.admit(worker))) return null;
    return JSON.stringify(await dispatch.want(worker, want));
  }

  /** A banned worker is nobody to the roster. */
  async #resume({ subject, data }: Msg): Promise<string | null> {
    const { roster, dispatch, node } = this.#how;
    const worker = workerOf(subject);
    const question = readResumeQuestion(data);
    if (question === null || !(await roster.admit(worker))) return null;
    const nowMs = node.clock.now();
    const bucket = this.#resumes.get(worker) ?? new Bucket(RESUMES.perSecond, RESUMES.burst, nowMs);
    this.#resumes.set(worker, bucket);
    if (bucket.take(nowMs) > 0) return null;
    return writeResumeReply(await dispatch.resume(worker, question));
  }
}
