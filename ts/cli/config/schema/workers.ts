import { z } from 'zod';
import { optional, setting } from '../setting.js';
import {
  affinity,
  oneOf,
  port,
  positiveNumber,
  rate,
  shareDifficulty,
  text,
  texts,
  threads,
  variables,
  wholeNumber,
} from '../values.js';

const CPU = 'With --worker cpu:';

export const engineSection = z
  .strictObject({
    threads: setting(threads, 'auto', {
      description: 'auto, a number, or a share like 75%',
      flag: '--threads <n>',
      heading: CPU,
      hot: true,
    }),
    priority: setting(oneOf('background', 'normal'), 'background', {
      description: 'background lets the rest of the machine go first',
      flag: '--priority <level>',
      heading: CPU,
    }),
    affinity: setting(affinity, 'none', {
      description: 'which CPUs threads stay on: none, spread, or one each, like 0,2,4',
      flag: '--affinity <cpus>',
      heading: CPU,
    }),
    cpuLimit: setting(wholeNumber(1, 100), 100, {
      description: 'per cent of the time of each thread',
      flag: '--cpu-limit <percent>',
      heading: CPU,
      hot: true,
    }),
    backend: setting(oneOf('auto', 'native', 'portable'), 'auto', {
      description: 'what does the hashing',
      flag: '--backend <name>',
      heading: CPU,
    }),
    kernel: optional(text('the name of a kernel'), {
      description: 'one kernel instead of the fastest (pow-native doctor lists them)',
      flag: '--kernel <name>',
      heading: CPU,
    }),
  })
  .prefault({});

export const cpuSection = z
  .strictObject({
    lanes: optional(wholeNumber(1, 1024), {
      description: 'most jobs at once (64)',
      flag: '--lanes <n>',
      heading: CPU,
    }),
    batchNonces: optional(wholeNumber(1, 1e15 - 1), {
      description: 'nonces of one batch (the chunk of each thread, about a millisecond)',
      flag: '--batch-nonces <n>',
      heading: CPU,
    }),
  })
  .prefault({});

const EXTERNAL = 'With --worker external:';
const STRATUM = 'With --worker stratum:';
const SIMULATION = 'With --worker simulation:';
const CONSTANT_DELAY = 'With --worker constant-delay:';
const ON_DEMAND = 'With --worker on-demand:';

