/**
 * A Stratum server but for its sockets: every connection, job and share. It reads no clock but the
 * one it was given, so that tests make half an hour pass in seconds.
 */

import type { Target } from '../../core/target.js';
import type { Job } from '../../miner/ports.js';
import { type IssuedJob, JobBoard, type Origin } from '../jobs/board.js';
import { Numbers } from '../jobs/numbers.js';
import { mostSessions } from '../jobs/space.js';
import { parseMessage } from '../messages.js';
import type { Effect, SessionEvent, SessionRules } from '../session/state.js';
import { step } from '../session/step.js';
import { deviceRequest } from '../wire/requests.js';
import { SERVER_DIALECTS } from '../wire/servers.js';
import { Checker, type Solved } from './checker.js';
import {
  type Client,
  type Connection,
  givenWork,
  isRogue,
  newClient,
  overdue,
  spendTokens,
} from './client.js';
import { Door } from './door.js';
import { foundOf } from './found.js';
import { type JobEnd, Lanes } from './lanes.js';
import { Outbox } from './outbox.js';
import { denialOf, type HubSettings } from './settings.js';
import { Users } from './users.js';

const TICK_MS = 1_000;

export class Hub {
  readonly users: Users;
  readonly #door: Door;
  readonly #settings: HubSettings;
  readonly #board: JobBoard;
  readonly #lanes: Lanes;
  readonly #checker: Checker;
  readonly #outbox: Outbox;
  readonly #numbers: Numbers;
  readonly #clients = new Set<Client>();
  #cancelTick: () => void = () => {};

  constructor(settings: HubSettings) {
    const dialect = SERVER_DIALECTS[settings.dialect];
    const nowMs = settings.clock.now();
    this.#settings = settings;
    this.#numbers = new Numbers(settings.firstNumber);
    this.#board = new JobBoard(dialect);
    this.#lanes = new Lanes(this.#board);
    this.#checker = new Checker(this.#board);
    this.#outbox = new Outbox(dialect, settings.soon, () => this.#check());
    this.users = new Users(nowMs);
    this.#door = new Door(settings);
    this.#tickLater();
  }

  get connections(): number {
    return this.#door.inside;
  }

  get banned(): readonly string[] {
    return this.#door.bans.banned(this.#settings.clock.now());
  }

  isBanned(address: string): boolean {
    return this.#door.bans.isBanned(address, this.#settings.clock.now());
  }

