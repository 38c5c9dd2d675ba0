import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { fileURLToPath } from 'node:url';
import { isDeepStrictEqual } from 'node:util';
import { it, onTestFinished } from 'vitest';
import type { SearchLag } from '../src/domain/search.ts';
import { openStore } from '../src/store/open-store.ts';
import { addEvents, sampleEvent, sampleSession, valueOf } from './store/fixtures/samples.ts';
import { temporaryHome } from './support/recorded-sessions.ts';

/** As `npm run build` made it. */
const program = fileURLToPath(new URL('../dist/index-thread.js', import.meta.url));

it('tells that nothing is left to do at first, and again whenever it has taken up what was committed', async () => {
  const paths = temporaryHome();
  const store = valueOf(openStore(paths));
  const thread = new Worker(program, { workerData: paths });
  onTestFinished(async () => {
    store.close();
    await thread.terminate();
  });
  const untilTold = async (lag: SearchLag) => {
    for (;;) {
      const [told] = (await once(thread, 'message')) as [SearchLag | undefined];
      if (isDeepStrictEqual(told, lag)) return;
    }
  };
  await untilTold({ events: 0, sessions: 0, bytes: 0 });
  for (let batch = 1; batch <= 3; batch += 1) {
    addEvents(store, sampleSession(), [sampleEvent({ lineNumber: batch, offset: batch })]);
    // What was recorded is not there to be read.
    await untilTold({ events: 0, sessions: 1, bytes: 100 * batch });
  }
});
