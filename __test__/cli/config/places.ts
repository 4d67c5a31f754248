/** Where settings are written: files in a folder of the test's own, a server, the environment. */

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runHere } from '../program.js';

export interface Places {
  /** Of the test's own; the cache is in it, too. */
  readonly folder: string;
  /** Writes a file and returns its path. */
  file(name: string, text: string): string;
  /** What the server answers with from now on, by path; returns the URL. */
  url(path: string, answer: Answer): string;
}

export interface Answer {
  readonly text: string;
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Gives a test a folder and a server of its own, and takes both away. */
export async function withPlaces(use: (places: Places) => Promise<void>): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'pow-native-config-'));
  const answers = new Map<string, Answer>();
  const server = createServer((request, response) => {
    const {
      text,
      status = 200,
      headers,
    } = answers.get(request.url ?? '') ?? { text: '', status: 404 };
    response.writeHead(status, headers).end(text);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  try {
    await withEnvironment({ XDG_CACHE_HOME: join(folder, 'cache') }, () =>
      use({
        folder,
        file(name, text) {
          writeFileSync(join(folder, name), text);
          return join(folder, name);
        },
        url(path, answer) {
          answers.set(path, answer);
          return `http://127.0.0.1:${(server.address() as AddressInfo).port}${path}`;
        },
      }),
    );
  } finally {
    await closed(server);
    rmSync(folder, { recursive: true });
  }
}

async function closed(server: Server): Promise<void> {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
}

export async function withEnvironment<T>(
  variables: Readonly<Record<string, string>>,
  use: () => Promise<T>,
): Promise<T> {
  const before = new Map(Object.keys(variables).map((name) => [name, process.env[name]]));
  Object.assign(process.env, variables);
  try {
    return await use();
  } finally {
    for (const [name, value] of before) {
      if (value === undefined) delete process.env[name];
      else process.env[name] = value;
    }
  }
}

export interface Shown {
  readonly setting: string;
  readonly value: unknown;
  readonly layer: string;
  readonly place: string | null;
  readonly key: string | null;
}

/** `config show --json`: every setting by its path. */
export async function shown(args: readonly string[]): Promise<ReadonlyMap<string, Shown>> {
  const { code, stdout, stderr } = await runHere(['config', 'show', '--json', ...args]);
  if (code !== 0) throw new Error(stderr);
  const { settings } = JSON.parse(stdout) as { settings: readonly Shown[] };
  return new Map(settings.map((each) => [each.setting, each]));
}
