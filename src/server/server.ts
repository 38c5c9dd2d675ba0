import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import type { Worker } from 'node:worker_threads';
import type { Failure } from '../domain/failure.ts';
import type { FeedReader } from '../domain/feed.ts';
import { fail, ok, type Result } from '../domain/result.ts';
import type { SearchLag } from '../domain/search.ts';
import type { ProcessIdentity } from '../domain/session.ts';
import { type Admission, admit, type Gate, newToken, ownAdmission, securityHeaders } from './access.ts';
import { type Answering, createAnswering } from './answering.ts';
import type { CommandSession } from './commanding.ts';
import type { FeedLimits } from './feed-hub.ts';
import { loopback, namesOf } from './host-names.ts';
import { listenOnOwnSocket } from './own-socket.ts';
import { bug, notJson, type Problem, problemBody } from './problem.ts';
import type { Ask } from './queries.ts';
import { createRoleDoor, isAboutRole } from './role-door.ts';
import { prepareRuntimeFolder } from './runtime-folder.ts';
import { removeServeFile, writeServeFile } from './serve-file.ts';
import type { StartExport } from './routes/exports.ts';
import type { ReadLog } from './routes/recordings.ts';
import type { ReplayParts } from './replay-hub.ts';
import { createTickets } from './tickets.ts';

export interface ServerParts {
  readonly version: string;
  readonly process: ProcessIdentity;
  /** See `Paths`. */
  readonly runtime: string;
  /** The database, whose changes are watched. */
  readonly database: string;
  readonly feed: FeedReader;
  readonly ask: Ask;
  readonly log: ReadLog;
  /** See `HealthParts`. */
  readonly searchLag: () => SearchLag | undefined;
  readonly replay: ReplayParts;
  readonly startExport: StartExport;
  /** Starts the thread that follows recordings, as `LineHub` has it. */
  readonly startLines: () => Worker;
  readonly commandSession: CommandSession;
  /** The address to listen on; only this machine's own where absent. */
  readonly host?: string;
  /** The port to begin with; the next free one is taken. 0 for any. */
  readonly port: number;
  readonly feedLimits?: FeedLimits;
  /** A connection that neither asks nor follows for so long is ended. */
  readonly idleLimitMs?: number;
  /**
   * For a server in a wrapper: called when the role is asked for by one that keeps it; to be followed by `close`.
   * Absent for one that keeps it, and takes it from those.
   */
  readonly onHandOver?: () => void;
}

export interface RunningServer {
  readonly port: number;
  readonly serveFile: string;
  /**
   * Leaves the role at once, with no file left behind, and says goodbye to all clients when they have what was
   * committed until now. Takes no longer than `farewellMs`, whatever they do.
   */
  close(farewellMs?: number): Promise<void>;
}

/** How many ports are tried. */
const portsTried = 100;
/** How long it may take to say goodbye. */
const defaultFarewellMs = 1_000;
/** The part of it in which clients may read what they have not got yet; the rest is for their answers. */
const deliveryShare = 0.6;
const maxConnections = 256;
const defaultIdleLimitMs = 10_000;
const requestTimeoutMs = 30_000;

