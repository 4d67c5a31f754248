/**
 * Nodes find each other on the local network: each says by multicast, again and again, at which
 * port it speaks mTLS. It is a hint and nothing more: who answers there must show a certificate.
 *
 *     0 magic `MINB` | 4 version u8 | 5 cluster, 8 bytes | 13 port u16
 */

import { createHash } from 'node:crypto';
import { createSocket, type Socket } from 'node:dgram';
import type { Clock } from '../../miner/clock.js';
import type { MasterAddress } from '../statement.js';

export interface BeaconOptions {
  /** Of 239.0.0.0/8. Default: 239.255.77.78. */
  readonly group?: string | undefined;
  readonly port: number;
  /** Address of the interface. Default: the one that the node listens on, else what the system chooses. */
  readonly interface?: string | undefined;
}

const MAGIC = Buffer.from('MINB');
const VERSION = 1;
const BYTES = 15;
const GROUP = '239.255.77.78';
/** Whoever shouts faster is not heard. */
const MOST_A_SECOND = 200;

/** Tells clusters on one network apart: by their authority. */
export function clusterTag(ca: string): Buffer {
  return createHash('sha256').update(ca.replace(/\s/g, '')).digest().subarray(0, 8);
}

export function encodeBeacon(tag: Uint8Array, port: number): Buffer {
  const bytes = Buffer.alloc(BYTES);
  MAGIC.copy(bytes);
  bytes.writeUInt8(VERSION, 4);
  bytes.set(tag, 5);
  bytes.writeUInt16BE(port, 13);
  return bytes;
}

/** @returns the port; `null`: it is no beacon of this cluster */
export function decodeBeacon(bytes: Uint8Array, tag: Uint8Array): number | null {
  const view = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (view.length !== BYTES || !view.subarray(0, 4).equals(MAGIC)) return null;
  if (view[4] !== VERSION || !view.subarray(5, 13).equals(tag)) return null;
  return view.readUInt16BE(13) || null;
}

export class Beacon {
  readonly #socket: Socket;
  readonly #options: BeaconOptions;
  #closed = false;

  private constructor(socket: Socket, options: BeaconOptions) {
    this.#socket = socket;
    this.#options = options;
  }

  /** Rejects where the port or the group cannot be had. */
  static async open(
    options: BeaconOptions,
    tag: Uint8Array,
    clock: Clock,
    heard: (address: MasterAddress) => void,
  ): Promise<Beacon> {
    const socket = createSocket({ type: 'udp4', reuseAddr: true });
    const beacon = new Beacon(socket, options);
    let [second, count] = [0, 0];
    socket.on('message', (bytes, { address }) => {
      const now = Math.floor(clock.now() / 1000);
      if (now !== second) [second, count] = [now, 0];
      count += 1;
      const port = count > MOST_A_SECOND ? null : decodeBeacon(bytes, tag);
      if (port !== null) heard({ host: address, port });
    });
    await new Promise<void>((resolve, reject) => {
      socket.once('error', reject);
      socket.bind(options.port, resolve);
    });
    socket.on('error', () => {}); // of one datagram: the next may do better
    try {
      const { group = GROUP, interface: through } = options;
      if (through !== undefined) socket.setMulticastInterface(through);
      socket.addMembership(group, through);
      socket.setMulticastTTL(1);
      socket.setMulticastLoopback(true);
    } catch (error) {
      beacon.close();
      throw error;
    }
    return beacon;
  }

  say(tag: Uint8Array, port: number): void {
    if (this.#closed) return;
    const { group = GROUP, port: to } = this.#options;
    this.#socket.send(encodeBeacon(tag, port), to, group, () => {});
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#socket.close();
  }
}
