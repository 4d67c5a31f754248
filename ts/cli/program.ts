import { Command, CommanderError } from 'commander';
import { printable, printableLines } from '../core/printable.js';
import { PowError } from '../errors.js';
import type { CommandRow } from './command.js';
import { COMMANDS } from './commands.js';
import { ConfigError } from './config/load.js';
import { EXIT, type ExitCode, LoggedFailure, UsageError } from './exit.js';
import { Interrupted } from './interrupt.js';
import { packageVersion } from './package-facts.js';

/**
 * Runs one command line.
 *
 * @param args - without the program and the script
 * @returns the exit code; everything there is to say has been printed
 */
export async function runProgram(args: readonly string[]): Promise<ExitCode> {
  let exitCode: ExitCode = EXIT.done;
  const program = describeProgram((code) => {
    exitCode = code;
  });
  try {
    await program.parseAsync([...args], { from: 'user' });
    return exitCode;
  } catch (error) {
    return report(error, args.includes('--json'));
  }
}

/** The program with every command of the table. */
function describeProgram(ended: (code: ExitCode) => void): Command {
  const program = new Command('pow-native')
    .description('Proof of work on every core: mine, measure, and look at what runs.')
    .version(packageVersion())
    .exitOverride()
    .enablePositionalOptions()
    .configureOutput({
      // What was typed is part of these messages.
      writeErr: (text) => process.stderr.write(printableLines(text)),
    });
  for (const row of COMMANDS) addCommand(program, row, ended);
  return program;
}

function addCommand(parent: Command, row: CommandRow, ended: (code: ExitCode) => void): void {
  const command = parent
    .command(row.name)
    .summary(row.summary)
    .description(row.summary)
    .allowExcessArguments(false)
    .showHelpAfterError('(--help shows every flag)')
    .option('--json', 'print one JSON object, for machines');
  row.addFlags(command);
  command.addHelpText('after', `\nExample:\n  $ ${row.example}`);
  command.action(async () => ended(await row.run(command)));
  if (row.subcommands === undefined) return;
  command.enablePositionalOptions(); // else it takes the flags of those behind it
  for (const subcommand of row.subcommands) addCommand(command, subcommand, ended);
}

/** Says what went wrong, on the stream and in the form that fits, and picks the exit code. */
function report(thrown: unknown, json: boolean): ExitCode {
  const error = thrown instanceof LoggedFailure ? thrown.cause : thrown;
  if (error instanceof CommanderError) {
    // Commander has printed it. Help that was asked for is a success.
    return error.exitCode === 0 ? EXIT.done : EXIT.usage;
  }
  if (error instanceof Interrupted) return EXIT.interrupted;
  const message = error instanceof Error ? error.message : String(error);
  const lines = error instanceof ConfigError ? message.split('\n') : [message];
  const untold = error === thrown ? lines : [];
  for (const line of untold) process.stderr.write(`error: ${printable(line)}\n`);
  if (error instanceof ConfigError) return EXIT.usage;
  if (error instanceof UsageError) {
    process.stderr.write('(--help shows every flag)\n');
    return EXIT.usage;
  }
  if (ofEnvironment(error)) return EXIT.usage;
  if (json) {
    const code = error instanceof PowError ? error.code : null;
    process.stdout.write(`${JSON.stringify({ result: 'failed', code, message })}\n`);
  }
  return EXIT.failed;
}

/** A bad `POW_NATIVE_BACKEND` or `POW_NATIVE_KERNEL` is bad usage, as its flag would be. */
function ofEnvironment(error: unknown): boolean {
  return error instanceof PowError && error.argument?.startsWith('POW_NATIVE_') === true;
}
