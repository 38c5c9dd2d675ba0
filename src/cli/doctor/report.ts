import { type Failure, exitCodes } from '../../domain/failure.ts';
import type { Result } from '../../domain/result.ts';
import type { Isolation } from '../../prove-isolation.ts';
import type { Latency } from '../../measure-performance.ts';
import type { Amount } from '../../store/stored-amounts.ts';
import type { CommandContext } from '../command.ts';
import type { Column } from '../output/column.ts';
import { listing } from '../output/listing.ts';
import { sizeText } from '../output/size-text.ts';
import { refuse } from '../terminal.ts';

const latencyColumns: readonly Column<Latency>[] = [
  { header: 'what', value: (row) => row.what },
  ...(['rounds', 'p50', 'p95', 'p99', 'limit'] as const).map(
    (name): Column<Latency> => ({
      header: name === 'rounds' ? name : `${name} ms`,
      value: (row) => String(row[name]),
      align: 'right',
    }),
  ),
  { header: 'verdict', value: (row) => row.verdict },
];

const isolationColumns: readonly Column<Isolation>[] = [
  { header: 'verdict', value: (row) => row.verdict },
  { header: 'what', value: (row) => row.check },
  { header: 'found', value: (row) => row.found },
];

const amountColumns: readonly Column<Amount>[] = [
  { header: 'by', value: (row) => row.of },
  { header: 'what', value: (row) => row.name },
  { header: 'sessions', value: (row) => String(row.sessions), align: 'right' },
  { header: 'events', value: (row) => String(row.events), align: 'right' },
  {
    header: 'recordings',
    value: ({ recording_bytes: bytes }) => (bytes === null ? '' : sizeText(bytes)),
    align: 'right',
  },
];

export type ReportName = 'performance' | 'isolation' | 'stats';

/** What `ridealong doctor` does on demand. @returns the exit code: 1 when a verdict is a failure */
export async function report(name: ReportName, asJson: boolean, context: CommandContext): Promise<number> {
  const { paths, now } = context;
  switch (name) {
    case 'performance': {
      const { measurePerformance } = await import('../../measure-performance.ts');
      return print(measurePerformance(paths), latencyColumns, asJson, context);
    }
    case 'isolation': {
      const { proveIsolation } = await import('../../prove-isolation.ts');
      return print(proveIsolation(paths), isolationColumns, asJson, context);
    }
    case 'stats': {
      const { storedAmounts } = await import('../../store/stored-amounts.ts');
      return print(storedAmounts(paths.database, now.getTime()), amountColumns, asJson, context);
    }
  }
}

async function print<Row extends { readonly verdict?: string } | Amount>(
  rows: Result<Row[], Failure>,
  columns: readonly Column<Row>[],
  asJson: boolean,
  { terminal }: CommandContext,
): Promise<number> {
  if (!rows.ok) return refuse(terminal, rows.failure);
  await terminal.write(listing(columns, rows.value, { json: asJson, terminal }));
  return rows.value.some((row) => 'verdict' in row && row.verdict === 'fail') ? exitCodes.failure : 0;
}
