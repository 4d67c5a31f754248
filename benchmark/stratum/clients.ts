/** Many devices in a process of their own: they connect, send valid shares, and time the answers. */

import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { bitcoinHeader, type Notify } from '../../__test__/stratum/jobs.js';

interface Device {
  readonly socket: Socket;
  rest: string;
  /** The line of a share but for its nonce. */
  head: string;
  tail: string;
  header: Buffer;
  nonce: number;
  /** When the shares were sent that are not answered yet, in nanoseconds. */
  readonly sent: bigint[];
  subscribed: (() => void) | null;
}

const [, , portText = '', dialect] = process.argv;
const HALF = 0x80;
const devices: Device[] = [];
let [micros, accepted, rejected]: [number[], number, number] = [[], 0, 0];
let heardNs: string[] = [];

process.on(
  'message',
  (task: { readonly kind: string; readonly count: number; readonly ms: number }) => {
    void perform(task).then((answer) => process.send?.(answer));
  },
);
process.on('disconnect', () => process.exit());
process.send?.({ ready: true });

async function perform(task: { kind: string; count: number; ms: number }): Promise<object> {
  if (task.kind === 'connect') {
    for (let left = task.count; left > 0; left -= 200) {
      await Promise.all(Array.from({ length: Math.min(200, left) }, open));
    }
    heardNs = [];
    return { connected: devices.length };
  }
  if (task.kind === 'heard') {
    while (heardNs.length < devices.length) await pause(1);
    return { heardNs: heardNs.splice(0) };
  }
  [micros, accepted, rejected] = [[], 0, 0];
  const startMs = performance.now();
  if (task.kind === 'pace') await pace(task.count, task.ms);
  else await rush(task.count, task.ms);
  const tookMs = performance.now() - startMs;
  while (devices.some(({ sent }) => sent.length > 0)) await pause(1);
  return { micros, accepted, rejected, tookMs };
}

/** So many shares a second, whatever the answers. */
async function pace(perSecond: number, ms: number): Promise<void> {
  const startMs = performance.now();
  for (let sent = 0; performance.now() - startMs < ms; ) {
    const due = ((performance.now() - startMs) / 1000) * perSecond;
    for (; sent < due; sent++) share(devices[sent % devices.length] as Device, 1);
    await pause(1);
  }
}

/** Each device has so many shares under way. */
async function rush(window: number, ms: number): Promise<void> {
  const startMs = performance.now();
  while (performance.now() - startMs < ms) {
    for (const device of devices) {
      if (device.sent.length <= window / 2) share(device, window - device.sent.length);
    }
    await new Promise((resolve) => setImmediate(resolve));
  }
}

function share(device: Device, count: number): void {
  let text = '';
  const now = process.hrtime.bigint();
  for (let i = 0; i < count; i++) {
    text += device.head + nextNonce(device) + device.tail;
    device.sent.push(now);
  }
  device.socket.write(text);
}

/** Shares cost two hashes here: the top bit of the digest is zero. */
function nextNonce(device: Device): string {
  for (;;) {
    device.nonce += 1;
    const { header, nonce } = device;
    if (dialect === 'bitcoin') {
      header.writeUInt32LE(nonce, 76);
      const once = createHash('sha256').update(header).digest();
      const digest = createHash('sha256').update(once).digest();
      if ((digest[31] as number) < HALF - 1) return nonce.toString(16).padStart(8, '0');
    } else {
      header.writeUIntLE(nonce, 280, 6);
      const digest = createHash('blake2s256').update(header).digest();
      if ((digest[31] as number) < HALF - 1) return nonce.toString(16).padStart(12, '0');
    }
  }
}

async function open(): Promise<void> {
  const socket = connect(Number(portText), '127.0.0.1');
  const device: Device = {
    ...{ socket, rest: '', head: '', tail: '', header: Buffer.alloc(0), nonce: 0, sent: [] },
    subscribed: null,
  };
  socket.setEncoding('latin1').on('data', (text: string) => hear(device, text));
  await once(socket, 'connect');
  const ready = new Promise<void>((resolve) => {
    device.subscribed = resolve;
  });
  socket.write('{"id":1,"method":"mining.subscribe","params":["bench"]}\n');
  await ready;
  devices.push(device);
}

let extranonce1 = '';

function hear(device: Device, text: string): void {
  const lines = (device.rest + text).split('\n');
  device.rest = lines.pop() ?? '';
  for (const line of lines) {
    if (line.startsWith('{"id":4,')) {
      const sentNs = device.sent.shift();
      if (sentNs !== undefined) micros.push(Number(process.hrtime.bigint() - sentNs) / 1000);
      if (line.includes('true')) accepted += 1;
      else rejected += 1;
    } else if (line.startsWith('{"id":1,')) {
      extranonce1 = (JSON.parse(line) as { result: string[] }).result[1] ?? '';
    } else if (line.includes('mining.notify')) {
      heardNs.push(process.hrtime.bigint().toString());
      if (device.subscribed !== null) prepare(device, JSON.parse(line).params);
    }
  }
}

function prepare(device: Device, params: readonly unknown[]): void {
  device.head = `{"id":4,"method":"mining.submit","params":["bench","${params[0]}","`;
  device.tail = '"]}\n';
  if (dialect === 'bitcoin') {
    const notify = params as unknown as Notify;
    device.head += `00000001","${notify[7]}","`;
    device.header = bitcoinHeader(notify, `${extranonce1}00000001`, notify[7], '00000000');
  } else {
    device.header = Buffer.from(String(params[1]), 'hex');
    device.header.set(Buffer.from(extranonce1, 'hex').reverse(), 278);
  }
  device.subscribed?.();
  device.subscribed = null;
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
