/**
 * Many devices in a process of their own: they connect, send valid shares, and time the answers.
 * None of their waits is for ever: who is hung up on, refused or forgotten says so and ends.
 */

import { createHash } from 'node:crypto';
import { connect, type Socket } from 'node:net';
import { bitcoinHeader, type Notify } from '../../__test__/stratum/jobs.js';

interface Device {
  readonly socket: Socket;
  rest: string;
  extranonce1: string;
  /** Its newest job, as it came; it is read when there is a share to be made. */
  notify: string;
  prepared: string;
  /** The line of a share but for its nonce. */
  head: string;
  tail: string;
  header: Buffer;
  nonce: number;
  /** When the shares were sent that are not answered yet, in nanoseconds. */
  readonly sent: bigint[];
}

interface Task {
  readonly kind: string;
  readonly count: number;
  readonly ms: number;
}

const [, , portText = '', dialect] = process.argv;
const HALF = 0x80;
/** For what a server does in milliseconds; the machine may be very busy. */
const PATIENCE_MS = 60_000;
const devices: Device[] = [];
let [micros, accepted]: [number[], number] = [[], 0];
let heardNs: bigint[] = [];
/** One for all sockets: what was read is used up before the next one is. */
const chunk = Buffer.alloc(65_536);

process.on('message', (task: Task) => {
  perform(task).then(
    (answer) => process.send?.(answer),
    (error) => fail(String(error)),
  );
});
process.on('disconnect', () => process.exit());
process.send?.({ ready: true });

function fail(failed: string): void {
  process.send?.({ failed }, () => process.exit(1));
}

async function perform(task: Task): Promise<object> {
  if (task.kind === 'connect') {
    for (let left = task.count; left > 0; left -= 200) {
      const opened = Array.from({ length: Math.min(200, left) }, open);
      await until('a job', () => opened.filter(({ notify }) => notify === ''));
    }
    heardNs = [];
    return { connected: devices.length };
  }
  if (task.kind === 'heard') {
    await until('the new job', () => devices.slice(heardNs.length));
    return { heardNs: heardNs.splice(0).map(String) };
  }
  [micros, accepted] = [[], 0];
  if (task.kind === 'pace') await pace(task.count, task.ms);
  else await rush(task.count, task.ms);
  await until('answers to their shares', () => devices.filter(({ sent }) => sent.length > 0));
  return { micros, accepted };
}

/** Until nobody waits for it any more. */
async function until(what: string, waiting: () => readonly Device[]): Promise<void> {
  const startMs = performance.now();
  for (;;) {
    const { length } = waiting();
    if (length === 0) return;
    if (performance.now() - startMs > PATIENCE_MS) {
      throw new Error(`${length} of ${devices.length} devices wait for ${what} for too long`);
    }
    await pause(2);
  }
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
  if (device.prepared !== device.notify) prepare(device);
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

function open(): Device {
  const heard = (bytes: number) => {
    hear(device, chunk.toString('latin1', 0, bytes));
    return true;
  };
  const options = { port: Number(portText), host: '127.0.0.1' };
  const socket = connect({ ...options, onread: { buffer: chunk, callback: heard } });
  const device: Device = {
    ...{ socket, rest: '', extranonce1: '', notify: '', prepared: '', head: '', tail: '' },
    ...{ header: Buffer.alloc(0), nonce: 0, sent: [] },
  };
  let why = 'the server hung up';
  socket.once('error', ({ message }) => {
    why = message;
  });
  socket.once('close', () => {
    const { sent, rest } = device;
    fail(
      `a device is gone (${why}), ${sent.length} shares unanswered, unread ${rest.slice(0, 80)}`,
    );
  });
  socket.write('{"id":1,"method":"mining.subscribe","params":["bench"]}\n');
  devices.push(device);
  return device;
}

function hear(device: Device, text: string): void {
  const lines = (device.rest + text).split('\n');
  device.rest = lines.pop() ?? '';
  for (const line of lines) {
    if (line.startsWith('{"id":4,')) {
      const sentNs = device.sent.shift();
      if (sentNs !== undefined) micros.push(Number(process.hrtime.bigint() - sentNs) / 1000);
      if (line.includes('true')) accepted += 1;
      else fail(`a valid share was refused: ${line}`);
    } else if (line.startsWith('{"id":1,')) {
      device.extranonce1 = (JSON.parse(line) as { result: string[] }).result[1] ?? '';
    } else if (line.startsWith('{"id":null,"method":"mining.notify"')) {
      heardNs.push(process.hrtime.bigint());
      device.notify = line;
    }
  }
}

function prepare(device: Device): void {
  const { notify: line, extranonce1 } = device;
  const { params } = JSON.parse(line) as { params: readonly unknown[] };
  device.prepared = line;
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
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
