import { beforeEach, describe, expect, it } from 'vitest';
import { fail } from '../../src/domain/result.ts';
import { openSearchIndexing } from '../../src/search-indexing.ts';
import { addEvents, end, sampleBlock, sampleEvent, sampleId, sampleSession } from '../store/fixtures/samples.ts';
import { ask, runServer, type TestServer } from './support/running-server.ts';

const id = sampleId('01A');
const unknownId = sampleId('01Z');
const claude = sampleSession({ id });
const codex = sampleSession({ id: sampleId('01B'), agent: 'codex', startedAt: '2025-07-01T12:00:00.000Z' });

let to: TestServer;
beforeEach(async () => {
  to = await runServer();
});

function fill(): void {
  addEvents(to.store, claude, [
    sampleEvent({ pattern: 'first' }),
    sampleBlock('let a;'),
    sampleEvent({ risk: 'high' }),
  ]);
  end(to.store, claude, { kind: 'exited', code: 0 });
  addEvents(to.store, codex, [sampleEvent({ timeUs: 5 })]);
}

const json = async (path: string) => (await ask(to, path)).json;
const items = async (path: string) => ((await json(path)) as { items: Record<string, unknown>[] }).items;
const nothing = { items: [], total: 0, total_is_exact: true, next: null };
const badParameter = (field: string) => ({
  error: { code: 'bad_parameter', message: expect.stringContaining(field) as string, field },
});

describe('/api/health', () => {
  it('tells the version and where the feed is', async () => {
    fill();
    expect(await json('/api/health')).toMatchObject({
      status: 'ok',
      version: '1.2.3',
      pid: process.pid,
      subscribers: 0,
    });
    const { cursor } = (await json('/api/health')) as { cursor: number };
    expect(cursor).toBeGreaterThan(4);
  });

  it('is there before any session is', async () => {
    expect(await json('/api/health')).toMatchObject({ status: 'ok', cursor: 0 });
  });
});

describe('/api/agents', () => {
  it('lists agents with their counts', async () => {
    fill();
    expect(await items('/api/agents')).toMatchObject([
      { agent_name: 'codex', sessions: 1 },
      { agent_name: 'claude', sessions: 1, extraction_events: 3, error_events: 2 },
    ]);
  });

  it('is empty at first', async () => {
    expect(await json('/api/agents')).toEqual({ items: [], total: 0, next: null });
  });
});

describe.each(['/api/sessions', '/api/query/sessions'])('%s', (path) => {
  it('lists sessions, the newest first', async () => {
    fill();
    expect((await items(path)).map(({ session_id }) => session_id)).toEqual([codex.id, claude.id]);
    expect((await items(`${path}?agent=claude`)).map(({ session_id }) => session_id)).toEqual([claude.id]);
    expect((await items(`${path}?active=true`)).map(({ session_id }) => session_id)).toEqual([codex.id]);
    expect(await items(`${path}?days=1`)).toEqual([]);
  });

  it('comes in pages', async () => {
    fill();
    const first = (await json(`${path}?limit=1`)) as { total: number; next: string };
    expect(first).toMatchObject({ total: 2, items: [{ session_id: codex.id }] });
    expect(await json(`${path}?limit=1&cursor=${encodeURIComponent(first.next)}`)).toMatchObject({
      items: [{ session_id: claude.id }],
      next: null,
    });
  });

  it('is empty at first', async () => {
    expect(await json(path)).toEqual(nothing);
  });
});

describe('/api/query/session/:id', () => {
  it('sums a session up', async () => {
    fill();
    expect(await json(`/api/query/session/${id}`)).toMatchObject({
      session: { session_id: id, state: 'completed' },
      countsByType: [{ event_type: 'error', count: 2 }, { event_type: 'code_block' }],
      codeBlocks: 1,
      recordingPrunedAt: null,
    });
  });

  it('knows only sessions that there are', async () => {
    expect(await ask(to, `/api/query/session/${unknownId}`)).toMatchObject({
      status: 404,
      json: { error: { code: 'session_not_found' } },
    });
  });
});

