/** Settings of a command that runs are read again when their files change, and on SIGHUP. */

import { Audit } from '../config/audit.js';
import { type Appliers, Reload } from '../config/reload.js';
import type { Configured } from '../config/sources.js';
import { onHangup, watchFiles } from '../config/watch.js';
import type { Log } from '../log.js';

export interface WatchSettingsOptions extends Configured {
  readonly log: Log;
  readonly appliers: Appliers;
  onTerminalGone(): void;
}

/** Until the returned function is called. */
export function watchSettings(options: WatchSettingsOptions): () => void {
  const { config, load, log, appliers, onTerminalGone } = options;
  const reload = new Reload({
    ...{ config, load, appliers },
    audit: new Audit(config.settings.audit.file, (text) => log.write('warn', text)),
    onNotice: (level, text) => log.write(level, text),
  });
  const files = watchFiles(config.files, (path) => void reload.now(path));
  const hangup = onHangup(() => void reload.now('SIGHUP'), onTerminalGone);
  return () => {
    files.stop();
    hangup.stop();
  };
}
