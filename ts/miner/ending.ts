/**
 * Why a job is told to stop when nothing takes its place: the miner ends. A worker whose work
 * outlives it may keep what is done, for a miner that goes on with the same work.
 */
export const MINER_ENDS = new Error('the miner ends');
