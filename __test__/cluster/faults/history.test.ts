import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { QueueEvent } from '../../../ts/cluster/queue.js';
import { freshFolder } from '../datasets/folder.js';
import { done, write as writeJournal } from '../record/journal-file.js';
import { History, write } from './history.js';
import { doneOnDisk } from './journal-on-disk.js';

const NAME = 'w';

function accept(file: string, epoch: number, ...indices: readonly number[]): void {
  for (const index of indices) {
    const unit = { work: NAME, index, variant: 0n, start: 0n, end: 1n, patch: null };
    const event: QueueEvent = {
      ...{ kind: 'result', unit, worker: 'a', fence: 1, outcome: 'exhausted' },
      ...{ verdict: 'accepted', solutions: [], shares: 0, hashes: 1 },
    };
    write(file, epoch, event);
  }
}

const units = (...indices: readonly number[]) => indices.map((index) => `${NAME}.${index}`);

function historyOf(): { history: History; file: string } {
  const file = join(freshFolder(), 'history');
  return { history: new History(file), file };
}

test('what a killed master had on its disk last, and could not tell of, is done', () => {
  const { history, file } = historyOf();
  accept(file, 1, 0, 1, 2);
  history.found(units(0, 1, 2, 3, 4));
  accept(file, 2, 5);
  assert.equal([history.done, history.faults(6)], [6, []]);
});

test('a unit that a later master says is exhausted is lost where no result of it was on a disk', () => {
  const { history, file } = historyOf();
  accept(file, 1, 0, 1, 2);
  history.found(units(0, 1, 2));
  const unit = { work: NAME, index: 3, variant: 0n, start: 0n, end: 1n, patch: null };
  write(file, 1, { kind: 'unit', unit, state: 'assigned', worker: 'a', fence: 1 });
  write(file, 2, { kind: 'exhausted', work: NAME });
  assert.equal([history.done, history.faults(4)], [3, ['1 units were lost']]);
});

test('a unit that was done on the disk before others that were told of is lost', () => {
  const { history, file } = historyOf();
  accept(file, 2, 0, 1, 2);
  history.found(units(7, 0, 1, 2, 3));
  assert.equal(history.faults(5), ['1 units were lost']);
});

test('a unit that was done on the disk, and is accepted again, is accepted twice', () => {
  const { history, file } = historyOf();
  accept(file, 1, 0);
  history.found(units(0, 1));
  accept(file, 2, 1);
  assert.equal(history.faults(2), ['w.1 was accepted again, and was done on the disk']);
});

test('the disk of a master that was killed is read without a change, to what is whole of it', async () => {
  const file = join(freshFolder(), 'journal');
  assert.equal(doneOnDisk(file), []);
  await writeJournal(file, [[done(3)], [done(1), done(2)]]);
  assert.equal(
    doneOnDisk(file).map((unit) => unit.split('.')[1]),
    ['3', '1', '2'],
  );
});

test.run();
