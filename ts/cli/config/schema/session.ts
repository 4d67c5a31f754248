import { z } from 'zod';
import { optional, setting } from '../setting.js';
import { oneOf, port, text, wholeNumber } from '../values.js';

/** Least to most talkative. */
export const LOG_LEVELS = ['error', 'warn', 'info', 'debug'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

const PREEMPTION = 'When newer work takes over:';

export const preemptionSection = z
  .strictObject({
    rule: setting(oneOf('immediate', 'batch-complete', 'delayed'), 'immediate', {
      description: 'how work that is only refreshed switches',
      flag: '--preemption <rule>',
      heading: PREEMPTION,
      hot: true,
    }),
    delayMs: setting(wholeNumber(0, 3_600_000), 1000, {
      description: 'with delayed: from the first refresh that waits',
      flag: '--preemption-delay <ms>',
      heading: PREEMPTION,
      hot: true,
    }),
    minimumIntervalMs: setting(wholeNumber(0, 3_600_000), 0, {
      description: 'least time between two switches by refreshes',
      flag: '--preemption-interval <ms>',
      heading: PREEMPTION,
      hot: true,
    }),
  })
  .prefault({});

const LOGS = 'Logs:';

export const logSection = z
  .strictObject({
    level: setting(oneOf(...LOG_LEVELS), 'info', {
      description: 'how much is told',
      flag: '-l, --log-level <level>',
      heading: LOGS,
      hot: true,
    }),
    format: setting(oneOf('auto', 'pretty', 'json'), 'auto', {
      description: 'auto: pretty on a terminal, JSON lines elsewhere',
      flag: '--log-format <name>',
      heading: LOGS,
    }),
    file: optional(text('the path of a file'), {
      description: 'append log lines to this file instead of stderr, as JSON',
      flag: '--log-file <file>',
      heading: LOGS,
      local: true,
    }),
  })
  .prefault({});

export const auditSection = z
  .strictObject({
    file: optional(text('the path of a file'), {
      description:
        'where changes at run time are recorded (default: pow-native/audit.jsonl in XDG_STATE_HOME)',
      flag: '--audit-file <file>',
      heading: LOGS,
      local: true,
    }),
  })
  .prefault({});

/** Both open a listener, so no URL may set them. */
const METRICS = 'Metrics:';

export const metricsSection = z
  .strictObject({
    port: optional(port, {
      description: 'serve /metrics, /health/live and /health/ready here (default: nowhere)',
      flag: '--metrics-port <port>',
      heading: METRICS,
      local: true,
    }),
    host: setting(text('an address of this machine'), '127.0.0.1', {
      description: 'address that they are served on',
      flag: '--metrics-host <host>',
      heading: METRICS,
      local: true,
    }),
  })
  .prefault({});