  /** Clients by lane, and jobs that are live. */
  get load(): { readonly lanes: Readonly<Record<string, number>>; readonly jobs: number } {
    return { lanes: this.#lanes.load, jobs: this.#board.size };
  }

  /** @returns why it is turned away */
  accept(connection: Connection, rules: SessionRules): Client | string {
    const { limits, clock } = this.#settings;
    const refusal = this.#door.enter(connection.address);
    if (refusal !== null) return refusal;
    const nowMs = clock.now();
    const client = newClient(connection, rules, limits, nowMs);
    this.#clients.add(client);
    return client;
  }

  received(client: Client, bytes: Uint8Array): void {
    if (!client.isOpen) return;
    const nowMs = this.#settings.clock.now();
    const { texts, blankLines, fault } = client.lines.push(bytes);
    if (texts.length > 0) client.heardMs = nowMs;
    this.#spend(client, blankLines, nowMs);
    for (const text of texts) {
      this.#checkDue();
      this.#spend(client, 1, nowMs);
      if (!client.isOpen) return;
      const message = parseMessage(text);
      if (message === null) {
        this.#malformed(client, 'no JSON-RPC message');
        return;
      }
      if (message.kind === 'response') continue;
      const { shareOf } = SERVER_DIALECTS[this.#settings.dialect];
      this.#happen(client, { kind: 'request', request: deviceRequest(message, shareOf) });
    }
    this.#checkDue();
    if (fault !== null && client.isOpen) this.#malformed(client, `the message is ${fault}`);
  }

  #spend(client: Client, messages: number, nowMs: number): void {
    if (!client.isOpen || spendTokens(client, messages, this.#settings.limits, nowMs)) return;
    this.#offended(client, 'sends too much');
  }

  /** The other side is gone. */
  closed(client: Client): void {
    if (!client.isOpen) return;
    client.isOpen = false;
    this.#clients.delete(client);
    this.#outbox.forget(client);
    this.#lanes.leave(client);
    const { number } = client.state;
    if (number !== null) this.#board.leave(number);
    if (number !== null) this.#numbers.free(number);
    this.#door.leave(client.connection.address);
  }

  /** @returns `null`: it cannot be told to devices */
  start(job: Job, target: Target, end: JobEnd): Origin | null {
    const lane = this.#lanes.start(job, target, end, this.#settings.clock.now());
    if (lane === null) return null;
    const { newest } = lane.origin;
    if (newest !== null) this.#tell(newest, lane.clients, job.change === 'replace');
    for (const client of this.#clients) {
      const { isSubscribed, waiting } = client.state;
      if (client.lane === null && (isSubscribed || waiting.length > 0)) this.#assign(client);
    }
    return lane.origin;
  }

  stop(origin: Origin): void {
    for (const client of this.#lanes.stop(origin)) this.#assign(client);
  }

  close(): void {
    this.#cancelTick();
    this.#outbox.send();
    for (const client of [...this.#clients]) this.#end(client, 'end');
  }

  #tickLater(): void {
    this.#cancelTick = this.#settings.clock.after(TICK_MS, () => {
      this.#tickLater();
      this.#tick();
    });
  }

  #tick(): void {
    const { limits, clock, refreshMs } = this.#settings;
    const nowMs = clock.now();
    for (const client of [...this.#clients]) {
      this.#checkDue();
      const reason = overdue(client, limits, nowMs);
      if (reason !== null) this.#drop(client, reason);
      else if (client.state.job !== null) this.#happen(client, { kind: 'tick' });
    }
    for (const [job, to] of this.#lanes.renewals(nowMs, refreshMs)) this.#tell(job, to, false);
  }

  #tell(job: IssuedJob, clients: Iterable<Client>, clean: boolean): void {
    for (const client of [...clients]) {
      this.#checkDue(); // which may solve it
      if (job.origin.isLive) this.#give(client, job, clean);
    }
  }

  #assign(client: Client): void {
    const job = this.#lanes.assign(client)?.origin.newest ?? null;
    if (job === null) this.#happen(client, { kind: 'idle' });
    else this.#give(client, job, true);
  }

  #give(client: Client, job: IssuedJob, clean: boolean): void {
    givenWork(client, this.#settings.clock.now());
    const most = mostSessions(job.space);
    const { number } = client.state;
    if (number === null || number >= most) {
      if (number !== null) this.#numbers.free(number);
      const taken = this.#numbers.take(most);
      client.state = { ...client.state, number: taken };
      if (taken === null) {
        this.#drop(client, 'no extranonce is left');
        return;
      }
    }
    this.#happen(client, { kind: 'job', job, clean });
  }

  #happen(client: Client, event: SessionEvent): void {
    if (!client.isOpen) return;
    const nowMs = this.#settings.clock.now();
    const { state, replies, effects } = step(client.state, event, client.rules, nowMs);
    client.state = state;
    this.#outbox.say(client, replies);
    for (const effect of effects) this.#perform(client, effect, nowMs);
  }

  #perform(client: Client, effect: Effect, nowMs: number): void {
    switch (effect.kind) {
      case 'check':
        this.#checker.add(client, effect, nowMs);
        this.#outbox.sendSoon();
        break;
      case 'authorize':
        void this.#authorize(client, effect);
        break;
      case 'reissue': {
        const lane = this.#lanes.get(client.lane);
        const job = lane === undefined ? null : this.#lanes.renewed(lane, client, nowMs);
        if (job !== null) this.#give(client, job, false);
        break;
      }
      case 'assign':
        if (client.lane === null) this.#assign(client);
        break;
      case 'close':
        this.#drop(client, effect.reason);
    }
  }

  async #authorize(
    client: Client,
    { id, user, password }: Extract<Effect, { readonly kind: 'authorize' }>,
  ): Promise<void> {
    const { authorize } = this.#settings;
    const { address } = client.connection;
    const denied = authorize && (await denialOf(authorize, user, password, address));
    this.#happen(client, { kind: 'authorized', id, user, denied });
  }

  /** The end of the turn may be far: who waits for it has waited long enough. */
  #checkDue(): void {
    if (!this.#checker.isIdle && this.#checker.isDue(this.#settings.clock.now())) {
      this.#outbox.send();
    }
  }

  /** Judges every share that waits. */
  #check(): void {
    if (this.#checker.isIdle) return;
    for (const checked of this.#checker.checked()) {
      const { client, id, share, verdict, origin } = checked;
      this.users.note(share.user, verdict, this.#settings.clock.now());
      if (verdict.kind === 'accepted' && origin !== null) origin.hashes += verdict.hashes;
      // At once, before the device hears of it.
      if (checked.solved !== null) this.#solved(checked.solved);
      this.#happen(client, { kind: 'verdict', id, verdict });
      if (isRogue(client, verdict)) this.#offended(client, 'sends nothing but invalid shares');
    }
  }

  #solved(solved: Solved): void {
    const { origin } = solved.job;
    const lane = this.#lanes.of(origin);
    if (lane === null) return;
    lane.end.found(foundOf(solved));
    if (origin.job.goal === 'all') return;
    const { end } = lane;
    this.stop(lane.origin);
    end.solved();
  }

  /** Answered once, then closed. */
  #malformed(client: Client, text: string): void {
    this.#outbox.say(client, [{ kind: 'malformed', text }]);
    this.#offended(client, text);
  }

  #offended(client: Client, reason: string): void {
    this.#door.offend(client.connection.address, reason);
    this.#drop(client, reason);
  }

  #drop(client: Client, reason: string): void {
    const text = `${client.connection.address} dropped: ${reason}`;
    this.#settings.onNotice({ level: 'debug', text });
    this.#end(client, client.connection.unreadBytes > 0 ? 'destroy' : 'end');
  }

  #end(client: Client, how: 'end' | 'destroy'): void {
    if (!client.isOpen) return;
    const { said, connection } = client;
    this.closed(client);
    if (said !== '' && how === 'end') connection.send(said);
    connection.close(how);
  }
}
