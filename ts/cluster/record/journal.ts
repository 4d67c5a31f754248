/** What a master must not forget, in a file that outlives it. */

import {
  closeSync,
  constants,
  fsyncSync,
  ftruncateSync,
  openSync,
  readFileSync,
  realpathSync,
  writeSync,
} from 'node:fs';
import { PowError } from '../../errors.js';
import { FileLock } from '../../miner/file-lock.js';
import type { Entry } from './entries.js';
import { decodeEntries, encodeEntries } from './entry-codec.js';
import { type Disk, realDisk, replaceFile, syncFolderOf } from './journal-disk.js';
import { frameAt, frameOf, hasFrameBehind } from './journal-frames.js';

const FIRST_LINE = Buffer.from('pow-native cluster journal 1\n');
const SNAPSHOT_BYTES = 1 << 26;

export interface JournalOptions {
  readonly file: string;
  /** The file is written anew, without what is over, when it has grown by so much: 64 MiB. */
  readonly snapshotBytes?: number | undefined;
  /** Something was cut off or could not be done, in words. */
  readonly notice?: ((text: string) => void) | undefined;
  readonly disk?: Disk | undefined;
}

interface Waiting {
  readonly frame: Buffer | null;
  resolve(): void;
  reject(error: unknown): void;
}

/** Entries on the disk, each group with a checksum; groups that come together share one sync. */
export class Journal {
  readonly #path: string;
  readonly #options: JournalOptions;
  readonly #disk: Disk;
  readonly #lock: FileLock;
  #fd: number;
  #end = FIRST_LINE.length;
  #found: Buffer[] = [];
  #waiting: Waiting[] = [];
  #flushing: Promise<void> | null = null;
  #failure: unknown = null;
  #closed = false;
  #snapshot: (() => Iterable<Entry>) | null = null;
  #snapshotAt: number;

