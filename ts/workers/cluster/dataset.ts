/** The dataset that every work of this master needs, taken into the cache and served from there. */

import { DatasetCache } from '../../cluster/datasets/cache.js';
import { badArgument } from '../../core/arguments.js';
import { PowError } from '../../errors.js';

export interface MasterDataset {
  /** 64 hex digits: what workers ask for. */
  readonly root: string;
  readonly cache: DatasetCache;
}

/**
 * @returns `null`: there is none; rejects with `POW_ARGUMENT` (`datasetFile`, `datasetFolder`)
 */
export async function openDataset(options: {
  readonly datasetFile?: string | undefined;
  readonly datasetFolder?: string | undefined;
}): Promise<MasterDataset | null> {
  const { datasetFile: file, datasetFolder: folder } = options;
  if (file === undefined) return null;
  if (folder === undefined)
    throw badArgument('datasetFolder', 'a path, beside datasetFile', folder);
  const cache = openCache(folder);
  try {
    const { list } = await cache.add(file);
    return { root: list.root, cache };
  } catch (cause) {
    const detail = `datasetFile: ${cause instanceof Error ? cause.message : String(cause)}`;
    throw new PowError('POW_ARGUMENT', detail, { argument: 'datasetFile', cause });
  }
}

/** @throws {@link PowError} `POW_ARGUMENT` (`datasetFolder`) for a folder that cannot be made */
export function openCache(folder: string): DatasetCache {
  try {
    return new DatasetCache({ folder });
  } catch (cause) {
    const detail = `datasetFolder: ${cause instanceof Error ? cause.message : String(cause)}`;
    throw new PowError('POW_ARGUMENT', detail, { argument: 'datasetFolder', cause });
  }
}
