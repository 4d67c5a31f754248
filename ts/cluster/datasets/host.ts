/** Where chunks of datasets come from: this machine's cache, a peer, the master, an object store. */

/** SHA-256 of a dataset's list, 64 hex digits: what names a dataset everywhere. */
export type DatasetRoot = string;

/** Stands where the index of a chunk stands: the list of digests itself. */
export const LIST_INDEX = 0xffff_ffff;

/** What serves chunks. Nothing it says is believed: whoever asks hashes what comes. */
export interface ChunkHost {
  /** The same for the same host, and for people: an address, `master`, `objects`. */
  readonly name: string;
  /**
   * @param index - of a chunk, or {@link LIST_INDEX}
   * @returns the bytes; `null`: this host does not have them (now)
   */
  get(root: DatasetRoot, index: number, signal: AbortSignal): Promise<Uint8Array | null>;
}

/** Whether that is the root of a dataset as it is written. */
export function isRoot(text: string): text is DatasetRoot {
  return /^[0-9a-f]{64}$/.test(text);
}
