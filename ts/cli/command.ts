import type { Command } from 'commander';
import type { ExitCode } from './exit.js';

/** One subcommand: a file of its own, and a row in `commands.ts`. */
export interface CommandRow {
  readonly name: string;
  /** One line, for the list of commands. */
  readonly summary: string;
  /** A command line that can be pasted and does something, shown by `--help`. */
  readonly example: string;
  /** Adds the flags; `--json` and `--help` are there already. */
  addFlags(command: Command): void;
  /** Named behind it: `chaincore devnode`. Each has flags of its own. */
  readonly subcommands?: readonly CommandRow[];
  /** @throws UsageError before any work starts; anything else is a failure */
  run(command: Command): Promise<ExitCode>;
}

/** The flag that every command has. */
export interface SharedFlags {
  readonly json?: true;
}
