import { expect, it } from 'vitest';
import { createStopGate, stopGateOf } from '../../src/guard/stop-gate.ts';

const longMs = 60_000;

it('stops at once where nobody is inside', () => {
  const gate = createStopGate();
  let isStopped = false;
  void gate.closeFor(() => (isStopped = true), longMs);
  expect(isStopped).toBe(true);
});

it('waits for all who are inside, in whatever thread', async () => {
  const gate = createStopGate();
  const ofOtherThread = stopGateOf(gate.shared);
  const order: string[] = [];
  await ofOtherThread.pass(() => {
    const closed = gate.closeFor(() => order.push('stopped'), longMs);
    order.push('out');
    return closed;
  });
  expect(order).toEqual(['out', 'stopped']);
});

it('waits no longer than it has patience', () => {
  const gate = createStopGate();
  let isStopped = false;
  void gate.pass(() => gate.closeFor(() => (isStopped = true), 0));
  expect(isStopped).toBe(true);
});

it('is open again afterwards, also where stopping has failed, and where one has failed inside', async () => {
  const gate = createStopGate();
  const boom = () => {
    throw new Error('boom');
  };
  await expect(gate.closeFor(boom, longMs)).rejects.toThrow('boom');
  expect(() => gate.pass(boom)).toThrow('boom');
  expect(gate.pass(() => 'inside')).toBe('inside');
  let isStopped = false;
  void gate.closeFor(() => (isStopped = true), longMs);
  expect(isStopped).toBe(true);
});