/** One section for each worker, named as the worker; its settings are named as its options. */
export const workerSections = {
  external: z
    .strictObject({
      command: optional(text('a line for the shell, or with args a program'), {
        description: 'a line for the shell, or with args a program; the target is added',
        flag: '--external-worker-cmd <command>',
        heading: EXTERNAL,
        local: true,
      }),
      args: optional(texts, {
        description: 'argument before the target, repeatable; no shell is used then',
        flag: '--external-worker-arg <text>',
        heading: EXTERNAL,
        local: true,
      }),
      environment: optional(variables, {
        description: 'variable of the program, beside those there are; repeatable',
        flag: '--external-worker-env <name=value>',
        heading: EXTERNAL,
        local: true,
        secret: true,
      }),
      timeoutMs: optional(positiveNumber(86_400_000), {
        description: 'milliseconds after which it is started anew (never)',
        ofFlag: 'seconds after which it is started anew (never)',
        flag: '--external-worker-timeout <s>',
        heading: EXTERNAL,
      }),
      targetForm: optional(oneOf('bytewise', 'mixed'), {
        description:
          'how the target is written: bytewise (default), or as the official client does',
        flag: '--external-worker-target <form>',
        heading: EXTERNAL,
      }),
      nonceForm: optional(oneOf('hex', 'raw'), {
        description: 'how the nonce is read: hex (default), or 8 bytes as they stand in the work',
        flag: '--external-worker-nonce <form>',
        heading: EXTERNAL,
      }),
      graceMs: optional(wholeNumber(0, 60_000), {
        description: 'milliseconds from SIGTERM to SIGKILL (1,000)',
        ofFlag: 'seconds from SIGTERM to SIGKILL (1)',
        flag: '--external-worker-grace <s>',
        heading: EXTERNAL,
      }),
      lanes: optional(wholeNumber(1, 1024), {
        description: 'programs at once, each on a job of its own (1)',
        flag: '--external-worker-lanes <n>',
        heading: EXTERNAL,
      }),
    })
    .prefault({}),
  stratum: z
    .strictObject({
      host: optional(text('an address, a name, or *'), {
        description: 'where it listens; * for everywhere (*)',
        flag: '--stratum-interface <host>',
        heading: STRATUM,
        local: true,
      }),
      port: optional(port, {
        description: '0 takes any that is free (1917)',
        flag: '--stratum-port <port>',
        heading: STRATUM,
        local: true,
      }),
      ports: optional(texts, {
        description: 'one more, [tls:]PORT[=BITS], repeatable: shares begin at so many zero bits',
        flag: '--stratum-listen <port>',
        heading: STRATUM,
        local: true,
      }),
      dialect: optional(oneOf('chainweb', 'bitcoin'), {
        description: 'what devices speak (chainweb)',
        flag: '--stratum-dialect <name>',
        heading: STRATUM,
      }),
      difficulty: optional(shareDifficulty, {
        description: 'of shares: auto (default), block, or leading zero bits',
        flag: '--stratum-difficulty <d>',
        heading: STRATUM,
      }),
      shareMs: optional(wholeNumber(1, 86_400_000), {
        description: 'milliseconds between two shares of a device, with auto (10,000)',
        ofFlag: 'seconds between two shares of a device, with auto (10)',
        flag: '--stratum-share-time <s>',
        heading: STRATUM,
      }),
      refreshMs: optional(wholeNumber(1, 86_400_000), {
        description: 'between two jobs of the same work (1,000; bitcoin: 30,000)',
        flag: '-s, --stratum-rate <ms>',
        heading: STRATUM,
      }),
      connections: optional(wholeNumber(1, 1_000_000), {
        description: 'most devices at once (20,000)',
        flag: '--stratum-connections <n>',
        heading: STRATUM,
      }),
      tlsKey: optional(text('the path of a PEM file'), {
        description: 'PEM file of the key, for ports with tls:',
        flag: '--stratum-tls-key <file>',
        heading: STRATUM,
        local: true,
      }),
      tlsCert: optional(text('the path of a PEM file'), {
        description: 'PEM file of the certificate, for ports with tls:',
        flag: '--stratum-tls-cert <file>',
        heading: STRATUM,
        local: true,
      }),
    })
    .prefault({}),
  simulation: z
    .strictObject({
      hashRate: optional(rate, {
        description: 'hashes a second, shared by the jobs in hand (1,000,000)',
        flag: '-r, --hash-rate <n>',
        heading: SIMULATION,
      }),
      probability: optional(positiveNumber(1), {
        description: "that one hash is a solution (the odds of the job's target)",
        flag: '--simulation-probability <p>',
        heading: SIMULATION,
      }),
      seed: optional(text('any text'), {
        description: 'fixes how many hashes each job costs',
        flag: '--simulation-seed <seed>',
        heading: SIMULATION,
      }),
    })
    .prefault({}),
  'constant-delay': z
    .strictObject({
      blockTimeMs: optional(positiveNumber(86_400_000), {
        description: 'milliseconds between two blocks of one chain (30,000)',
        ofFlag: 'seconds between two blocks of one chain (30)',
        flag: '--constant-delay-block-time <s>',
        heading: CONSTANT_DELAY,
      }),
      chains: optional(wholeNumber(1, 1024), {
        description: 'chains of the network, whose blocks share a block time (20)',
        flag: '--constant-delay-chains <n>',
        heading: CONSTANT_DELAY,
      }),
    })
    .prefault({}),
  'on-demand': z
    .strictObject({
      host: optional(text('an address, a name, or *'), {
        description: 'where it listens; * for everywhere (127.0.0.1)',
        flag: '--on-demand-interface <host>',
        heading: ON_DEMAND,
        local: true,
      }),
      port: optional(port, {
        description: '0 takes any that is free (1917)',
        flag: '--on-demand-port <port>',
        heading: ON_DEMAND,
        local: true,
      }),
      chains: optional(wholeNumber(1, 1024), {
        description: 'of the network; blocks of no other can be asked for (20)',
        flag: '--on-demand-chains <n>',
        heading: ON_DEMAND,
      }),
    })
    .prefault({}),
};
