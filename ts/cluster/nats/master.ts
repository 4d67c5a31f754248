/** The NATS adapter, master's end: the record is its own, the queue above it is JetStream's. */

import { PowError } from '../../errors.js';
import type {
  CancelReason,
  ClusterStatus,
  Guarantees,
  WorkId,
  WorkSpace,
  WorkSpec,
} from '../queue.js';
import type { Effect } from '../record/decisions.js';
import { Keeper } from '../record/keeper.js';
import { Trust } from '../trust/trust.js';
import { encodeWorkSpec } from '../wire/work-spec.js';
import { type CheckedNode, checkNode } from './checked-options.js';
import { connectNats, type Nats } from './connection.js';
import { Stocking } from './datasets.js';
import { mostMessageBytes } from './guarantees.js';
import { lastEpoch, layOutState } from './layout.js';
import { Lead } from './lead.js';
import { Leader } from './leader.js';
import { MasterSession } from './master-session.js';
import type { NatsMaster, NatsMasterOptions } from './options.js';
import { recordId } from './record-id.js';
import { textOf } from './text-of.js';
import { within } from './within.js';

/** Nothing at the end waits longer for a server that may be away. */
const CLOSE_MS = 2_000;

/**
 * Opens the record, connects, becomes the leader and lays out streams and buckets.
 *
 * @returns rejects with `POW_ARGUMENT`, or `POW_WORKER`: the record or the server cannot be had, the
 *   server is too old, another master leads
 */
export async function openNatsMaster(options: NatsMasterOptions): Promise<NatsMaster> {
  const node = checkNode(options);
  const { replicas = 1 } = options;
  if (![1, 3, 5].includes(replicas)) {
    throw new PowError('POW_ARGUMENT', 'replicas: 1, 3 or 5', { argument: 'replicas' });
  }
  const nats = await connectNats(node, options.signal).catch((error: unknown) => {
    throw workerError(error);
  });
  try {
    return new NatsMasterQueue(await openParts(nats, node, options));
  } catch (error) {
    await nats.connection.close();
    throw workerError(error);
  }
}

interface Parts {
  readonly nats: Nats;
  readonly node: CheckedNode;
  readonly keeper: Keeper;
  readonly trust: Trust;
  readonly session: MasterSession;
  readonly isKept: boolean;
  readonly stocking: Stocking | null;
}

async function openParts(
  nats: Nats,
  node: CheckedNode,
  options: NatsMasterOptions,
): Promise<Parts> {
  const { replicas = 1, journalFile, fixedNonces, onEvent = () => {} } = options;
  const { suspectMs, deadMs } = node.limits;
  const claim = await claimer(nats, node, options);
  let session: MasterSession | null = null;
  let lead: Lead | null = null;
  const early: Effect[] = [];
  const trust = new Trust({
    isProved: options.proofOfScanning ?? true,
    random: node.random,
    proved: (key, worker, reason) => opened?.distrust(key, worker, reason),
    failed: (error) => {
      const text = `a re-scan failed: ${textOf(error)}`;
      onEvent({ kind: 'notice', level: 'warn', text });
    },
  });
  let opened: Keeper | null = null;
  try {
    const keeper = await Keeper.open({
      ...{ journalFile, clock: node.clock, referee: trust.referee, conduct: trust.conduct },
      rules: { fixedNonces, suspectMs, deadMs },
      epoch: async (above) => {
        lead = new Lead(await claim(above), node, () => nats.isUp);
        return lead.claim.epoch;
      },
      perform: (effect) => {
        if (effect.kind === 'scanned') trust.look(effect.scanned);
        else if (session === null) early.push(effect);
        else session.perform(effect);
      },
    });
    opened = keeper;
    if (lead === null) throw new PowError('POW_WORKER', 'nobody decided who leads');
    session = new MasterSession(nats, {
      ...{ node, keeper, lead, replicas, fixedNonces, onEvent },
    });
    for (const effect of early) session.perform(effect);
    await session.begin();
    const stocking = stockingOf(nats, node, options);
    return { nats, node, keeper, trust, session, stocking, isKept: journalFile !== undefined };
  } catch (error) {
    await (session as MasterSession | null)?.end().catch(() => {});
    await (lead as Lead | null)?.resign().catch(() => {});
    await opened?.close();
    await trust.close();
    throw error;
  }
}

