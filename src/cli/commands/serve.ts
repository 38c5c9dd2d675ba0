import { isIP } from 'node:net';
import { defaultPort } from '../../domain/config.ts';
import type { Failure } from '../../domain/failure.ts';
import { fail, ok, type Result } from '../../domain/result.ts';
import { defineCommand } from '../command.ts';
import { strippedText } from '../../domain/strip-sequences.ts';
import { refuse } from '../terminal.ts';
import { version } from '../version.ts';

export const serveCommand = defineCommand({
  name: 'serve',
  describe: 'Serve events and sessions to programs of this user, until Ctrl-C',
  operands: [],
  options: {
    port: { type: 'string', describe: `On 127.0.0.1; the next free one is taken [default: ${defaultPort}]` },
    host: { type: 'string', describe: 'Listen on this address of the machine instead, where others can connect' },
    'i-know-what-i-expose': { type: 'boolean', describe: '--host needs it: tokens pass in clear, so use a tunnel' },
  },
  examples: [
    ['ridealong serve', 'WebSocket, server-sent events and HTTP on this machine'],
    ['ridealong serve --port 9000', 'on another port'],
  ],
  async run(options, _operands, { terminal, paths }) {
    const { loadConfig } = await import('../../load-config.ts');
    const port = portOf(options.port, loadConfig(paths.config).settings.serve.port ?? defaultPort);
    if (!port.ok) return refuse(terminal, port.failure);
    const host = hostOf(options);
    if (!host.ok) return refuse(terminal, host.failure);
    const { serve } = await import('../../serve.ts');
    const server = await serve(
      paths,
      { version, port: port.value, host: host.value, textOf: strippedText },
      (message) => terminal.complain(message),
    );
    if (!server.ok) return refuse(terminal, server.failure);
    const ended = endSignal();
    const { port: taken, serveFile } = server.value;
    await terminal.write(
      `serving http://${host.value.includes(':') ? `[${host.value}]` : host.value}:${taken}; the token is in ${serveFile}\n`,
    );
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

/** An address, not a name: what a name leads to may change. */
function hostOf(options: {
  readonly host?: string;
  readonly 'i-know-what-i-expose'?: boolean;
}): Result<string, Failure> {
  const { host = '127.0.0.1' } = options;
  if (isIP(host) === 0) return fail({ reason: 'usage', message: `--host takes an IP address, not "${host}"` });
  if (host === '127.0.0.1' || host === '::1' || options['i-know-what-i-expose'] === true) return ok(host);
  const message =
    `on ${host} others can reach what your agents print, and with a token type into them; ` +
    'if you want that, add --i-know-what-i-expose';
  return fail({ reason: 'usage', message });
}

/** Which signal asks us to end; SIGTERM, too, when the terminal is closed. */
function endSignal(): Promise<'SIGINT' | 'SIGTERM'> {
  return new Promise((resolve) => {
    process.once('SIGINT', () => resolve('SIGINT'));
    process.once('SIGTERM', () => resolve('SIGTERM'));
    process.once('SIGHUP', () => resolve('SIGTERM'));
  });
}
