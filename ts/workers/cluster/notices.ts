/** What happens in a cluster, in the words of a log line. Pure. */

import type { NodeInfo, QueueEvent } from '../../cluster/queue.js';
import { printable } from '../../core/printable.js';
import type { WorkerNotice } from '../row.js';

/** `null`: not worth a line. */
export function noticeOf(event: QueueEvent): WorkerNotice | null {
  switch (event.kind) {
    case 'notice':
      return said(event.level, event.text);
    case 'node':
      return nodeNotice(event.op, event.node);
    case 'strike':
      return said('warn', `strike against worker ${event.worker}: ${event.reason}`);
    case 'banned': {
      const seconds = Math.round(event.forMs / 1000);
      return said('warn', `worker ${event.worker} is banned for ${seconds} s`);
    }
    case 'unit':
      return unitNotice(event);
    case 'deposed':
      return said('warn', `another master leads, in epoch ${event.epoch}: this one is over`);
    default:
      return null;
  }
}

function nodeNotice(op: 'join' | 'update' | 'leave', node: NodeInfo): WorkerNotice | null {
  const { name, role, capabilities } = node;
  if (op === 'leave') return said('info', `${role} ${name} left`);
  if (op === 'update') return null;
  return said('info', `${role} ${name} joined with ${capabilities.threads} threads`);
}

function unitNotice(event: Extract<QueueEvent, { kind: 'unit' }>): WorkerNotice | null {
  const { state, unit, worker } = event;
  const name = `unit ${unit.index} of work ${unit.work.slice(0, 8)}`;
  if (state === 'quarantined')
    return said('warn', `${name} is given up: it fails wherever it is tried`);
  if (state === 'split') return said('warn', `${name} has failed too often: tried in two halves`);
  if (state === 'failed') return said('warn', `${name} failed on worker ${worker ?? 'unknown'}`);
  return null;
}

/** Names and reasons come over the network. */
function said(level: WorkerNotice['level'], text: string): WorkerNotice {
  return { level, text: printable(text) };
}
