import type { ClusterStatus } from '../../cluster/queue.js';
import { printableLines } from '../../core/printable.js';
import { PowError } from '../../errors.js';
import type { CommandRow, SharedFlags } from '../command.js';
import { addConfigFlags, withConfig } from '../config/sources.js';
import { EXIT } from '../exit.js';
import { interruptSignal } from '../interrupt.js';
import { JOIN_SETTINGS, type JoinAddress, joinAddress, openJoined } from './join.js';
import { plainCapabilities } from './observer.js';
import { statusText } from './status-text.js';

/** A master that has not answered by then is not there. */
const ANSWER_MS = 5_000;

export const status: CommandRow = {
  name: 'status',
  summary: 'Show the workers, units and works of a master',
  example: 'pow-native cluster status --join tcp://127.0.0.1:1920',
  addFlags(command) {
    addConfigFlags(command, new Set(JOIN_SETTINGS));
  },
  run: (command) =>
    withConfig(command, async ({ config }) => {
      const { json } = command.opts<SharedFlags>();
      const { cluster } = config.settings;
      const answer = await ask(joinAddress(cluster.join, cluster), interruptSignal());
      const text = json === true ? JSON.stringify(answer) : printableLines(statusText(answer));
      process.stdout.write(`${text}\n`);
      return EXIT.done;
    }),
};

/** Rejects with `POW_SOURCE` when there is no answer. */
async function ask(address: JoinAddress, interrupted: AbortSignal): Promise<ClusterStatus> {
  let lastNotice = '';
  const queue = openJoined(address, {
    ...{ role: 'observer', capabilities: plainCapabilities(0) },
    onNotice: ({ text }) => {
      lastNotice = text;
    },
  });
  const over = new AbortController();
  const late = setTimeout(() => over.abort(), ANSWER_MS);
  interrupted.addEventListener('abort', () => over.abort(interrupted.reason));
  const aborted = new Promise<never>((_, reject) => {
    over.signal.addEventListener('abort', () => {
      if (interrupted.aborted) reject(interrupted.reason);
      const why = queue.lastError() ?? lastNotice;
      const detail = why === '' ? '' : `: ${why}`;
      reject(new PowError('POW_SOURCE', `the master does not answer${detail}`));
    });
  });
  try {
    return await Promise.race([queue.status(), aborted]);
  } finally {
    clearTimeout(late);
    await queue.close();
  }
}
