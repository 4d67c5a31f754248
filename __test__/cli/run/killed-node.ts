/** A node and a miner, each a process of its own; the node is killed again and again meanwhile. */

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { OWN_HOST } from '../../chainweb/own-host.js';
import { type CheckedBlock, checkWholeChain } from '../../chainweb/whole-chain.js';
import { KEY, type Program, start } from './programs.js';

export interface KilledNodeOptions {
  /** How many blocks the miner must have accepted in the end. */
  readonly blocks: number;
  /** How often the node is killed without a word and started again, evenly over the blocks. */
  readonly kills: number;
  readonly nodeFlags: readonly string[];
  readonly minerFlags: readonly string[];
  /** After this either program counts as hung. */
  readonly overdueMs: number;
}

export interface KilledNodeResult {
  /** Every block of the node after genesis; heights, braiding and hashes are right. */
  readonly inChain: readonly CheckedBlock[];
  /** Lines of the miner, one for each block that it called accepted. */
  readonly accepted: number;
  /** Those of them that the node does not have. */
  readonly lost: readonly string[];
  /** For each kill: from the node's word that it listens to the miner's that it has work again. */
  readonly backAfterMs: readonly number[];
  /** The miner's last words. */
  readonly summary: string;
}

const ACCEPTED = /^accepted block {2}chain-(\d+) {2}nonce (\d+)$/gm;
const LOST = /^warn: work: /gm;
const AGAIN = /the node gives work again/g;

const count = (text: string, pattern: RegExp) => [...text.matchAll(pattern)].length;

export async function mineThroughKills(options: KilledNodeOptions): Promise<KilledNodeResult> {
  const folder = mkdtempSync(join(tmpdir(), 'pow-native-devnet-'));
  try {
    return await mineWithData(options, join(folder, 'blocks'));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function mineWithData(
  { blocks, kills, nodeFlags, minerFlags, overdueMs }: KilledNodeOptions,
  dataFile: string,
): Promise<KilledNodeResult> {
  const startNode = async (port: string) => {
    const place = ['--host', OWN_HOST, '--port', port, '--data', dataFile];
    const program = start(['devnet', '--json', ...place, ...nodeFlags], overdueMs);
    const [, url = ''] = await program.until('stdout', /"url":"(http[^"]+)"/);
    return { program, url, atMs: performance.now() };
  };
  let node = await startNode('0');
  const { host, port } = new URL(node.url);
  const account = ['--node', host, '--no-tls', '--public-key', KEY, '--worker', 'cpu'];
  const miner = start(['chainweb', ...account, ...minerFlags], overdueMs);
  const reaches = (least: number) => miner.when((stderr) => count(stderr, ACCEPTED) >= least);
  const backAfterMs: number[] = [];
  for (let kill = 1; kill <= kills; kill++) {
    await reaches(Math.floor((kill * blocks) / (kills + 1)));
    const warnings = count(miner.stderr, LOST);
    node.program.kill('SIGKILL');
    await node.program.ended;
    await miner.when((stderr) => count(stderr, LOST) > warnings);
    const returns = count(miner.stderr, AGAIN);
    const isBack = miner
      .when((stderr) => count(stderr, AGAIN) > returns)
      .then(() => performance.now());
    node = await startNode(port);
    backAfterMs.push(Math.max(0, (await isBack) - node.atMs));
  }
  await reaches(blocks);
  await endedBySignal(miner);
  const inChain = await checkWholeChain(node.url);
  const nonces = new Set(inChain.map(({ chain, nonce }) => `${chain} ${nonce}`));
  const accepted = [...miner.stderr.matchAll(ACCEPTED)];
  const lost = accepted.filter(([, chain, nonce]) => !nonces.has(`${chain} ${nonce}`));
  await endedBySignal(node.program);
  return {
    ...{ inChain, backAfterMs, summary: miner.stdout.trimEnd() },
    accepted: accepted.length,
    lost: lost.map(([line]) => line),
  };
}

/** Both programs run until they are told. */
async function endedBySignal(program: Program): Promise<void> {
  program.kill('SIGTERM');
  const code = await program.ended;
  if (code !== 130) throw new Error(`ended with code ${code}:\n${program.stderr}`);
}