/** Starts the user's server: on its socket, which nobody else has then, and on a port of this machine. */
export async function startServer(parts: ServerParts): Promise<Result<RunningServer, Failure>> {
  const files = prepareRuntimeFolder(parts.runtime);
  if (!files.ok) return files;
  const { socket, serveFile } = files.value;
  const { version, ask, log, searchLag, startExport, commandSession, host = loopback } = parts;
  const tokens = { read: newToken(), approve: newToken(), input: newToken() };
  const tickets = createTickets();
  let port = 0;
  const admissions = new WeakMap<IncomingMessage, Admission>();
  const admissionOf = (request: IncomingMessage) => admissions.get(request) ?? { scope: null };
  const startedAt = new Date();
  let isClosing = false;
  let answering: Answering | undefined;
  /** Loaded for the first who asks. */
  function answeringNow(): Answering {
    if (answering) return answering;
    const { feed, database, startLines, feedLimits, replay } = parts;
    const reading = { feed, database, ask, log, searchLag, replay, startExport, startLines, feedLimits };
    const commanding = { commandSession, admissionOf, tickets, port: () => port };
    answering = createAnswering({ version, startedAt, ...reading, ...commanding });
    if (isClosing) answering.refuseFurther();
    return answering;
  }

  const door = createRoleDoor(parts.onHandOver);

  const serverBehind = (
    gate: () => Gate | undefined,
    upgrade: (
      request: IncomingMessage,
      duplex: Duplex,
      head: Buffer,
    ) => Problem | undefined | Promise<Problem | undefined>,
  ): Server => {
    const check = (request: IncomingMessage) => {
      const behind = gate();
      const admission = behind ? admit(request, behind) : ok(ownAdmission);
      if (!admission.ok) return admission.failure;
      admissions.set(request, admission.value);
      return unsupported(request);
    };
    const { idleLimitMs = defaultIdleLimitMs } = parts;
    const limits = {
      requestTimeout: requestTimeoutMs,
      headersTimeout: idleLimitMs,
      keepAliveTimeout: idleLimitMs,
      connectionsCheckingInterval: idleLimitMs / 2,
    };
    const server = createServer(limits, (request, response) => {
      for (const [name, value] of Object.entries(securityHeaders)) response.setHeader(name, value);
      const problem = check(request);
      if (problem) refuse(response, problem);
      else answeringNow().answer(request, response);
    });
    server.maxConnections = maxConnections;
    server.on('upgrade', (request: IncomingMessage, duplex: Duplex, head: Buffer) => {
      duplex.on('error', () => duplex.destroy());
      const refused = async () => check(request) ?? (await upgrade(request, duplex, head));
      refused().then(
        (problem) => problem && refuseUpgrade(duplex, problem),
        () => refuseUpgrade(duplex, bug),
      );
    });
    return server;
  };

  const own = serverBehind(
    () => undefined,
    (request, ...rest) =>
      isAboutRole(request) ? door.upgrade(request, rest[0]) : answeringNow().upgrade(request, ...rest),
  );
  const taken = await listenOnOwnSocket(own, socket, { asks: parts.onHandOver === undefined });
  if (!taken.ok) return taken;
  const open = serverBehind(
    () => ({ port, names: namesOf(host), tokens, tickets }),
    (...upgrade) => answeringNow().upgrade(...upgrade),
  );
  const listening = await listenOnPort(open, host, parts.port);
  if (!listening.ok) {
    own.close();
    return listening;
  }
  port = listening.value;
  const written = writeServeFile(serveFile, { process: parts.process, port, tokens });
  if (!written.ok) {
    own.close();
    open.close();
    return written;
  }

  return ok({
    port,
    serveFile,
    async close(farewellMs = defaultFarewellMs) {
      removeServeFile(serveFile, tokens);
      isClosing = true;
      answering?.refuseFurther();
      const closed = Promise.all([open, own].map((server) => new Promise((resolve) => server.close(resolve))));
      door.open();
      const timer = setTimeout(() => {
        answering?.terminate();
        for (const server of [own, open]) server.closeAllConnections();
      }, farewellMs);
      await answering?.deliver(farewellMs * deliveryShare);
      answering?.close();
      for (const server of [own, open]) server.closeIdleConnections();
      await closed;
      clearTimeout(timer);
    },
  });
}

async function listenOnPort(server: Server, host: string, first: number): Promise<Result<number, Failure>> {
  const last = first === 0 ? 0 : Math.min(first + portsTried - 1, 65_535);
  for (let port = first; port <= last; port += 1) {
    const error = await new Promise<NodeJS.ErrnoException | undefined>((resolve) => {
      server.once('error', resolve);
      server.listen(port, host, () => {
        server.off('error', resolve);
        resolve(undefined);
      });
    });
    const address = server.address();
    if (error === undefined && typeof address === 'object' && address !== null) return ok(address.port);
    if (error !== undefined && error.code !== 'EADDRINUSE') {
      return fail({ reason: 'runtime-unusable', message: `cannot listen on ${host}:${port}: ${error.message}` });
    }
  }
  return fail({ reason: 'runtime-unusable', message: `no port from ${first} to ${last} is free on ${host}` });
}

/** What nobody may ask for. */
function unsupported({ method = '', headers }: IncomingMessage): Problem | undefined {
  const hasBody = headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0;
  const type = headers['content-type']?.split(';')[0]?.trim().toLowerCase();
  if (hasBody && type !== 'application/json') return notJson;
  if (method === 'GET' || method === 'POST') return undefined;
  return { status: 405, code: 'method_not_allowed', message: 'there is nothing but GET and POST' };
}

const extraHeaders: { readonly [Status in Problem['status']]?: Readonly<Record<string, string>> } = {
  401: { 'www-authenticate': 'Bearer' },
  405: { allow: 'GET, POST' },
};

/** The connection ends with it: what else was sent is not read. */
function refuse(response: ServerResponse, problem: Problem): void {
  const headers = { 'content-type': 'application/json', connection: 'close', ...extraHeaders[problem.status] };
  response.writeHead(problem.status, headers).end(JSON.stringify(problemBody(problem)));
}

function refuseUpgrade(duplex: Duplex, problem: Problem): void {
  const body = JSON.stringify(problemBody(problem));
  const headers = {
    ...securityHeaders,
    ...extraHeaders[problem.status],
    'content-type': 'application/json',
    'content-length': String(Buffer.byteLength(body)),
    connection: 'close',
  };
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  duplex.end(`HTTP/1.1 ${problem.status} Refused\r\n${lines.join('')}\r\n${body}`);
}
