import { z } from 'zod';
import { optional, setting } from '../setting.js';
import { listOf, oneOf, port, text, wholeNumber, yesOrNo } from '../values.js';

const MASTER = 'With --worker cluster:';
const BOTH = 'Of a cluster, on both ends:';
const JOIN = 'To join a cluster:';
const ELECTION = 'Who is master:';

/** Of the worker `cluster`, under the names of its options, and of those who join one. */
export const clusterSection = z
  .strictObject({
    adapter: optional(oneOf('tcp', 'nats'), {
      description: 'who carries the messages: tcp (default), this process itself, or nats',
      flag: '--cluster-adapter <name>',
      heading: MASTER,
    }),
    host: optional(text('an address, a name, or *'), {
      description: 'where it listens; * for everywhere (this machine; with keys *)',
      flag: '--cluster-interface <host>',
      heading: BOTH,
      local: true,
    }),
    port: optional(port, {
      description: '0 takes any that is free (1920)',
      flag: '--cluster-port <port>',
      heading: MASTER,
      local: true,
    }),
    keysFile: optional(text('the path of a file'), {
      description: 'the keys of workers, as pow-native cluster key writes it',
      flag: '--cluster-keys <file>',
      heading: MASTER,
      local: true,
    }),
    journalFile: optional(text('the path of a file'), {
      description: 'where the record is kept (in memory)',
      flag: '--cluster-journal <file>',
      heading: MASTER,
      local: true,
    }),
    unitNonces: optional(wholeNumber(1, 1e15 - 1), {
      description: 'nonces of every unit (two seconds of the worker that gets it)',
      flag: '--cluster-unit-nonces <n>',
      heading: MASTER,
    }),
    proof: optional(yesOrNo, {
      description: 'false: workers are believed; else shares are counted, and parts hashed again',
      flag: '--cluster-proof <true|false>',
      heading: MASTER,
    }),
    datasetFile: optional(text('the path of a file'), {
      description: 'a file that workers need before they hash (none)',
      flag: '--cluster-dataset <file>',
      heading: MASTER,
      local: true,
    }),
    name: optional(text('letters, digits, dots, _ and -'), {
      description: 'of this node, for people (that of its key, or of the machine)',
      flag: '--cluster-name <name>',
      heading: BOTH,
    }),
    servers: optional(listOf(text('nats://HOST:PORT or tls://HOST:PORT')), {
      description: 'with nats: a server; repeatable',
      flag: '--cluster-server <url>',
      heading: MASTER,
    }),
    cluster: optional(text('letters, digits and _'), {
      description: 'with nats: first word of every subject (pow)',
      flag: '--cluster-subject <word>',
      heading: BOTH,
    }),
    nkeyFile: optional(text('the path of a file'), {
      description: 'with nats: file with the seed of an nkey',
      flag: '--cluster-nkey <file>',
      heading: BOTH,
      local: true,
    }),
    tlsKey: optional(text('the path of a PEM file'), {
      description: 'PEM file of the key, for certificates instead of keys',
      flag: '--cluster-tls-key <file>',
      heading: BOTH,
      local: true,
    }),
    tlsCert: optional(text('the path of a PEM file'), {
      description: 'PEM file of the certificate',
      flag: '--cluster-tls-cert <file>',
      heading: BOTH,
      local: true,
    }),
    tlsCa: optional(text('the path of a PEM file'), {
      description: 'PEM file of the authority that signed the certificates of the others',
      flag: '--cluster-tls-ca <file>',
      heading: BOTH,
      local: true,
    }),
    datasetFolder: optional(text('the path of a folder'), {
      description: 'where datasets are kept in parts that are checked',
      flag: '--cluster-datasets <folder>',
      heading: BOTH,
      local: true,
    }),
    join: optional(listOf(text('tcp://HOST:PORT, nats://HOST:PORT or tls://HOST:PORT')), {
      description: 'where the master is; repeatable',
      flag: '--join <url>',
      heading: JOIN,
    }),
    keyFile: optional(text('the path of a file'), {
      description: 'the key of this node, as pow-native cluster key add prints it',
      flag: '--cluster-key <file>',
      heading: JOIN,
      local: true,
    }),
    datasetPort: optional(port, {
      description: 'other workers fetch datasets here, at --cluster-interface (they do not)',
      flag: '--cluster-datasets-port <port>',
      heading: JOIN,
      local: true,
      command: 'worker',
    }),
    electionPort: setting(port, 1922, {
      description: 'where nodes speak to each other about who is master',
      flag: '--cluster-election-port <port>',
      heading: ELECTION,
      local: true,
      command: 'auto',
    }),
    memoryFile: optional(text('the path of a file'), {
      description: 'what this node remembers of elections; one for each node',
      flag: '--cluster-memory <file>',
      heading: ELECTION,
      local: true,
      command: 'auto',
    }),
    beaconPort: optional(wholeNumber(1, 65_535), {
      description: 'find nodes of the local network by multicast at this port (not at all)',
      flag: '--cluster-beacon-port <port>',
      heading: ELECTION,
      local: true,
      command: 'auto',
    }),
  })
  .prefault({});
