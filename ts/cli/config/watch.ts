/** When settings are to be read again: a file has changed, or SIGHUP has come. */

import { type Stats, unwatchFile, watchFile } from 'node:fs';
import { isatty } from 'node:tty';

const LOOK_EVERY_MS = 1000;
/** For who writes a file in several steps to be done with it. */
const SETTLE_MS = 200;

export interface Watching {
  stop(): void;
}

/**
 * @param files - looked at once a second: that works on network drives, through links, and for
 *   files that are replaced. They do not keep the process alive.
 * @param onChange - told of a settled file
 */
export function watchFiles(files: readonly string[], onChange: (path: string) => void): Watching {
  const timers = new Map<string, NodeJS.Timeout>();
  const listeners = files.map((path) => {
    const listener = (now: Stats, before: Stats) => {
      if (now.mtimeMs === before.mtimeMs && now.ino === before.ino && now.size === before.size)
        return;
      clearTimeout(timers.get(path));
      timers.set(path, setTimeout(onChange, SETTLE_MS, path).unref());
    };
    watchFile(path, { interval: LOOK_EVERY_MS, persistent: false }, listener);
    return () => unwatchFile(path, listener);
  });
  return {
    stop() {
      for (const unwatch of listeners) unwatch();
      for (const timer of timers.values()) clearTimeout(timer);
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
