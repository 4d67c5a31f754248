/** The record of every change of settings at run time: JSON lines, appended, for the owner alone. */

import { appendFileSync, chmodSync, mkdirSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { jsonText } from '../json-text.js';
import { messageOf } from '../message-of.js';

/** One line of the file. Values of secrets are masked before they come here. */
export interface AuditRecord {
  /** `failed`: it could not be applied, and what was before counts again. */
  readonly outcome: 'applied' | 'failed' | 'needs restart' | 'refused';
  /** What made the settings be read again. */
  readonly cause: string;
  /** `null`: about the layers as a whole. */
  readonly setting: string | null;
  readonly old?: unknown;
  readonly new?: unknown;
  /** Why not. */
  readonly reason?: string;
}

export class Audit {
  readonly path: string;
  readonly #onFailure: (text: string) => void;
  #failed = false;

  /**
   * @param path - default: in XDG_STATE_HOME
   * @param onFailure - told once when a record cannot be written
   */
  constructor(path: string | undefined, onFailure: (text: string) => void) {
    this.path = path ?? defaultPath();
    this.#onFailure = onFailure;
  }

  append(record: AuditRecord): void {
    const line = jsonText({ time: new Date().toISOString(), ...record });
    try {
      mkdirSync(dirname(this.path), { recursive: true, mode: 0o700 });
      appendFileSync(this.path, `${line}\n`, { mode: 0o600 });
      chmodSync(this.path, 0o600); // the mode above counts for a new file alone
    } catch (error) {
      if (!this.#failed) this.#onFailure(`changes are not recorded: ${messageOf(error)}`);
      this.#failed = true;
    }
  }
}

function defaultPath(): string {
  const folder = process.env['XDG_STATE_HOME'] || join(homedir(), '.local', 'state');
  return join(folder, 'pow-native', 'audit.jsonl');
}
