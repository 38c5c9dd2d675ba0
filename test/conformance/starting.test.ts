import { describe, expect, it } from 'vitest';
import { begin, inBoth } from './harness/conform.ts';

/** What we say when a command cannot be started; a shell says the same in its own words. */
describe.each(inBoth)('a command that cannot be started (stdin: $stdin)', (streams) => {
  it.each([
    ['is not found', 'no-such-command', 127, 'ridealong: no-such-command: command not found'],
    ['is not found at its path', './no-such-command', 127, 'ridealong: ./no-such-command: command not found'],
    ['is not executable', './prelude', 126, 'ridealong: ./prelude: cannot be executed: permission denied'],
    ['is a directory', './', 126, 'ridealong: ./: cannot be executed: permission denied'],
    ['has an interpreter that is not found', './script', 127, 'ridealong: ./script: command not found'],
  ])('%s', async (_what, command, code, message) => {
    const prepare = `printf '#!/no/such/interpreter\\n' > script; chmod +x script`;
    const outcomes = await Promise.all(
      [false, true].map((wrapped) => begin({ line: `${prepare}; $wrap ${command}; exit $?`, streams, wrapped }).ended),
    );
    expect(outcomes.map((outcome) => outcome.code)).toEqual([code, code]);
    const [, wrapped] = outcomes;
    expect(`${wrapped?.stderr.toString()}${wrapped?.terminal.toString()}`.trim()).toBe(message);
  });
});

describe('what we add', () => {
  it.each(inBoth)('is one variable that names the session (stdin: $stdin)', async (streams) => {
    const { stdout, terminal } = await begin({ line: '$wrap printenv RIDEALONG_SESSION_ID', streams, wrapped: true })
      .ended;
    expect(`${stdout.toString()}${terminal.toString()}`.trim()).toMatch(/^[0-9A-HJKMNP-TV-Z]{26}$/);
  });
});