describe('/api/query/extractions', () => {
  it.each([
    ['', 4],
    ['?type=error', 3],
    ['?agent=codex', 1],
    [`?session=${id}`, 3],
    ['?pattern=first', 1],
    ['?risk=high', 1],
    [`?session=${id}&type=error&risk=high`, 1],
    ['?from=2025-07-01T00:00:00Z', 1],
    ['?to=2025-07-01T00:00:00%2B02:00', 3],
    ['?risk=critical', 0],
    ['?limit=2', 2],
  ])('lists events that pass: %s', async (query, count) => {
    fill();
    expect(await items(`/api/query/extractions${query}`)).toHaveLength(count);
  });

  it('gives each once, page after page', async () => {
    fill();
    const ids: unknown[] = [];
    let query: string | undefined = '';
    while (query !== undefined) {
      const page = await json(`/api/query/extractions?limit=1${query}`);
      const { items: rows, next } = page as { items: { id: number }[]; next: string | null };
      ids.push(...rows.map((row) => row.id));
      query = next === null ? undefined : `&cursor=${encodeURIComponent(next)}`;
    }
    expect(ids).toHaveLength(4);
    expect(ids).toEqual([...new Set(ids)].sort((one, other) => Number(other) - Number(one)));
  });

  it('is empty at first', async () => {
    expect(await json('/api/query/extractions')).toEqual(nothing);
  });
});

describe('/api/query/code-blocks', () => {
  it('lists code with its content', async () => {
    fill();
    expect(await items(`/api/query/code-blocks?language=ts&session=${id}&agent=claude`)).toMatchObject([
      { content: 'let a;', language: 'ts' },
    ]);
  });

  it('is empty at first', async () => {
    expect(await json('/api/query/code-blocks?language=go')).toEqual(nothing);
  });
});

describe('/api/query/timeline', () => {
  it('lists the sessions of a time', async () => {
    fill();
    expect(await items('/api/query/timeline?agent=claude&to=2025-06-02T00:00:00Z')).toMatchObject([
      { session_id: id, ended_at: '2025-06-01T12:05:00.000Z', extraction_events: 3 },
    ]);
    expect(await items('/api/query/timeline?agent=claude&from=2025-06-02T00:00:00Z')).toEqual([]);
  });

  it('is empty at first', async () => {
    expect(await json('/api/query/timeline')).toEqual(nothing);
  });
});

describe('/api/query/stats', () => {
  it('sums an agent up', async () => {
    fill();
    expect(await json('/api/query/stats/agent/claude')).toMatchObject({
      agent_name: 'claude',
      sessions: 1,
      success_rate: 1,
      extraction_events: 3,
    });
  });

  it('sums a pattern up', async () => {
    fill();
    expect(await json('/api/query/stats/pattern/generic-error')).toMatchObject({ count: 2, sessions: 2 });
  });

  it.each(['agent/nobody', 'pattern/none'])('knows only what there is: %s', async (path) => {
    fill();
    expect(await ask(to, `/api/query/stats/${path}`)).toMatchObject({
      status: 404,
      json: { error: { code: 'not_found' } },
    });
  });
});

describe('/api/query/search', () => {
  function index(): void {
    const indexing = openSearchIndexing(to.paths);
    for (let step = indexing.step(); step.ok && step.value === 'more'; step = indexing.step());
    indexing.close();
  }

  it('finds words with their place, and tells what is not in the index yet', async () => {
    fill();
    expect(await json('/api/query/search?q=error')).toMatchObject({ items: [], lag: { events: 4, sessions: 2 } });
    index();
    expect(await json('/api/query/search?q=said&agent=claude&limit=1')).toMatchObject({
      items: [
        {
          kind: 'event',
          session_id: id,
          line_number: 3,
          byte_offset: 10,
          fragments: [{ match: false }, { text: 'said' }],
        },
      ],
      total: 3,
      total_is_exact: true,
      next: '1',
      lag: { events: 0 },
    });
    expect(await items('/api/query/search?q=said&agent=claude&limit=1&cursor=1')).toHaveLength(1);
    expect(await items('/api/query/search?q=let&kinds=code,line')).toMatchObject([{ kind: 'code' }]);
  });

  it('is empty at first', async () => {
    expect(await json('/api/query/search?q=x')).toEqual({ ...nothing, lag: { events: 0, sessions: 0, bytes: 0 } });
  });

  it('tells the lag in /api/health, too', async () => {
    const lag = { events: 1, sessions: 2, bytes: 3 };
    to = await runServer({ searchLag: () => lag });
    expect(await json('/api/health')).toMatchObject({ search_lag: lag });
  });
});