  /**
   * Opens the file, or makes it. One process at a time. Cuts off what is not whole.
   *
   * @throws {@link PowError} `POW_ARGUMENT` for a file that is no journal or in use
   */
  constructor(options: JournalOptions) {
    this.#options = options;
    this.#disk = options.disk ?? realDisk;
    this.#fd = openSync(options.file, constants.O_RDWR | constants.O_CREAT, 0o600);
    this.#path = realpathSync(options.file);
    try {
      this.#lock = new FileLock(options.file);
    } catch (error) {
      closeSync(this.#fd);
      throw error;
    }
    try {
      this.#open();
    } catch (error) {
      closeSync(this.#fd);
      this.#lock.release();
      throw error;
    }
    this.#snapshotAt = this.#end + (options.snapshotBytes ?? SNAPSHOT_BYTES);
  }

  /**
   * What was on the disk at the start, oldest first. Once.
   *
   * @throws {@link PowError} `POW_ARGUMENT` for entries of a later release
   */
  *replay(): Generator<Entry> {
    const records = this.#found;
    this.#found = [];
    for (const record of records) yield* decodeEntries(record);
  }

  /** @param entries - of the present record, everything appended so far included */
  snapshotWith(entries: () => Iterable<Entry>): void {
    this.#snapshot = entries;
  }

  /**
   * Resolves when these entries, and all before them, are on the disk; with none: when all before
   * are. After a crash either all of these entries are there or none. Rejects with `POW_WORKER` when
   * they cannot be kept; from then on everything is refused.
   */
  append(entries: readonly Entry[]): Promise<void> {
    if (this.#failure !== null || this.#closed) return Promise.reject(this.#refusal());
    const frame = entries.length === 0 ? null : frameOf(encodeEntries(entries));
    const stored = new Promise<void>((resolve, reject) => {
      this.#waiting.push({ frame, resolve, reject });
    });
    this.#flushing ??= this.#flush();
    return stored;
  }

  /** Why nothing is kept any more; `null` while all is well. */
  get failure(): unknown {
    return this.#failure;
  }

  /** Bytes of the file. */
  get size(): number {
    return this.#end;
  }

  /** Resolves when everything appended is on the disk, or is known not to be. Idempotent. */
  async close(): Promise<void> {
    const wasClosed = this.#closed;
    this.#closed = true;
    await this.#flushing;
    if (wasClosed) return;
    closeSync(this.#fd);
    this.#lock.release();
  }

  #open(): void {
    const bytes = readFileSync(this.#fd);
    const start = bytes.subarray(0, FIRST_LINE.length);
    if (!start.equals(FIRST_LINE.subarray(0, start.length))) {
      const detail = `${this.#options.file} is not the journal of a cluster`;
      throw new PowError('POW_ARGUMENT', detail, { argument: 'journalFile' });
    }
    for (let frame = frameAt(bytes, this.#end); frame !== null; ) {
      this.#found.push(frame.record);
      this.#end = frame.next;
      frame = frameAt(bytes, this.#end);
    }
    this.#cut(bytes);
    if (start.length === FIRST_LINE.length) return;
    writeSync(this.#fd, FIRST_LINE, 0, FIRST_LINE.length, 0);
    fsyncSync(this.#fd);
    syncFolderOf(this.#path);
  }

  /** From here on the file is this process's. */
  #cut(bytes: Buffer): void {
    const lost = bytes.length - this.#end;
    if (lost <= 0) return;
    const where = `${this.#options.file}, byte ${this.#end}`;
    const isDamage = hasFrameBehind(bytes, this.#end);
    this.#options.notice?.(
      isDamage
        ? `${where}: a record is damaged; ${lost} bytes from there on cannot be trusted and are cut off`
        : `${where}: the last record was not written to its end; ${lost} bytes are cut off`,
    );
    ftruncateSync(this.#fd, this.#end);
    fsyncSync(this.#fd);
  }

  async #flush(): Promise<void> {
    await null; // whatever else is appended in this turn goes with it
    while (this.#waiting.length > 0 && this.#failure === null) {
      const group = this.#waiting;
      this.#waiting = [];
      try {
        if (!this.#renewed()) await this.#write(group);
        for (const { resolve } of group) resolve();
      } catch (error) {
        this.#failure = error;
        for (const { reject } of group) reject(this.#refusal());
      }
    }
    for (const { reject } of this.#waiting.splice(0)) reject(this.#refusal());
    this.#flushing = null;
  }

  async #write(group: readonly Waiting[]): Promise<void> {
    const frames = group.flatMap(({ frame }) => (frame === null ? [] : [frame]));
    if (frames.length === 0) return;
    const bytes = Buffer.concat(frames);
    await this.#disk.write(this.#fd, bytes, this.#end);
    await this.#disk.sync(this.#fd);
    this.#end += bytes.length;
  }

  /** Writes the file anew where it is time to: what waits to be written is in the snapshot. */
  #renewed(): boolean {
    if (this.#snapshot === null || this.#end < this.#snapshotAt) return false;
    const { file, snapshotBytes = SNAPSHOT_BYTES, notice } = this.#options;
    const before = this.#fd;
    try {
      const bytes = Buffer.concat([FIRST_LINE, frameOf(encodeEntries(this.#snapshot()))]);
      this.#fd = replaceFile(this.#path, bytes);
      this.#end = bytes.length;
    } catch (error) {
      this.#snapshotAt = this.#end + snapshotBytes;
      notice?.(`${file} could not be written anew: ${String(error)}`);
      return false;
    }
    this.#snapshotAt = this.#end + snapshotBytes;
    closeSync(before);
    syncFolderOf(this.#path);
    return true;
  }

  #refusal(): PowError {
    const why = this.#failure === null ? 'closed' : String(this.#failure);
    const detail = `the journal ${this.#options.file} keeps nothing any more (${why})`;
    return new PowError('POW_WORKER', detail, { cause: this.#failure });
  }
}
