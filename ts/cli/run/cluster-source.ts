import type { Command } from 'commander';
import { ClusterSource } from '../../cluster/source.js';
import { JOIN_SETTINGS, type JoinSettings, joinAddress, openJoined } from '../cluster/join.js';
import { plainCapabilities } from '../cluster/observer.js';
import { SETTINGS } from '../config/schema.js';
import type { SourceHow, SourceRow } from './tables.js';

/** Those of the worker `cluster` have the same names: a node between two masters is one node. */
interface ClusterFlags {
  readonly clusterKey?: string;
  readonly clusterTlsKey?: string;
  readonly clusterTlsCert?: string;
  readonly clusterTlsCa?: string;
  readonly clusterName?: string;
  readonly clusterNkey?: string;
  readonly clusterSubject?: string;
  readonly join?: readonly string[];
}

/** Leases in hand at once: each is a job of its own, however many threads hash it. */
const MOST_LEASES = 4;

export const clusterSource: SourceRow = {
  scheme: 'cluster',
  form: 'tcp://HOST:PORT',
  summary: 'the master of a cluster (or nats://HOST:PORT): each lease is a job',
  proof: 'required',
  uses: JOIN_SETTINGS.flatMap((path) => SETTINGS.get(path)?.flag ?? []),
  addFlags(command: Command): void {
    command
      .optionsGroup('To join a cluster:')
      .option(
        '--cluster-key <file>',
        'the key of this node, as pow-native cluster key add prints it',
      );
  },
  open: (url, flags, how) => openCluster(url, flags as ClusterFlags, how),
};

function openCluster(url: string, flags: ClusterFlags, how: SourceHow): ClusterSource {
  const settings: JoinSettings = {
    ...{ keyFile: flags.clusterKey, name: flags.clusterName, cluster: flags.clusterSubject },
    ...{ tlsKey: flags.clusterTlsKey, tlsCert: flags.clusterTlsCert, tlsCa: flags.clusterTlsCa },
    nkeyFile: flags.clusterNkey,
  };
  const address = joinAddress([url, ...(flags.join ?? [])], settings, '--source or --join');
  const leases = Math.min(MOST_LEASES, how.lanes);
  const { onNotice } = how;
  const queue = openJoined(address, {
    role: 'worker',
    capabilities: plainCapabilities(1),
    onNotice,
  });
  return new ClusterSource(queue, { leases });
}
