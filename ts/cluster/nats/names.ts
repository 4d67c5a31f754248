/**
 * Every subject, stream and bucket of the adapter.
 *
 * One work-queue stream holds the units of all works, with the work in the subject, so that one
 * work is purged by a filter. A stream for each work would cost several round trips, and with
 * replicas an election, every time a source replaces a job, and new rights for every worker.
 */

export interface Names {
  /** Prefix of the inbox of one node: nobody else may listen there. */
  inbox(node: string): string;
  /** Work-queue stream of `unit` subjects; a message lies there until its lease is over. */
  readonly units: string;
  unit(size: number, work: string, index: number): string;
  /** All units of a work, whatever their size. */
  unitsOf(work: string): string;
  unitsOfSize(size: number): string;
  /** One unit, whatever its size. */
  unitAnywhere(work: string, index: number): string;
  readonly everyUnit: string;
  /** Pull consumer of one size class: its pending messages are the leases. */
  consumer(size: number): string;
  /** Stream of what workers report, until the master has it on record. */
  readonly results: string;
  result(worker: string): string;
  readonly everyResult: string;
  /** Bucket: the leader, and each live work. */
  readonly state: string;
  /** Bucket: who is there. Keys end by themselves. */
  readonly nodes: string;
  node(id: string): string;
  readonly everyNode: string;
  /** Bucket: how far each lease is, in the memory of the server. */
  readonly progress: string;
  /** Object store: what works need besides, in chunks. */
  readonly datasets: string;
  /** What must reach every worker at once: cancelled works, a new leader. */
  readonly control: string;
  controlOf(worker: string): string;
  /** A worker listens there; where nobody does, the server says so at once. */
  ping(worker: string): string;
  /** A worker that has run dry. */
  want(worker: string): string;
  readonly everyWant: string;
  /** Questions that the master answers. */
  readonly askStatus: string;
  askResume(worker: string): string;
  readonly everyAskResume: string;
}

export function namesOf(cluster: string): Names {
  return {
    inbox: (node) => `_INBOX_${cluster}_${node}`,
    units: `${cluster}_UNITS`,
    unit: (size, work, index) => `${cluster}.unit.${size}.${work}.${index}`,
    unitsOf: (work) => `${cluster}.unit.*.${work}.*`,
    unitsOfSize: (size) => `${cluster}.unit.${size}.*.*`,
    unitAnywhere: (work, index) => `${cluster}.unit.*.${work}.${index}`,
    everyUnit: `${cluster}.unit.*.*.*`,
    consumer: (size) => `size_${size}`,
    results: `${cluster}_RESULTS`,
    result: (worker) => `${cluster}.result.${worker}`,
    everyResult: `${cluster}.result.*`,
    state: `${cluster}_state`,
    nodes: `${cluster}_nodes`,
    node: (id) => `$KV.${cluster}_nodes.${id}`,
    everyNode: `$KV.${cluster}_nodes.*`,
    progress: `${cluster}_progress`,
    datasets: `${cluster}_datasets`,
    control: `${cluster}.control`,
    controlOf: (worker) => `${cluster}.control.${worker}`,
    ping: (worker) => `${cluster}.ping.${worker}`,
    want: (worker) => `${cluster}.want.${worker}`,
    everyWant: `${cluster}.want.*`,
    askStatus: `${cluster}.ask.status`,
    askResume: (worker) => `${cluster}.ask.resume.${worker}`,
    everyAskResume: `${cluster}.ask.resume.*`,
  };
}

/** Last word of the subject: the server lets each worker use its own alone. */
export function workerOf(subject: string): string {
  return subject.slice(subject.lastIndexOf('.') + 1);
}

/** Key of the leader in the bucket `state`. */
export const LEADER_KEY = 'leader';
const WORK_KEY = 'work.';

export function workKey(work: string): string {
  return `${WORK_KEY}${work}`;
}

/** @returns the work whose key that is; `null`: another key */
export function workOfKey(key: string): string | null {
  return key.startsWith(WORK_KEY) ? key.slice(WORK_KEY.length) : null;
}
