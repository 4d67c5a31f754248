/**
 * Draws `docs/chaincore-difficulty.svg`: both step rules on a simulated network whose hash rate
 * changes. `node --import tsx benchmark/chaincore-difficulty.ts`; the same seed, the same picture.
 */

import { mkdirSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { idealDifficulty, simulate } from '../__test__/chaincore/difficulty/simulated-network.js';
import { DEFAULT_RULE, DifficultySchedule, STEP_RULES } from '../ts/chaincore/difficulty.js';
import { type Line, stepChart } from './step-chart.js';

const BLOCKS = 300;
const SEED = 'chaincore';
/** Hashes per second of the whole network, for sixty blocks each. */
const RATES = [16 ** 5 / 10, 16 ** 5 / 10, 16 ** 8 / 10, 16 ** 3 / 10, 16 ** 6.3 / 10];
const hashRate = (index: number) => RATES[Math.min(RATES.length - 1, Math.floor(index / 60))] ?? 1;

const COLOURS = { ideal: '#999', logarithmic: '#2f6f9f', node: '#c2572b' } as const;
const LABELS = {
  logarithmic: 'nearest whole step (default)',
  node: "the node's own thresholds",
} as const;

const ideal: Line = {
  label: 'ideal: a block every ten seconds',
  colour: COLOURS.ideal,
  values: Array.from({ length: BLOCKS }, (_, i) =>
    idealDifficulty(hashRate(i + 1), DEFAULT_RULE.blockSeconds),
  ),
};
const lines = STEP_RULES.map((step): Line => {
  const schedule = DifficultySchedule.of({ step });
  const chain = simulate({ schedule, blocks: BLOCKS, seed: SEED, hashRate });
  const values = chain.slice(1).map(({ difficulty }) => difficulty);
  return { label: LABELS[step], colour: COLOURS[step], values };
});

const file = fileURLToPath(new URL('../docs/chaincore-difficulty.svg', import.meta.url));
mkdirSync(fileURLToPath(new URL('../docs/', import.meta.url)), { recursive: true });
writeFileSync(
  file,
  stepChart({
    title: 'Difficulty over 300 blocks of a simulated ChainCore network',
    note: `Leading zero hex digits by block. Intervals are random as on a real network; seed '${SEED}'.`,
    lines: [ideal, ...lines],
    most: 12,
  }),
);
process.stdout.write(`${file}\n`);
