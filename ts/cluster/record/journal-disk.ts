/** What the journal asks of the system. */

import {
  closeSync,
  fdatasync,
  fsyncSync,
  openSync,
  renameSync,
  rmSync,
  write,
  writeSync,
} from 'node:fs';
import { dirname } from 'node:path';

/** Passed in by tests that need a disk which fails. */
export interface Disk {
  /** All of the bytes. */
  write(fd: number, bytes: Uint8Array, position: number): Promise<void>;
  /** Resolves when what was written outlives a power loss. */
  sync(fd: number): Promise<void>;
}

export const realDisk: Disk = {
  async write(fd, bytes, position) {
    for (let at = 0; at < bytes.length; ) at += await writeSome(fd, bytes, at, position + at);
  },
  sync: (fd) =>
    new Promise((resolve, reject) => {
      fdatasync(fd, (error) => (error === null ? resolve() : reject(error)));
    }),
};

/**
 * Puts a new file in the place of another one: whoever opens it finds the one or the other, whole.
 *
 * @returns the new file, open
 */
export function replaceFile(file: string, bytes: Uint8Array): number {
  const aside = `${file}.new`;
  const fd = openSync(aside, 'w+', 0o600);
  try {
    for (let at = 0; at < bytes.length; ) at += writeSync(fd, bytes, at, bytes.length - at, at);
    fsyncSync(fd);
    renameSync(aside, file);
  } catch (error) {
    closeSync(fd);
    rmSync(aside, { force: true });
    throw error;
  }
  return fd;
}

/** After this the name of the file outlives a power loss. */
export function syncFolderOf(file: string): void {
  if (process.platform === 'win32') return; // folders cannot be opened there
  const fd = openSync(dirname(file), 'r');
  try {
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
}

function writeSome(fd: number, bytes: Uint8Array, at: number, position: number): Promise<number> {
  return new Promise((resolve, reject) => {
    write(fd, bytes, at, bytes.length - at, position, (error, written) => {
      if (error === null) resolve(written);
      else reject(error);
    });
  });
}
