import { marker, type PlainRow } from './plain-row.ts';
import { Wording } from './wording.ts';

/** How far short of the edge a row may end because the next word did not fit. */
const edgeColumns = 4;

/** A logical line, from its first row to this one. */
export class Paragraph {
  readonly #text: string;
  readonly #lastRow: PlainRow;
  /** Its first row's. */
  readonly #hanging: number;
  #wording: Wording | undefined;
  /** What it was found to be with the row below: rows that stay as they are stay joined. */
  #joined:
    | { readonly below: Paragraph; readonly columns: number; readonly paragraph: Paragraph | undefined }
    | undefined;

  constructor(text: string, lastRow: PlainRow, hanging: number) {
    this.#text = text;
    this.#lastRow = lastRow;
    this.#hanging = hanging;
  }

  get wording(): Wording {
    return (this.#wording ??= new Wording(this.#text.trim(), this.#lastRow.frame));
  }

  /** The paragraph with the row that the other one begins with, if that row goes on with it. */
  joinedWith(below: Paragraph, columns: number): Paragraph | undefined {
    if (this.#joined?.below !== below || this.#joined.columns !== columns) {
      this.#joined = { below, columns, paragraph: this.#join(below.#lastRow, columns) };
    }
    return this.#joined.paragraph;
  }

  #join(row: PlainRow, columns: number): Paragraph | undefined {
    const glue = row.isWrapped ? '' : glueBetween(this.#lastRow, this.#hanging, row, columns);
    if (glue === undefined) return undefined;
    const text = this.#text + glue + (row.isWrapped ? row.text : row.text.trimStart());
    return new Paragraph(text, row, this.#hanging);
  }
}

/** What joins a line's last row, whose hanging indentation this is, and the row below; undefined where they are two lines. */
function glueBetween(above: PlainRow, hanging: number, below: PlainRow, columns: number): string | undefined {
  if (above.frame !== below.frame) return undefined;
  if (below.indentation !== hanging) return undefined;
  const content = below.text.slice(below.indentation);
  if (marker.test(content)) return undefined;
  const fullColumns = (above.boxColumns ?? columns) - edgeColumns;
  const firstWord = /^\S+/.exec(content)?.[0] ?? '';
  const isFull = above.text.length + 1 + firstWord.length > fullColumns;
  if (!isFull) return undefined;
  const lastWord = /\S+$/.exec(above.text)?.[0] ?? '';
  // Only a word that is longer than a row is cut where the row ends.
  return lastWord.length + firstWord.length > fullColumns - hanging ? '' : ' ';
}
