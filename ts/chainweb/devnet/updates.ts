/** Update streams: who watches which chain, until when. The bytes go through a sink. */

import type { Change, Coordination } from './coordination.js';

/** The socket side of one stream. */
export interface UpdateSink {
  /** Sends the head of the answer. */
  begin(): void;
  write(bytes: string | Uint8Array): void;
  /** Ends the answer as it should be ended. */
  end(): void;
  /** Closes the connection. */
  destroy(): void;
}

/**
 * As `wai-extra` writes an event that has a name and nothing else: no space behind the colon, no
 * data, no id.
 */
const EVENTS: Readonly<Record<Change['kind'], string>> = {
  outdated: 'event:New Cut\n\n',
  refreshed: 'event:Refreshed Block\n\n',
};

export interface UpdateOptions {
  readonly limit: number;
  readonly timeoutMs: number;
  /** 0 <= n < 1: for the jitter of a time-out. */
  random(): number;
}

interface Stream {
  readonly chain: number;
  readonly sink: UpdateSink;
  timer: NodeJS.Timeout | null;
  begun: boolean;
  muted: boolean;
}

export class UpdateStreams {
  readonly #coordination: Coordination;
  readonly #options: UpdateOptions;
  readonly #streams = new Set<Stream>();
  readonly #unsubscribe: () => void;

  constructor(coordination: Coordination, options: UpdateOptions) {
    this.#coordination = coordination;
    this.#options = options;
    this.#unsubscribe = coordination.onChange((change) => this.#tell(change));
  }

  get isFull(): boolean {
    return this.#streams.size >= this.#options.limit;
  }

  /**
   * Opens a stream: its head is sent once the chain has work, which may be never.
   *
   * @returns what forgets it when the client has gone
   */
  open(chain: number, sink: UpdateSink, how: 'normal' | 'silent'): () => void {
    const stream: Stream = { chain, sink, timer: null, begun: false, muted: how === 'silent' };
    this.#streams.add(stream);
    if (this.#coordination.isReady(chain)) this.#begin(stream);
    return () => this.#forget(stream);
  }

  /** What becomes of the streams that are open. */
  disturb(how: 'mute' | 'end' | 'destroy'): void {
    for (const stream of [...this.#streams]) {
      if (how === 'mute') stream.muted = true;
      else this.#close(stream, how);
    }
  }

  close(): void {
    this.#unsubscribe();
    this.disturb('end');
  }

  #tell({ chain, kind }: Change): void {
    for (const stream of [...this.#streams]) {
      if (stream.chain !== chain) continue;
      if (!stream.begun && this.#coordination.isReady(chain)) this.#begin(stream);
      else if (stream.begun && !stream.muted) stream.sink.write(EVENTS[kind]);
    }
  }

  #begin(stream: Stream): void {
    const { timeoutMs, random } = this.#options;
    stream.begun = true;
    stream.sink.begin();
    stream.timer = setTimeout(() => this.#close(stream, 'end'), timeoutMs * (0.9 + 0.2 * random()));
  }

  #close(stream: Stream, how: 'end' | 'destroy'): void {
    this.#forget(stream);
    if (how === 'end' && stream.begun) stream.sink.end();
    else stream.sink.destroy();
  }

  #forget(stream: Stream): void {
    if (stream.timer !== null) clearTimeout(stream.timer);
    this.#streams.delete(stream);
  }
}
