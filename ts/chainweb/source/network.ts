import { NodeFailure } from '../../miner/node-failure.js';
import type { NodeInfo } from '../client/node-answers.js';
import type { ChainwebClient } from '../client.js';

/** Which network the node is of: asked once, and again when the node may be another one. */
export class NodeNetwork {
  readonly #client: ChainwebClient;
  #info: NodeInfo | null = null;
  #asking: Promise<NodeInfo> | null = null;
  #isDoubted = true;

  constructor(client: ChainwebClient) {
    this.#client = client;
  }

  /** What was last heard; `null`: nothing yet. */
  get known(): NodeInfo | null {
    return this.#info;
  }

  /** The connection was lost: behind the address may be another node now. */
  doubt(): void {
    this.#isDoubted = true;
  }

  /** Rejects with a {@link NodeFailure}: `foreign` when it is another network than before. */
  async get(signal: AbortSignal): Promise<NodeInfo> {
    if (!this.#isDoubted && this.#info !== null) return this.#info;
    this.#asking ??= this.#ask(signal).finally(() => {
      this.#asking = null;
    });
    return this.#asking;
  }

  async #ask(signal: AbortSignal): Promise<NodeInfo> {
    const info = await this.#client.info(signal);
    if (this.#info !== null && this.#info.network !== info.network) {
      const detail = `the node was of network ${this.#info.network} and is now of ${info.network}`;
      throw new NodeFailure('foreign', detail);
    }
    this.#info = info;
    this.#isDoubted = false;
    return info;
  }
}
