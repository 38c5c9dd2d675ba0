import { defaultPort } from '../../domain/config.ts';
import type { Failure } from '../../domain/failure.ts';
import { fail, ok, type Result } from '../../domain/result.ts';
import { defineCommand } from '../command.ts';
import { strippedText } from '../strip-sequences.ts';
import { refuse } from '../terminal.ts';
import { version } from '../version.ts';

export const serveCommand = defineCommand({
  name: 'serve',
  describe: 'Serve events and sessions to programs of this user, until Ctrl-C',
  operands: [],
  options: {
    port: { type: 'string', describe: `On 127.0.0.1; the next free one is taken [default: ${defaultPort}]` },
  },
  examples: [
    ['ridealong serve', 'WebSocket, server-sent events and HTTP on this machine'],
    ['ridealong serve --port 9000', 'on another port'],
  ],
  async run(options, _operands, { terminal, paths }) {
    const { loadConfig } = await import('../../load-config.ts');
    const port = portOf(options.port, loadConfig(paths.config).settings.serve.port ?? defaultPort);
    if (!port.ok) return refuse(terminal, port.failure);
    const { serve } = await import('../../serve.ts');
    const server = await serve(paths, { version, port: port.value, textOf: strippedText }, (message) =>
      terminal.complain(message),
    );
    if (!server.ok) return refuse(terminal, server.failure);
    const ended = endSignal();
    const { port: taken, serveFile } = server.value;
    await terminal.write(`serving http://127.0.0.1:${taken}; the token is in ${serveFile}\n`);
    const signal = await ended;
    await server.value.close();
    return signal === 'SIGINT' ? 130 : 0;
  },
});

function portOf(text: string | undefined, fallback: number): Result<number, Failure> {
  if (text === undefined) return ok(fallback);
  const port = /^\d{1,5}$/.test(text) ? Number(text) : 0;
  return port >= 1 && port <= 65_535
    ? ok(port)
    : fail({ reason: 'usage', message: `--port takes a number from 1 to 65535, not "${text}"` });
}

/** Which signal asks us to end; SIGTERM, too, when the terminal is closed. */
function endSignal(): Promise<'SIGINT' | 'SIGTERM'> {
  return new Promise((resolve) => {
    process.once('SIGINT', () => resolve('SIGINT'));
    process.once('SIGTERM', () => resolve('SIGTERM'));
    process.once('SIGHUP', () => resolve('SIGTERM'));
  });
}
