import { describe, expect, it } from 'vitest';
import type { Batch } from '../../src/domain/batch.ts';
import type { Failure } from '../../src/domain/failure.ts';
import { leaseLost } from '../../src/domain/named-lease.ts';
import { fail, ok, type Result } from '../../src/domain/result.ts';
import { underLease } from '../../src/guard/under-lease.ts';

const lease = { name: 'deploy', token: 3 };
const batch: Batch = { events: [], from: { stdout: 0, stderr: 0 }, to: { stdout: 9, stderr: 0 }, lines: 1 };

function storing(...answers: Result<'committed' | 'stale', Failure>[]) {
  const asked: Batch[] = [];
  const told: string[] = [];
  const store = underLease(
    {
      commit(_sessionId, given) {
        asked.push(given);
        return answers.shift() ?? ok('committed');
      },
    },
    lease,
    (message) => told.push(message),
  );
  return { commit: () => store.commit('01A', batch), asked, told };
}

describe('the store of a session under a lease', () => {
  it('commits with the lease', () => {
    const { commit, asked, told } = storing();
    expect(commit()).toEqual(ok('committed'));
    expect(asked).toEqual([{ ...batch, lease }]);
    expect(told).toEqual([]);
  });

  it('hands on what has nothing to do with the lease', () => {
    const busy = fail<Failure>({ reason: 'database-busy', message: 'locked' });
    const { commit, asked } = storing(busy, ok('stale'));
    expect([commit(), commit(), commit()]).toEqual([busy, ok('stale'), ok('committed')]);
    expect(asked).toHaveLength(3);
  });

  it('stores nothing more once the lease is lost, which is told once; the extraction goes on', () => {
    const { commit, asked, told } = storing(ok('committed'), fail(leaseLost('deploy')));
    expect([commit(), commit(), commit()]).toEqual([ok('committed'), ok('committed'), ok('committed')]);
    expect(asked).toHaveLength(2);
    expect(told).toEqual([leaseLost('deploy').message]);
  });
});
