import { defineCommand, withStore } from '../command.ts';
import { json } from '../output/json.ts';
import { summaryText } from '../output/summary-text.ts';
import { readingOptions, sessionOperand } from '../reading-options.ts';
import { refuse } from '../terminal.ts';

export const showCommand = defineCommand({
  name: 'show',
  describe: 'Sum up one session',
  operands: [sessionOperand],
  options: { json: readingOptions.json },
  examples: [
    ['ridealong show @last', 'what the last session was and did'],
    ['ridealong show 01K0 --json', 'the session whose id begins so, for a program'],
  ],
  async run(options, [reference = ''], context) {
    const { terminal, now } = context;
    return withStore(context, async (reader) => {
      const session = reader.findSession(reference);
      if (!session.ok) return refuse(terminal, session.failure);
      const summary = reader.summary(session.value.session_id);
      if (!summary.ok) return refuse(terminal, summary.failure);
      await terminal.write(options.json === true ? json(summary.value) : summaryText(summary.value, terminal, now));
      return 0;
    });
  },
});
