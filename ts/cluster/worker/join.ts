/** From an address to a queue. Each adapter is loaded by those alone who use it. */

import type { JoinedQueue, JoinHow, QueueAddress } from './options.js';

/** Rejects with `POW_ARGUMENT`, or what the module of the address throws. */
export async function join(
  address: QueueAddress,
  how: Omit<JoinHow, 'options'>,
): Promise<JoinedQueue> {
  switch (address.adapter) {
    case 'tcp': {
      const { joinMaster } = await import('../tcp/client.js');
      return joinMaster({ ...address, ...how });
    }
    case 'nats': {
      const { joinNats } = await import('../nats/client.js');
      return joinNats({ ...address, ...how });
    }
    case 'module': {
      const module = (await import(address.url)) as { join(of: JoinHow): JoinedQueue };
      return module.join({ ...how, options: address.options });
    }
  }
}
