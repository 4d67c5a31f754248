import type { CommandRow, SharedFlags } from './command.js';
import { diagnose } from './doctor/diagnosis.js';
import { diagnosisText } from './doctor/report.js';
import { EXIT, type ExitCode } from './exit.js';

export const doctor: CommandRow = {
  name: 'doctor',
  summary: 'Show what runs on this machine and why, and test every kernel',
  example: 'pow-native doctor --json',
  addFlags() {},
  run: (command) => runDoctor(command.opts<SharedFlags>()),
};

async function runDoctor(flags: SharedFlags): Promise<ExitCode> {
  const diagnosis = await diagnose();
  const text = flags.json === true ? JSON.stringify(diagnosis) : diagnosisText(diagnosis);
  process.stdout.write(`${text}\n`);
  return diagnosis.healthy ? EXIT.done : EXIT.failed;
}
