/** Which chains are neighbours: a block refers to the parents of all of them. */

/** The neighbours of each chain, ascending. */
export type ChainGraph = readonly (readonly number[])[];

/** Ten chains: Kadena's first graph. */
const PETERSEN: ChainGraph = [
  [2, 3, 5],
  [3, 4, 6],
  [0, 4, 7],
  [0, 1, 8],
  [1, 2, 9],
  [0, 6, 9],
  [1, 5, 7],
  [2, 6, 8],
  [3, 7, 9],
  [4, 5, 8],
];

/** Twenty chains: the graph of every public network today. */
const TWENTY: ChainGraph = [
  [5, 10, 15],
  [6, 11, 16],
  [7, 12, 17],
  [8, 13, 18],
  [9, 14, 19],
  [0, 7, 8],
  [1, 8, 9],
  [2, 5, 9],
  [3, 5, 6],
  [4, 6, 7],
  [0, 11, 19],
  [1, 10, 12],
  [2, 11, 13],
  [3, 12, 14],
  [4, 13, 15],
  [0, 14, 16],
  [1, 15, 17],
  [2, 16, 18],
  [3, 17, 19],
  [4, 10, 18],
];

/** By number of chains. */
export const CHAIN_GRAPHS = { 10: PETERSEN, 20: TWENTY } as const;
