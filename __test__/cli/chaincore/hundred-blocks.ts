/** A hundred blocks by two racing miners, difficulty 2 to 6: `npm run chaincore:100`. */

import { killPrograms } from '../run/programs.js';
import { race } from './race.js';

const startMs = performance.now();
try {
  const { accepted, known, difficulties, left, exitCodes } = await race({
    blocks: [60, 40],
    apart: [12, 5],
    rule: [
      ...['--difficulty', '2', '--min-difficulty', '2', '--max-difficulty', '6'],
      ...['--interval', '10', '--block-time', '4', '--max-step', '1'],
    ],
  });
  const lost = accepted.filter((nonce) => !known.has(nonce));
  const lines = [
    `${accepted.length} blocks accepted, ${lost.length} lost, exit codes ${exitCodes.join(' and ')}`,
    `chain of ${difficulties.length}, difficulty ${difficulties.slice(1).join(' ')}`,
    `blocks that left a chain for a heavier one: ${left.join(', ') || 'none'}`,
    `${((performance.now() - startMs) / 1000).toFixed(0)} s`,
  ];
  process.stdout.write(`${lines.join('\n')}\n`);
  const isComplete = accepted.length >= 100 && lost.length === 0 && left.length > 0;
  process.exitCode = isComplete && exitCodes.every((code) => code === 0) ? 0 : 1;
} finally {
  killPrograms();
}
