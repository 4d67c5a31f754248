/**
 * Datasets on this machine's disk. Three files at most for each: `ROOT.list`; `ROOT.part`, which
 * may have holes; `ROOT`, which is whole. The last one comes into being by a rename, and even so is
 * hashed once by each process before that uses it: disks forget, and people edit.
 */

import { chmodSync, mkdirSync } from 'node:fs';
import { type FileHandle, open, readFile, rename, rm, stat, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { PowError } from '../../errors.js';
import { type ChunkHost, type DatasetRoot, isRoot, LIST_INDEX } from './host.js';
import { importFile } from './import-file.js';
import { type DatasetList, isChunk, readList } from './list.js';
import { PartFile, readChunk } from './part-file.js';
import { makeRoom, removeDrafts, syncFolder, writeWhole } from './shelf.js';

/** A dataset that is whole, every chunk hashed by this process. */
export interface DatasetFile {
  readonly list: DatasetList;
  /** Read only. */
  readonly path: string;
}

export interface CacheOptions {
  /** Made when it is missing. One folder may serve several processes. */
  readonly folder: string;
  /** Of all datasets; the one that was used the longest ago goes first. Default 64 GiB. */
  readonly mostBytes?: number | undefined;
}

const MOST_BYTES = 64 * 1024 ** 3;

export class DatasetCache implements ChunkHost {
  readonly name = 'cache';
  readonly #folder: string;
  readonly #mostBytes: number;
  readonly #whole = new Map<DatasetRoot, DatasetFile>();
  readonly #opening = new Map<DatasetRoot, Promise<DatasetFile | null>>();
  readonly #parts = new Map<DatasetRoot, PartFile>();

  constructor({ folder, mostBytes = MOST_BYTES }: CacheOptions) {
    this.#folder = folder;
    this.#mostBytes = mostBytes;
    mkdirSync(folder, { recursive: true });
    removeDrafts(folder);
  }

  /** Roots of the datasets that are whole and hashed by this process. */
  roots(): readonly DatasetRoot[] {
    return [...this.#whole.keys()];
  }

  /**
   * Takes a file in: it is copied, so that nothing changes it afterwards.
   *
   * @returns rejects with `POW_ARGUMENT` for a file that is empty, too large or missing
   */
  async add(file: string, signal?: AbortSignal): Promise<DatasetFile> {
    const fits = (bytes: number) => this.#makeRoom(bytes, null);
    const { list, draft } = await importFile(file, this.#folder, fits, signal);
    await this.keepList(list);
    await this.#finish(draft, list.root);
    const whole = await this.open(list.root);
    if (whole === null) throw unkept(list.root);
    return whole;
  }

  /**
   * A dataset that is whole; `null`: it is not, or not any more. Then what is left of it is a part.
   */
  open(root: DatasetRoot): Promise<DatasetFile | null> {
    const running = this.#opening.get(root);
    if (running !== undefined) return running;
    const opening = this.#open(root).finally(() => this.#opening.delete(root));
    this.#opening.set(root, opening);
    return opening;
  }

  /** What it has, also of a dataset that is not whole yet; hashed on its way out. */
  async get(root: DatasetRoot, index: number): Promise<Uint8Array | null> {
    if (index === LIST_INDEX) return (await this.list(root))?.encoded ?? null;
    const whole = this.#whole.get(root);
    if (whole === undefined) return (await this.#parts.get(root)?.read(index)) ?? null;
    if (!Number.isSafeInteger(index) || index < 0 || index >= whole.list.chunks) return null;
    const bytes = await withFile(whole.path, (file) => readChunk(file, whole.list, index));
    if (bytes !== null && isChunk(whole.list, index, bytes)) return bytes;
    this.#whole.delete(root); // it was changed: the next `open` looks at all of it
    return null;
  }

  /** `null`: it is not here. */
  async list(root: DatasetRoot): Promise<DatasetList | null> {
    if (!isRoot(root)) return null;
    try {
      return readList(await readFile(this.#path(root, '.list')), root);
    } catch {
      return null;
    }
  }

  async keepList(list: DatasetList): Promise<void> {
    await writeWhole(this.#path(list.root, '.list'), list.encoded);
  }

  /** Goes on with a part, or begins one; `null`: another process is at it, or has done it. */
  async begin(list: DatasetList): Promise<PartFile | null> {
    await this.#makeRoom(list.bytes, list.root);
    const path = this.#path(list.root, '.part');
    const part = await PartFile.open(path, list).catch((error: unknown) => {
      if (error instanceof PowError) return null;
      throw error;
    });
    if (part === null) return null;
    if (await isThere(this.#path(list.root, ''))) {
      await rm(path, { force: true });
      await part.close();
      return null;
    }
    this.#parts.set(list.root, part);
    return part;
  }

  /** A part that is whole becomes the dataset. It is closed whatever comes. */
  async end(part: PartFile): Promise<void> {
    const { root } = part.list;
    try {
      if (part.missing().length > 0) return;
      await part.sync();
      await this.#finish(this.#path(root, '.part'), root);
    } finally {
      this.#parts.delete(root);
      await part.close();
    }
  }

  async #open(root: DatasetRoot): Promise<DatasetFile | null> {
    const list = await this.list(root);
    const path = this.#path(root, '');
    if (list === null || !(await isThere(path))) return null;
    if ((await this.#isIntact(path, list)) === false) {
      this.#whole.delete(root);
      await rename(path, this.#path(root, '.part'));
      chmodSync(this.#path(root, '.part'), 0o644);
      return null;
    }
    const now = new Date();
    await utimes(path, now, now); // it was used
    const whole = this.#whole.get(root) ?? { list, path };
    this.#whole.set(root, whole);
    return whole;
  }

  async #isIntact(path: string, list: DatasetList): Promise<boolean> {
    const { size } = await stat(path);
    if (size !== list.bytes) return false;
    if (this.#whole.has(list.root)) return true;
    const intact = await withFile(path, async (file) => {
      for (let index = 0; index < list.chunks; index++) {
        if (!isChunk(list, index, await readChunk(file, list, index))) return false;
      }
      return true;
    });
    return intact ?? false;
  }

  async #finish(draft: string, root: DatasetRoot): Promise<void> {
    chmodSync(draft, 0o444);
    await rename(draft, this.#path(root, ''));
    await syncFolder(this.#folder);
  }

  async #makeRoom(bytes: number, root: DatasetRoot | null): Promise<void> {
    const gone = await makeRoom(this.#folder, this.#mostBytes, bytes, root);
    for (const one of gone) this.#whole.delete(one);
  }

  #path(root: DatasetRoot, ending: '' | '.list' | '.part'): string {
    if (!isRoot(root)) {
      throw new PowError('POW_ARGUMENT', `no root: ${root}`, { argument: 'dataset' });
    }
    return join(this.#folder, `${root}${ending}`);
  }
}

function unkept(root: DatasetRoot): PowError {
  return new PowError('POW_WORKER', `dataset ${root} is not what was written`);
}

async function isThere(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}

/** `null`: the file cannot be read. */
async function withFile<T>(path: string, use: (file: FileHandle) => Promise<T>): Promise<T | null> {
  let file: FileHandle | null = null;
  try {
    file = await open(path, 'r');
    return await use(file);
  } catch {
    return null;
  } finally {
    await file?.close();
  }
}
