/**
 * A Stratum server but for its sockets: every connection, job and share. It reads no clock but the
 * one it was given, so that tests make half an hour pass in seconds.
 */

import type { Target } from '../../core/target.js';
import type { Job } from '../../miner/ports.js';
import { type IssuedJob, JobBoard, type Origin } from '../jobs/board.js';
import { Numbers } from '../jobs/numbers.js';
import { mostSessions } from '../jobs/space.js';
import { Lines } from '../lines.js';
import { parseMessage } from '../messages.js';
import { type Effect, newSession, type SessionEvent, type SessionRules } from '../session/state.js';
import { step } from '../session/step.js';
import { deviceRequest } from '../wire/requests.js';
import { SERVER_DIALECTS } from '../wire/servers.js';
import { Checker, type Solved } from './checker.js';
import { type Client, type Connection, isRogue, overdue, spendToken } from './client.js';
import { Door } from './door.js';
import { foundOf } from './found.js';
import { type JobEnd, type Lane, Lanes } from './lanes.js';
import { Outbox } from './outbox.js';
import type { HubSettings } from './settings.js';
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

  /** Clients by lane, and jobs that are live. */
  get load(): { readonly lanes: Readonly<Record<string, number>>; readonly jobs: number } {
    const lanes = [...this.#lanes.all].map(({ name, clients }) => [name, clients.size]);
    return { lanes: Object.fromEntries(lanes), jobs: this.#board.size };
  }

  /** @returns why it is turned away */
  accept(connection: Connection, rules: SessionRules): Client | string {
    const { limits, clock } = this.#settings;
    const refusal = this.#door.enter(connection.address);
    if (refusal !== null) return refusal;
    const nowMs = clock.now();
    const client: Client = {
      ...{ connection, rules, lines: new Lines(limits.lineBytes) },
      ...{ state: newSession(rules, nowMs), lane: null },
      ...{ openedMs: nowMs, heardMs: nowMs, tokens: limits.messageBurst, tokensMs: nowMs },
      ...{ rejects: 0, said: '', isOpen: true },
    };
    this.#clients.add(client);
    return client;
  }

  received(client: Client, bytes: Uint8Array): void {
    if (!client.isOpen) return;
    const { limits, clock } = this.#settings;
    const nowMs = clock.now();
    client.heardMs = nowMs;
    const { texts, fault } = client.lines.push(bytes);
    for (const text of texts) {
      if (!spendToken(client, limits, nowMs)) {
        this.#offended(client, 'sends too much');
        return;
      }
      const message = parseMessage(text);
      if (message === null) {
        this.#malformed(client, 'no JSON-RPC message');
        return;
      }
      if (message.kind === 'response') continue;
      const { shareOf } = SERVER_DIALECTS[this.#settings.dialect];
      this.#happen(client, { kind: 'request', request: deviceRequest(message, shareOf) });
      if (!client.isOpen) return;
    }
    if (fault !== null) this.#malformed(client, `the message is ${fault}`);
  }

  /** The other side is gone. */
  closed(client: Client): void {
    if (!client.isOpen) return;
    client.isOpen = false;
    this.#clients.delete(client);
    this.#outbox.forget(client);
    this.#lanes.leave(client);
    if (client.state.number !== null) this.#numbers.free(client.state.number);
    this.#door.leave(client.connection.address);
  }

  /** @returns `null`: it cannot be told to devices */
  start(job: Job, target: Target, end: JobEnd): Origin | null {
    const lane = this.#lanes.start(job, target, end, this.#settings.clock.now());
    if (lane === null) return null;
    this.#tell(lane, job.change === 'replace');
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
      const reason = overdue(client, limits, nowMs);
      if (reason !== null) this.#drop(client, reason);
      else if (client.state.job !== null) this.#happen(client, { kind: 'tick' });
    }
    for (const lane of this.#lanes.all) {
      if (nowMs - lane.issuedMs < refreshMs || !this.#lanes.canRefresh(lane)) continue;
      lane.issuedMs = nowMs;
      this.#lanes.reissue(lane, nowMs);
      this.#tell(lane, false);
    }
  }

  /** The lane's newest job, to everyone who works for it. */
  #tell(lane: Lane, clean: boolean): void {
    const job = lane.origin.newest;
    if (job === null) return;
    for (const client of [...lane.clients]) this.#give(client, job, clean);
  }

  #assign(client: Client): void {
    const lane = this.#lanes.assign(client);
    const job = lane?.origin.newest ?? null;
    if (job !== null) this.#give(client, job, true);
  }

  #give(client: Client, job: IssuedJob, clean: boolean): void {
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
        this.#checker.add(client, effect.id, effect.share, effect.verdict);
        this.#outbox.sendSoon();
        break;
      case 'authorize':
        void this.#authorize(client, effect);
        break;
      case 'reissue': {
        const lane = this.#lanes.get(client.lane);
        const job = lane === undefined ? null : this.#lanes.reissue(lane, nowMs);
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
    const say = (denied: string | null) =>
      this.#happen(client, { kind: 'authorized', id, user, denied });
    if (authorize === null) {
      say(null);
      return;
    }
    try {
      const answer = await authorize(user, password, client.connection.address);
      say(answer === true ? null : answer);
    } catch {
      say('authorization is not available');
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