function stockingOf(nats: Nats, node: CheckedNode, options: NatsMasterOptions): Stocking | null {
  const { dataset, replicas = 1, onEvent } = options;
  if (dataset === undefined) return null;
  return new Stocking(nats, node, dataset, replicas, (text) => {
    onEvent?.({ kind: 'notice', level: 'warn', text });
  });
}

/** Becomes the leader, above every epoch that it is told of. */
async function claimer(nats: Nats, node: CheckedNode, options: NatsMasterOptions) {
  const { replicas = 1, journalFile, epochAbove = 0, otherMaster = 'refuse' } = options;
  const { id, name, clock, names } = node;
  const record = recordId(journalFile);
  await layOutState(nats, names, replicas);
  const state = await nats.bucket(names.state);
  return (above: number) =>
    Leader.acquire(state, {
      ...{ id, name, record, clock, otherMaster, leaderMs: node.limits.leaderMs },
      epochAbove: Math.max(above, epochAbove),
      lastEpoch: () => lastEpoch(nats, names),
      onSpoilt: (text) => options.onEvent?.({ kind: 'notice', level: 'warn', text }),
      signal: options.signal ?? new AbortController().signal,
    });
}

class NatsMasterQueue implements NatsMaster {
  readonly guarantees: Guarantees;
  readonly epoch: number;
  readonly #parts: Parts;
  readonly #ending = new Map<WorkId, Promise<unknown>>();
  #closed: Promise<void> | null = null;

  constructor(parts: Parts) {
    this.#parts = parts;
    this.epoch = parts.keeper.epoch;
    this.guarantees = {
      durable: parts.isKept ? 'power-loss' : 'memory',
      outlivesMaster: true,
      mostMessageBytes: mostMessageBytes(parts.nats.mostBytes),
    };
  }

  get server(): string {
    return this.#parts.nats.connection.getServer();
  }

  async publish(spec: WorkSpec, space: WorkSpace): Promise<void> {
    this.#refuseWhenClosed();
    try {
      const bytes = encodeWorkSpec(spec).length;
      if (bytes > this.guarantees.mostMessageBytes) {
        throw new PowError('POW_WORKER', `a work of ${bytes} bytes is too large for the queue`);
      }
      // What takes it off the record would do so to this one as well.
      await this.#ending.get(spec.id);
      await this.#parts.keeper.publish(spec, space);
      await this.#parts.session.lend(spec);
    } catch (error) {
      throw workerError(error);
    }
  }

  async cancel(work: WorkId, reason: CancelReason): Promise<{ readonly purged: number }> {
    if (this.#closed !== null) return { purged: 0 };
    const ended = this.#cancel(work, reason);
    const over = ended
      .catch(() => {})
      .then(() => {
        if (this.#ending.get(work) === over) this.#ending.delete(work);
      });
    this.#ending.set(work, over);
    return ended;
  }

  async #cancel(work: WorkId, reason: CancelReason): Promise<{ readonly purged: number }> {
    const { keeper, session } = this.#parts;
    const purged = await session.callBack(work, reason);
    const rest = await keeper.cancel(work, reason);
    return { purged: purged + rest.purged };
  }

  status(): ClusterStatus {
    return this.#parts.session.status();
  }

  close(): Promise<void> {
    this.#closed ??= this.#close();
    return this.#closed;
  }

  async #close(): Promise<void> {
    const { nats, node, keeper, trust, session, stocking } = this.#parts;
    await within(
      node.clock,
      CLOSE_MS,
      Promise.all([stocking?.end(), session.end().catch(() => {})]),
    );
    await keeper.close();
    await trust.close();
    await nats.connection.close();
  }

  #refuseWhenClosed(): void {
    if (this.#closed !== null) throw new PowError('POW_WORKER', 'the queue is closed');
  }
}

function workerError(error: unknown): unknown {
  if (error instanceof PowError && error.code !== 'POW_SOURCE') return error;
  if (error instanceof Error && error.name === 'AbortError') return error;
  const text = textOf(error);
  return new PowError('POW_WORKER', text, { cause: error });
}
