import { z } from 'zod';
import { optional, setting } from '../setting.js';
import { text, yesOrNo } from '../values.js';

const heading = 'TLS:';

/** Of any source that speaks it. */
export const tlsSection = z
  .strictObject({
    ca: optional(text('the path of a PEM file'), {
      description: 'PEM file of the authorities to trust',
      flag: '--ca <file>',
      heading,
      local: true,
    }),
    insecure: setting(yesOrNo, false, {
      description: 'take any certificate',
      flag: '-x, --insecure',
      heading,
    }),
  })
  .prefault({});