describe('/api/query/advanced', () => {
  const post = (body: unknown, text = JSON.stringify(body)) =>
    ask(to, '/api/query/advanced', {
      method: 'POST',
      body: text,
      headers: { authorization: `Bearer ${to.token}`, 'content-type': 'application/json' },
    });

  it('answers with rows and with groups', async () => {
    fill();
    expect(
      (await post({ from: 'events', where: { field: 'risk_level', op: 'eq', value: 'high' } })).json,
    ).toMatchObject({
      items: [{ session_id: id, risk_level: 'high' }],
      total: 1,
      next: null,
    });
    expect((await post({ from: 'events', group_by: ['agent_name'] })).json).toEqual({
      items: [
        { agent_name: 'claude', count: 3 },
        { agent_name: 'codex', count: 1 },
      ],
      total: 2,
      total_is_exact: true,
      next: null,
    });
  });

  it('is empty at first', async () => {
    expect((await post({ from: 'sessions' })).json).toEqual(nothing);
  });

  const deep = (depth: number): unknown => (depth === 0 ? { field: 'id', op: 'isnull' } : { and: [deep(depth - 1)] });

  it.each([
    [{}, 'from'],
    [{ from: 'users' }, 'from'],
    [{ from: 'events', where: { field: 'password', op: 'eq', value: 1 } }, 'where.field'],
    [{ from: 'events', where: { or: [{ field: 'id', op: 'eq', value: 'x' }] } }, 'where.or.0.value'],
    [{ from: 'events', where: { and: [{ field: 'id', op: 'exec', value: 1 }] } }, 'where.and.0.op'],
    [{ from: 'events', where: { field: 'timestamp', op: 'gt', value: 'today' } }, 'where.value'],
    [{ from: 'events', where: { field: 'pattern', op: 'like', value: '%'.repeat(6) } }, 'where.value'],
    [{ from: 'events', where: { field: 'metadata.a"b', op: 'isnull' } }, 'where.field'],
    [{ from: 'events', where: { field: 'constructor', op: 'isnull' } }, 'where.field'],
    [{ from: 'events', select: ['id; DROP TABLE events'] }, 'select.0'],
    [{ from: 'events', group_by: [{ field: 'pattern', every: 'day' }] }, 'group_by.0'],
    [{ from: 'events', aggregates: [{ fn: 'sum', field: 'pattern' }] }, 'aggregates.0'],
    [{ from: 'events', aggregates: [{ fn: 'count', as: 'a" FROM x' }] }, 'aggregates.0.as'],
    [{ from: 'events', order_by: [{ by: '1) --' }] }, 'order_by.0'],
    [{ from: 'events', limit: 0 }, 'limit'],
    [{ from: 'events', limit: 10_001 }, 'limit'],
    [{ from: 'events', cursor: 'x' }, 'cursor'],
    [{ from: 'events', extra: 1 }, 'extra'],
  ])('tells what is wrong by its place: %j', async (body, field) => {
    expect(await post(body)).toMatchObject({ status: 400, json: { error: { code: 'bad_parameter', field } } });
  });

  it('takes conditions five deep and no deeper', async () => {
    expect(await post({ from: 'events', where: deep(5) })).toMatchObject({ status: 200 });
    expect(await post({ from: 'events', where: deep(6) })).toMatchObject({ status: 400 });
    const endless = `{"from":"events","where":${'{"and":['.repeat(5_000)}${']}'.repeat(5_000)}}`;
    expect(await post(undefined, endless)).toMatchObject({ status: 400 });
  });

  it('refuses a body that is no JSON, or not there, and other methods', async () => {
    expect(await post(undefined, '{"from"')).toMatchObject({ status: 400, json: { error: { code: 'bad_json' } } });
    expect(await ask(to, '/api/query/advanced', { method: 'POST' })).toMatchObject({ status: 400 });
    expect(await ask(to, '/api/query/advanced')).toMatchObject({ status: 405 });
  });
});

describe('/api/query/trends', () => {
  it('tells counts per bucket', async () => {
    fill();
    const range = 'from=2025-06-01T00:00:00Z&to=2025-07-02T00:00:00Z';
    const [all] = await items(`/api/query/trends?${range}`);
    expect(all).toMatchObject({ key: null, total: 4 });
    expect((all as { points: unknown[] }).points).toHaveLength(31);
    expect(await items(`/api/query/trends?${range}&by=agent&metric=sessions&bucket=week`)).toMatchObject([
      { key: 'claude', total: 1 },
      { key: 'codex', total: 1 },
    ]);
  });

  it('is empty at first', async () => {
    expect(await json('/api/query/trends')).toEqual({ items: [], total: 0, next: null });
  });
});

