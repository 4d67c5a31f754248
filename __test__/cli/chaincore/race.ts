/**
 * Two nodes and two miners, each the real program: one node is killed and comes back, a fork is
 * resolved, both miners race to the end. Returns what can be checked.
 */

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type JsonObject, type NumberText, parseJson } from '../../../ts/chaincore/codec.js';
import { until } from '../../until.js';
import { start } from '../run/programs.js';

export const WALLET = '1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa';

/** A program that still runs after this hangs. */
const LONGEST_MS = 900_000;

export interface RaceOptions {
  /** Accepted blocks that each miner ends with. */
  readonly blocks: readonly [number, number];
  /** Blocks of the first miner before its node is killed, and of the second one on its fork. */
  readonly apart: readonly [number, number];
  /** Flags of both nodes. */
  readonly rule: readonly string[];
}

export interface RaceResult {
  /** Nonces that a node accepted, as the miners were told. */
  readonly accepted: readonly string[];
  /** Nonces of blocks that the nodes know, in the chain or beside it. */
  readonly known: ReadonlySet<string>;
  /** Of the chain, genesis first: the same on both nodes. */
  readonly difficulties: readonly number[];
  /** Blocks that left the chain of a node when it heard of the other's, each time. */
  readonly left: readonly number[];
  readonly exitCodes: readonly (number | null)[];
}

export async function race(options: RaceOptions): Promise<RaceResult> {
  const folder = mkdtempSync(join(tmpdir(), 'pow-native-race-'));
  try {
    return await raceIn(folder, options);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

async function raceIn(folder: string, options: RaceOptions): Promise<RaceResult> {
  const { blocks, apart, rule } = options;
  const node = async (name: string, port: string, peer: string) => {
    const own = ['--port', port, '--data', join(folder, name), '--sync-interval', '0.05'];
    const peers = peer === '' ? [] : ['--peer', peer];
    const program = start(
      ['chaincore', 'devnode', '--json', ...own, ...peers, ...rule],
      LONGEST_MS,
    );
    const [, url = ''] = await program.until('stdout', /"url":"(http[^"]+)"/);
    return { program, url };
  };
  const miner = (url: string, count: number) =>
    start(
      [
        ...['chaincore', '--node', url, '--wallet', WALLET, '--blocks', String(count)],
        ...['--stats', '--threads', '1'],
      ],
      LONGEST_MS,
    );
  let first = await node('first', '0', '');
  const { port } = new URL(first.url);
  const one = miner(first.url, blocks[0]);
  await one.when((stderr) => acceptedIn(stderr).length >= apart[0]);
  first.program.kill('SIGKILL');
  await first.program.ended;
  // While it is away the second one begins a chain of its own.
  const second = await node('second', '0', first.url);
  const two = miner(second.url, blocks[1]);
  await two.when((stderr) => acceptedIn(stderr).length >= apart[1]);
  first = await node('first', port, second.url);
  const exitCodes = [await one.ended, await two.ended];
  const chains = await settled(first.url, second.url);
  const known = new Set<string>();
  for (const url of [first.url, second.url]) {
    for (const nonce of await noncesOf(url)) known.add(nonce);
  }
  const told = first.program.stdout + second.program.stdout;
  const left = [...told.matchAll(/"left":(\d+)/g)].map(([, n]) => Number(n));
  for (const { program } of [first, second]) {
    program.kill('SIGTERM');
    await program.ended;
  }
  return {
    accepted: [one, two].flatMap(({ stderr }) => acceptedIn(stderr)),
    ...{ known, left, exitCodes },
    difficulties: chains,
  };
}

/** Waits until both nodes have one chain, and reads its difficulties. */
async function settled(...urls: readonly [string, string]): Promise<readonly number[]> {
  let chains: JsonObject[][] = [];
  const tip = (chain: JsonObject[]) => chain.at(-1)?.get('hash');
  await until('the node answers', async () => {
    chains = await Promise.all(urls.map((url) => blocksAt(url, '/blockchain', 'chain')));
    return tip(chains[0] ?? []) === tip(chains[1] ?? []);
  });
  return (chains[0] ?? []).map((block) => (block.get('target_difficulty') as NumberText).float);
}

async function noncesOf(url: string): Promise<readonly string[]> {
  const inChain = await blocksAt(url, '/blockchain', 'chain');
  const beside = await blocksAt(url, '/orphaned_blocks', 'orphaned_blocks');
  return [...inChain, ...beside].map((block) => (block.get('nonce') as NumberText).text);
}

async function blocksAt(url: string, path: string, name: string): Promise<JsonObject[]> {
  const text = await (await fetch(url + path)).text();
  return (parseJson(text) as JsonObject).get(name) as JsonObject[];
}

function acceptedIn(stderr: string): string[] {
  return [...stderr.matchAll(/accepted block .*?nonce (\d+)/g)].map(([, nonce = '']) => nonce);
}
