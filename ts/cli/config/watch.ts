/** When settings are to be read again: a file has changed, or SIGHUP has come. */

import { statSync } from 'node:fs';
import { stat } from 'node:fs/promises';
import { isatty } from 'node:tty';

const LOOK_EVERY_MS = 1000;
/** For who writes a file in several steps to be done with it. */
const SETTLE_MS = 200;

export interface Watching {
  stop(): void;
}

/** A file as it was when it was read. */
export interface ReadFile {
  readonly path: string;
  /** Another one: it has changed, or has been replaced. */
  readonly stamp: string;
}

/** @returns the file as it is now; to be asked before it is read: a change meanwhile is seen later */
export function asRead(path: string): ReadFile {
  try {
    return { path, stamp: stampOf(statSync(path)) };
  } catch {
    return { path, stamp: GONE };
  }
}

const GONE = 'gone';

function stampOf(facts: { mtimeMs: number; ino: number; size: number }): string {
  return `${facts.mtimeMs} ${facts.ino} ${facts.size}`;
}

/**
 * @param files - looked at once a second: that works on network drives, through links, and for
 *   files that are replaced. They do not keep the process alive.
 * @param onChange - told of a settled file, also of one that changed before it was watched
 */
export function watchFiles(files: readonly ReadFile[], onChange: (path: string) => void): Watching {
  let isOver = false;
  const settling = new Map<string, NodeJS.Timeout>();
  const looking = files.map(({ path, stamp }) => {
    let seen = stamp;
    let isLooking = false;
    const look = async () => {
      if (isLooking) return; // a slow drive
      isLooking = true;
      const now = await stat(path).then(stampOf, () => GONE);
      isLooking = false;
      if (now === seen || isOver) return;
      seen = now;
      clearTimeout(settling.get(path));
      settling.set(path, setTimeout(onChange, SETTLE_MS, path).unref());
    };
    return setInterval(look, LOOK_EVERY_MS).unref();
  });
  return {
    stop() {
      isOver = true;
      for (const timer of looking) clearInterval(timer);
      for (const timer of settling.values()) clearTimeout(timer);
    },
  };
}

/**
 * SIGHUP means "read your settings again" to a service, and "your terminal is gone" to what was
 * started in one.
 */
export function onHangup(reload: () => void, terminalGone: () => void): Watching {
  const hadTerminal = isatty(2);
  const heard = () => (hadTerminal && !isatty(2) ? terminalGone() : reload());
  process.on('SIGHUP', heard);
  return { stop: () => void process.off('SIGHUP', heard) };
}

/**
 * Ends the process by the signal itself, once nobody listens to it: Node aborts when it exits with
 * a terminal that is gone.
 */
export function endAsHungUp(): void {
  process.kill(process.pid, 'SIGHUP');
}
