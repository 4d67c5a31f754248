/** What the official client can be asked instead of mining: who it is, a key, its settings. */

import { generateKeyPairSync } from 'node:crypto';
import { arch, platform, release } from 'node:os';
import { type Command, Option } from 'commander';
import { printedConfig } from '../config/print.js';
import type { Configured } from '../config/sources.js';
import { licenceText, packageVersion } from '../package-facts.js';

export interface QuestionFlags {
  readonly version?: true;
  readonly info?: true;
  readonly longInfo?: true;
  readonly license?: true;
  readonly generateKey?: true;
  readonly printConfig?: true;
  readonly printConfigAs?: 'full' | 'minimal' | 'diff';
}

export function addQuestionFlags(command: Command): void {
  command
    .optionsGroup('To answer, and mine nothing:')
    .option('-v, --version', 'the version')
    .option('--info', 'name and version')
    .option('--long-info', 'and what it runs on')
    .option('--license', 'the licence')
    .option('--generate-key', 'a new key pair')
    .option('--print-config', 'every setting but secrets, as YAML')
    .addOption(
      new Option('--print-config-as <form>', 'the same; or what differs from the defaults').choices(
        ['full', 'minimal', 'diff'],
      ),
    );
}

/** The answer to what needs no settings; `null` when nothing was asked. */
export function answerAtOnce(flags: QuestionFlags, json: boolean): string | null {
  if (flags.version === true) return packageVersion();
  if (flags.info === true) return `pow-native ${packageVersion()}`;
  if (flags.longInfo === true) {
    const machine = `${platform()} ${release()} ${arch()}`;
    return `pow-native ${packageVersion()}\nNode.js ${process.version}\n${machine}`;
  }
  if (flags.license === true) return licenceText();
  return flags.generateKey === true ? keyPair(json) : null;
}

/** The answer to what is about settings; `null` when nothing was asked. */
export function answerOf(flags: QuestionFlags, { config }: Configured): string | null {
  if (flags.printConfigAs !== undefined) return printedConfig(config, flags.printConfigAs);
  return flags.printConfig === true ? printedConfig(config, 'full') : null;
}

/** Ed25519, as 64 hex digits each. */
function keyPair(json: boolean): string {
  const { x = '', d = '' } = generateKeyPairSync('ed25519').privateKey.export({ format: 'jwk' });
  const [publicKey, privateKey] = [x, d].map((part) =>
    Buffer.from(part, 'base64url').toString('hex'),
  );
  return json
    ? JSON.stringify({ public: publicKey, private: privateKey })
    : `public:  ${publicKey}\nprivate: ${privateKey}`;
}
