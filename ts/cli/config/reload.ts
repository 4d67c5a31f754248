/** Settings that change while the program runs: all or nothing, and written down. */

import { messageOf } from '../message-of.js';
import type { Audit, AuditRecord } from './audit.js';
import { type Change, changesBetween, changeText, withChanges } from './changes.js';
import { type Config, ConfigError } from './load.js';
import type { LogLevel } from './schema/session.js';
import type { Settings } from './schema.js';
import { masked } from './show.js';

/** Brings settings into force, by path. A hot setting without one has nothing to act on. */
export type Appliers = ReadonlyMap<string, (settings: Settings) => void | Promise<void>>;

export interface ReloadOptions {
  readonly config: Config;
  /** Reads every layer again. */
  readonly load: () => Promise<Config>;
  readonly appliers: Appliers;
  readonly audit: Audit;
  readonly onNotice: (level: LogLevel, text: string) => void;
}

export class Reload {
  readonly #options: ReloadOptions;
  #inForce: Settings;
  #running: Promise<void> = Promise.resolve();

  constructor(options: ReloadOptions) {
    this.#options = options;
    this.#inForce = options.config.settings;
  }

  get inForce(): Settings {
    return this.#inForce;
  }

  /**
   * Reads, checks, applies; one after the other when asked again meanwhile. Never rejects.
   *
   * @param cause - `SIGHUP`, or the file that changed
   */
  now(cause: string): Promise<void> {
    this.#running = this.#running.then(() => this.#reload(cause));
    return this.#running;
  }

  async #reload(cause: string): Promise<void> {
    const { load, onNotice, audit } = this.#options;
    let read: Config;
    try {
      read = await load();
    } catch (error) {
      const problems =
        error instanceof ConfigError ? error.message.split('\n') : [messageOf(error)];
      for (const problem of problems) {
        onNotice('error', problem);
        audit.append({ outcome: 'refused', cause, setting: null, reason: problem });
      }
      onNotice('warn', `${cause}: the old settings stay in force`);
      return;
    }
    for (const notice of read.notices) onNotice('warn', notice);
    const changes = changesBetween(this.#inForce, read.settings);
    for (const change of changes.filter(({ setting }) => !setting.meta.hot)) {
      onNotice('warn', `${changeText(change)} needs a restart`);
      this.#record('needs restart', cause, change);
    }
    const hot = changes.filter(({ setting }) => setting.meta.hot);
    if (hot.length > 0) await this.#apply(hot, cause);
    if (changes.length === 0) onNotice('info', `${cause}: no setting has changed`);
  }

  async #apply(changes: readonly Change[], cause: string): Promise<void> {
    const { appliers, onNotice } = this.#options;
    const before = this.#inForce;
    const after = withChanges(before, changes);
    const done: Change[] = [];
    try {
      for (const change of changes) {
        done.push(change);
        await appliers.get(change.setting.path)?.(after);
      }
    } catch (error) {
      const reason = messageOf(error);
      onNotice('error', `${changeText(done.at(-1) as Change)} cannot be applied: ${reason}`);
      for (const change of changes) this.#record('failed', cause, change, reason);
      await this.#rollBack(done, before);
      onNotice('warn', `${cause}: the old settings stay in force`);
      return;
    }
    this.#inForce = after;
    for (const change of changes) {
      onNotice('info', changeText(change));
      this.#record('applied', cause, change);
    }
  }

  async #rollBack(changes: readonly Change[], before: Settings): Promise<void> {
    for (const { setting } of changes.toReversed()) {
      try {
        await this.#options.appliers.get(setting.path)?.(before);
      } catch (error) {
        const text = `${setting.path} cannot be set back: ${messageOf(error)}`;
        this.#options.onNotice('error', text);
      }
    }
  }

  #record(
    outcome: AuditRecord['outcome'],
    cause: string,
    { setting, before, after }: Change,
    reason?: string,
  ): void {
    const [old, now] = [masked(setting, before) ?? null, masked(setting, after) ?? null];
    const record = { outcome, cause, setting: setting.path, old, new: now };
    this.#options.audit.append(reason === undefined ? record : { ...record, reason });
  }
}
