/** Where mining processes of one user meet: a private folder of sockets, or named pipes. */

import { lstatSync, mkdirSync, readdirSync } from 'node:fs';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';

/** What the kernel takes for the path of a socket, its end not counted: 104 on macOS, 108 on Linux. */
const LONGEST_PATH = 103;
/** More sockets than any user has miners. */
const MOST_SOCKETS = 256;

const PIPES = '\\\\.\\pipe\\';

export interface Place {
  /** A path of its own for a process; the random part keeps apart processes of two containers. */
  pathOf(pid: number, random: string): string;
  /** Every path that looks like one of {@link Place.pathOf}. */
  paths(): readonly { readonly path: string; readonly pid: number }[];
}

/**
 * The place of this user, made if need be.
 *
 * @throws when it is not private, or cannot be made
 */
export function openPlace(): Place {
  return process.platform === 'win32' ? pipes() : folder();
}

function folder(): Place {
  const uid = process.getuid?.() ?? 0; // `userInfo` fails for one without a name
  const parent = process.env['XDG_RUNTIME_DIR'];
  const path = parent ? join(parent, 'pow-native') : join(tmpdir(), `pow-native-${uid}`);
  mkdirSync(path, { recursive: true, mode: 0o700 });
  const found = lstatSync(path);
  // A folder of somebody else, put there first, is a trap; a link is no folder.
  const isOwn = found.isDirectory() && found.uid === uid;
  if (!isOwn || (found.mode & 0o077) !== 0) {
    throw new Error(`${path} is not a private folder of this user`);
  }
  const toPath = (name: string) => join(path, name);
  return place(toPath, '.sock', () => readdirSync(path));
}

function pipes(): Place {
  const prefix = `pow-native-${userInfo().username}-`;
  return place(
    (name) => PIPES + prefix + name,
    '',
    () =>
      readdirSync(PIPES)
        .filter((name) => name.startsWith(prefix))
        .map((name) => name.slice(prefix.length)),
  );
}

function place(toPath: (name: string) => string, ending: string, names: () => string[]): Place {
  return {
    pathOf(pid, random) {
      const path = toPath(`${pid}-${random}${ending}`);
      if (Buffer.byteLength(path) > LONGEST_PATH)
        throw new Error(`${path} is too long for a socket`);
      return path;
    },
    paths() {
      const rows = names().flatMap((name) => {
        const [, pid, rest] = /^(\d{1,10})-[0-9a-f]{8}(.*)$/.exec(name) ?? [];
        return rest === ending ? [{ path: toPath(name), pid: Number(pid) }] : [];
      });
      return rows.slice(0, MOST_SOCKETS);
    },
  };
}