it.each(['search?q=x', 'trends', 'timeline', 'stats/agent/claude', 'extractions', 'advanced'])(
  'nobody gets in without the token: %s',
  async (path) => {
    const method = path === 'advanced' ? 'POST' : 'GET';
    expect(await ask(to, `/api/query/${path}`, { method, headers: {} })).toMatchObject({
      status: 401,
      json: { error: { code: 'no_token' } },
    });
  },
);

describe('/api/sessions/:id/log', () => {
  it('gives the text of a recording', async () => {
    expect(await json(`/api/sessions/${id}/log`)).toEqual({
      session_id: id,
      stream: 'stdout',
      from: 0,
      to: 8,
      recorded_bytes: 8,
      text: 'text of recorded',
      next: null,
    });
  });

  it('gives its bytes', async () => {
    const answer = await ask(to, `/api/sessions/${id}/log?raw=true`);
    expect(answer).toMatchObject({ status: 200, text: 'recorded' });
    expect(answer.headers['content-type']).toBe('application/octet-stream');
  });

  it('reads a bounded part and tells where it goes on', async () => {
    const parts: unknown[] = [];
    const bytes = (part: unknown) => {
      parts.push(part);
      return Promise.resolve({ ok: true as const, value: { bytes: Buffer.from('ab'), recordedBytes: 9 } });
    };
    to = await runServer({ log: { bytes, text: String } });
    expect(await json(`/api/sessions/${id}/log?stream=stderr&from=3&to=5`)).toMatchObject({ from: 3, to: 5, next: 5 });
    await json(`/api/sessions/${id}/log?from=7`);
    expect(parts).toEqual([
      { session: id, stream: 'stderr', from: 3, to: 5 },
      { session: id, stream: 'stdout', from: 7, to: 7 + 1024 * 1024 },
    ]);
  });

  it('says that a recording is not there', async () => {
    const bytes = () => Promise.resolve(fail({ reason: 'recording-unreadable', message: 'gone' } as const));
    to = await runServer({ log: { bytes, text: String } });
    expect(await ask(to, `/api/sessions/${unknownId}/log`)).toMatchObject({
      status: 404,
      json: { error: { code: 'recording_unreadable', message: 'gone' } },
    });
  });
});

describe('/api/sessions/:id/screen', () => {
  it('gives what stands there', async () => {
    expect(await json(`/api/sessions/${id}/screen?at=1500`)).toMatchObject({ session_id: id, lines: ['hi'] });
  });
});

describe('a bad parameter', () => {
  it.each([
    ['/api/sessions?limit=0', 'limit'],
    ['/api/sessions?limit=10001', 'limit'],
    ['/api/sessions?limit=', 'limit'],
    ['/api/sessions?limit=1e1', 'limit'],
    ['/api/sessions?limit=1&limit=2', 'limit'],
    ['/api/sessions?days=0', 'days'],
    ['/api/sessions?active=yes', 'active'],
    ['/api/sessions?agent=a/b', 'agent'],
    ['/api/sessions?cursor=nonsense', 'cursor'],
    ['/api/sessions?limt=1', 'limt'],
    ['/api/query/extractions?type=nonsense', 'type'],
    ['/api/query/extractions?risk=none', 'risk'],
    ['/api/query/extractions?session=01A', 'session'],
    ['/api/query/extractions?from=yesterday', 'from'],
    ['/api/query/extractions?to=2025-13-01T00:00:00Z', 'to'],
    ['/api/query/extractions?pattern=', 'pattern'],
    ['/api/query/extractions?cursor=nonsense', 'cursor'],
    ['/api/query/code-blocks?session=x', 'session'],
    ['/api/query/code-blocks?cursor=nonsense', 'cursor'],
    ['/api/query/timeline?from=1', 'from'],
    ['/api/query/search', 'q'],
    ['/api/query/search?q=%22', 'q'],
    ['/api/query/search?q=*', 'q'],
    ['/api/query/search?q=a&kinds=file', 'kinds'],
    ['/api/query/search?q=a&limit=10001', 'limit'],
    ['/api/query/search?q=a&cursor=nonsense', 'cursor'],
    ['/api/query/search?q=a&from=1', 'from'],
    ['/api/query/trends?metric=lines', 'metric'],
    ['/api/query/trends?bucket=year', 'bucket'],
    ['/api/query/trends?bucket=hour&from=2020-01-01T00:00:00Z', 'from'],
    ['/api/query/session/01A', 'id'],
    ['/api/query/session/..%2f..%2fetc%2fpasswd', 'id'],
    ['/api/query/stats/agent/%20', 'name'],
    [`/api/sessions/${id}/log?stream=stdin`, 'stream'],
    [`/api/sessions/${id}/log?from=-1`, 'from'],
    [`/api/sessions/${id}/log?from=5&to=4`, 'to'],
    [`/api/sessions/${id}/log?raw=1`, 'raw'],
    ['/api/sessions/..%2F..%2Fetc/log', 'id'],
    [`/api/sessions/${id}/screen?at=soon`, 'at'],
    ['/api/stream?since=-1', 'since'],
    ['/api/stream?kinds=logs', 'kinds'],
    ['/api/stream?session=1', 'session'],
    ['/api/replay/session/01A', 'id'],
    ['/api/sessions/01A/export?format=json', 'id'],
    [`/api/sessions/${id}/export`, 'format'],
    [`/api/sessions/${id}/export?format=pdf`, 'format'],
    [`/api/replay/session/${id}?speed=0.05`, 'speed'],
    [`/api/replay/session/${id}?speed=101`, 'speed'],
    [`/api/replay/session/${id}?speed=fast`, 'speed'],
    [`/api/replay/session/${id}?from=soon`, 'from'],
    [`/api/replay/session/${id}?kinds=log`, 'kinds'],
    [`/api/replay/session/${id}?idle_limit=2`, 'idle_limit'],
  ])('is told by its name: %s', async (path, field) => {
    expect(await ask(to, path)).toMatchObject({ status: 400, json: badParameter(field) });
  });
});

