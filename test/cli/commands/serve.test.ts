import { describe, expect, it } from 'vitest';
import { serveCommand } from '../../../src/cli/commands/serve.ts';
import { captureTerminal, contextWith } from '../fixtures.ts';

/** Not one of these starts a server. */
describe('ridealong serve', () => {
  it.each(['0', '65536', '-1', 'http', '80.5', '1e3', ''])('takes no port "%s"', async (port) => {
    const terminal = captureTerminal();
    expect(await serveCommand.run({ port }, [], contextWith({}, terminal))).toBe(64);
    expect(terminal.complaints).toEqual([`--port takes a number from 1 to 65535, not "${port}"`]);
    expect(terminal.output()).toBe('');
  });

  it('says so when its data cannot be kept anywhere', async () => {
    const terminal = captureTerminal();
    const context = contextWith({}, terminal);
    const paths = { ...context.paths, data: '/dev/null/ridealong', recordings: '/dev/null/ridealong/recordings' };
    expect(await serveCommand.run({}, [], { ...context, paths })).toBe(74);
    expect(terminal.complaints).toHaveLength(1);
  });
});
