/**
 * What each key may do on the server, as lines of its configuration. A worker reads works and
 * takes units; it reports, and shows itself, under its own id alone.
 *
 * A server does not check where the answer to a request is to go, so a worker can have it sent to a
 * subject that is not its own. Hence no stream is both written and read by workers, or one could
 * have its own words repeated under the name of another; and whatever else servers and masters say
 * (acknowledgements, entries, status) is no word to whoever listens there.
 */

import { PowError } from '../../errors.js';
import { namesOf } from './names.js';
import { idOfNkey } from './nkey.js';

export interface NatsKeys {
  /** As the nodes are opened with. */
  readonly cluster?: string | undefined;
  /** Public nkeys (`U...`) of nodes that may be masters. */
  readonly masters: readonly string[];
  /** Of workers: each may use the id that is made of its key. */
  readonly workers: readonly string[];
}

export interface Rights {
  readonly publish: readonly string[];
  readonly subscribe: readonly string[];
}

function workerRights(cluster: string, id: string): Rights {
  const names = namesOf(cluster);
  const objects = `OBJ_${names.datasets}`;
  const watched = [`KV_${names.state}`, objects];
  return {
    publish: [
      names.result(id),
      names.want(id),
      names.askStatus,
      names.askResume(id),
      names.node(id),
      `$KV.${names.progress}.${id}.>`,
      `$JS.API.CONSUMER.MSG.NEXT.${names.units}.*`,
      `$JS.ACK.${names.units}.>`,
      `$JS.API.STREAM.MSG.GET.${objects}`,
      ...watched.flatMap((stream) => [
        `$JS.API.STREAM.INFO.${stream}`,
        `$JS.API.DIRECT.GET.${stream}.>`,
        `$JS.API.CONSUMER.CREATE.${stream}.>`,
        `$JS.API.CONSUMER.INFO.${stream}.*`,
        `$JS.API.CONSUMER.DELETE.${stream}.*`,
        `$JS.FC.${stream}.>`,
      ]),
    ],
    subscribe: [
      `${names.inbox(id)}.>`,
      names.control,
      names.controlOf(id),
      names.ping(id),
      names.everyNode,
    ],
  };
}

/**
 * The `authorization` block for nats-server, to be included in its configuration; it reads it again
 * at SIGHUP, and closes connections of keys that are gone.
 *
 * @throws {@link PowError} `POW_ARGUMENT` for what is no key, or no name of a cluster
 */
export function serverAuthorization({ cluster = 'pow', masters, workers }: NatsKeys): string {
  if (!/^\w{1,32}$/.test(cluster)) throw new PowError('POW_ARGUMENT', `no cluster: ${cluster}`);
  const users = [
    ...masters.map((nkey) => `    { nkey: ${keyOf(nkey)} }`),
    ...workers.map((nkey) => {
      const { publish, subscribe } = workerRights(cluster, idOfNkey(keyOf(nkey)));
      const rights = `publish: ${listOf(publish)}, subscribe: ${listOf(subscribe)}`;
      return `    { nkey: ${keyOf(nkey)}, permissions: { ${rights} } }`;
    }),
  ];
  return `authorization {\n  users: [\n${users.join('\n')}\n  ]\n}\n`;
}

function keyOf(nkey: string): string {
  if (/^U[A-Z2-7]{55}$/.test(nkey)) return nkey;
  throw new PowError('POW_ARGUMENT', 'a public nkey of a user begins with U');
}

function listOf(subjects: readonly string[]): string {
  return `[${subjects.map((subject) => `"${subject}"`).join(', ')}]`;
}