describe('what is not there', () => {
  it.each(['/', '/api', '/api/nothing', '/ws/none', '/api/sessions/'])('is 404: %s', async (path) => {
    expect(await ask(to, path)).toMatchObject({ status: 404, json: { error: { code: 'not_found' } } });
  });
});

it('a bug is told as no more than that', async () => {
  to = await runServer({
    ask: () => {
      throw new Error('secret detail');
    },
  });
  const answer = await ask(to, '/api/agents');
  expect(answer).toMatchObject({ status: 500, json: { error: { code: 'internal' } } });
  expect(answer.text).not.toMatch(/secret|stack|at /);
});

it('a query that takes too long is 503', async () => {
  const failure = { status: 503, code: 'timeout', message: 'this takes too long' } as const;
  to = await runServer({ ask: () => Promise.resolve(fail(failure)) });
  expect(await ask(to, '/api/query/extractions')).toMatchObject({ status: 503, json: { error: { code: 'timeout' } } });
});

describe('/api/openapi.json', () => {
  interface Document {
    readonly openapi: string;
    readonly paths: Readonly<Record<string, { get: { parameters?: { name: string; schema: object }[] } }>>;
    readonly components: { readonly schemas: Readonly<Record<string, object>> };
  }

  it('describes every path, with what its parameters may be', async () => {
    const { openapi, paths } = (await json('/api/openapi.json')) as Document;
    expect(openapi).toBe('3.1.0');
    expect(Object.keys(paths).sort()).toEqual([
      '/api/agents',
      '/api/health',
      '/api/query/advanced',
      '/api/query/code-blocks',
      '/api/query/extractions',
      '/api/query/search',
      '/api/query/session/{id}',
      '/api/query/sessions',
      '/api/query/stats/agent/{name}',
      '/api/query/stats/pattern/{pattern}',
      '/api/query/timeline',
      '/api/query/trends',
      '/api/replay/session/{id}',
      '/api/sessions',
      '/api/sessions/{id}/commands',
      '/api/sessions/{id}/export',
      '/api/sessions/{id}/log',
      '/api/sessions/{id}/screen',
      '/api/stream',
      '/api/tickets',
      '/ticket/{ticket}',
    ]);
    const limit = paths['/api/sessions']?.get.parameters?.find(({ name }) => name === 'limit');
    expect(limit?.schema).toMatchObject({ type: 'integer', minimum: 1, maximum: 10_000 });
  });

  it('describes the columns of an event as they are sent', async () => {
    fill();
    const { components } = (await json('/api/openapi.json')) as Document;
    const [event] = await items('/api/query/extractions');
    const described = components.schemas['Event'] as { properties: object };
    expect(Object.keys(described.properties).sort()).toEqual(Object.keys(event ?? {}).sort());
  });
});
