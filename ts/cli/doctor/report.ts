import { printable } from '../../core/printable.js';
import { textTable } from '../table.js';
import type { Diagnosis, KernelDiagnosis } from './diagnosis.js';

/** A diagnosis for people. */
export function diagnosisText(diagnosis: Diagnosis): string {
  const { node, platform, cpu, cpuFeatures, backend, threads, kernels, warnings } = diagnosis;
  const failed = kernels.filter((row) => row.selfTest.result === 'failed');
  return [
    `Node      ${node} on ${platform}`,
    `CPU       ${printable(cpu)}`,
    `Features  ${cpuFeatures.length === 0 ? 'none that matter' : cpuFeatures.join(' ')}`,
    `Backend   ${backend.kind}: ${printable(backend.why)}`,
    `Threads   ${threads.default}: ${threads.why}`,
    ...warnings.map((warning) => `Warning   ${printable(warning)}`),
    '',
    textTable(
      ['algorithm', 'kernel', '>lanes', 'self-test', 'use'],
      kernels.map((row) => [
        row.algorithm,
        row.name,
        String(row.lanes),
        row.selfTest.result,
        useOf(row),
      ]),
    ),
    '',
    ...failed.map(
      ({ algorithm, name, selfTest }) =>
        `FAILED    ${algorithm} ${name} on ${selfTest.work}: ${printable(selfTest.detail ?? '')}`,
    ),
    failed.length === 0
      ? 'Every available kernel found the known nonces.'
      : 'Do not mine with a failed kernel: please report it with `pow-native doctor --json`.',
  ].join('\n');
}

function useOf({ available, chosen, why }: KernelDiagnosis): string {
  if (!available) return `not available: ${why}`;
  return chosen ? `chosen: ${why}` : `not chosen: ${why}`;
}
