/** The messages that open a connection, and what nodes are told of each other. */

import { encode } from 'cborg';
import { type Entries, readMap, writeMap } from './cbor.js';
import { type Codec, cutText } from './codec.js';
import { FieldReader } from './field-reader.js';
import { FieldWriter } from './field-writer.js';
import { readVerdict, writeVerdict } from './lease-messages.js';
import { MOST_LEASES, MOST_PEERS } from './messages.js';
import {
  capabilitiesMap,
  capabilitiesOf,
  MOST_NAME_BYTES,
  nodeMap,
  nodeOf,
} from './node-fields.js';
import { readList, readProgress, writeList, writeProgress } from './unit-fields.js';

const NONCE_BYTES = 16;
const ROLES = ['worker', 'observer', 'auto'] as const;
const MOST_LEASE_BYTES = 4096;
const MOST_MS = 0xffff_ffff;
export const MOST_PEER_LIST_BYTES = 64 * 1024;
/** Around the entries of a peer list. */
const LIST_BYTES = 32;

export const helloCodec: Codec<'hello'> = {
  write(out, hello) {
    writeMap(out, 'map', {
      id: hello.id,
      name: cutText(hello.name, MOST_NAME_BYTES),
      role: hello.role,
      version: hello.version,
      nonce: hello.nonce,
      epochSeen: hello.epochSeen,
      capabilities: capabilitiesMap(hello.capabilities),
      held: packed('HELLO', (inner) =>
        writeList(inner, ['held', MOST_LEASES], hello.held, writeProgress),
      ),
    });
  },
  read(input) {
    const map = readMap(input, 'map');
    return {
      id: nameOf(map, 'id', input),
      name: map.text('name', MOST_NAME_BYTES),
      role: map.oneOf('role', ROLES),
      version: map.count('version', 255),
      nonce: map.bytes('nonce', NONCE_BYTES, NONCE_BYTES),
      epochSeen: map.count('epochSeen'),
      capabilities: capabilitiesOf(map.map('capabilities')),
      held: unpacked('HELLO', map.bytes('held', 2, MOST_LEASE_BYTES), (inner) =>
        readList(inner, ['held', MOST_LEASES], readProgress),
      ),
    };
  },
};

export const helloReplyCodec: Codec<'hello-reply'> = {
  write(out, reply) {
    writeMap(out, 'map', {
      master: reply.master,
      name: cutText(reply.name, MOST_NAME_BYTES),
      version: reply.version,
      epoch: reply.epoch,
      nonce: reply.nonce,
      heartbeatMs: reply.heartbeatMs,
      deadMs: reply.deadMs,
      mostLeases: reply.mostLeases,
      kept: packed('HELLO_REPLY', (inner) =>
        writeList(inner, ['kept', MOST_LEASES], reply.kept, writeVerdict),
      ),
    });
  },
  read(input) {
    const map = readMap(input, 'map');
    return {
      master: nameOf(map, 'master', input),
      name: map.text('name', MOST_NAME_BYTES),
      version: map.count('version', 255),
      epoch: map.count('epoch'),
      nonce: map.bytes('nonce', NONCE_BYTES, NONCE_BYTES),
      heartbeatMs: map.count('heartbeatMs', MOST_MS),
      deadMs: map.count('deadMs', MOST_MS),
      mostLeases: map.count('mostLeases', MOST_LEASES),
      kept: unpacked('HELLO_REPLY', map.bytes('kept', 2, MOST_LEASE_BYTES), (inner) =>
        readList(inner, ['kept', MOST_LEASES], readVerdict),
      ),
    };
  },
};

export const capabilitiesCodec: Codec<'capabilities'> = {
  write: (out, { capabilities }) => writeMap(out, 'map', capabilitiesMap(capabilities)),
  read: (input) => ({ capabilities: capabilitiesOf(readMap(input, 'map')) }),
};

export const peerListCodec: Codec<'peer-list'> = {
  /** As many as fit: the list informs. */
  write(out, { peers }) {
    const maps: object[] = [];
    let left = MOST_PEER_LIST_BYTES - LIST_BYTES;
    for (const peer of peers.slice(0, MOST_PEERS)) {
      const map = nodeMap(peer);
      left -= encode(map).length;
      if (left < 0) break;
      maps.push(map);
    }
    writeMap(out, 'map', { peers: maps });
  },
  read: (input) => ({ peers: readMap(input, 'map').maps('peers', MOST_PEERS, nodeOf) }),
};

function nameOf(map: Entries, key: string, input: FieldReader): string {
  const name = map.text(key, MOST_NAME_BYTES);
  // What names a node stands in files, subjects and log lines.
  if (!/^[\w.:@-]+$/.test(name)) throw input.error(`map.${key}`, 'not letters, digits and .:@_-');
  return name;
}

/** Leases as the binary messages spell them: sixty-four do not fit a hello as maps. */
function packed(type: string, write: (out: FieldWriter) => void): Uint8Array {
  const out = new FieldWriter(type, 0, MOST_LEASE_BYTES);
  write(out);
  return out.finish();
}

function unpacked<T>(type: string, bytes: Uint8Array, read: (input: FieldReader) => T): T {
  const input = new FieldReader(type, bytes);
  const value = read(input);
  input.tail();
  return value;
}
