import { Paragraph } from './paragraph.ts';
import { plainRow } from './plain-row.ts';
import { Wording } from './wording.ts';

/** A row of cells, as text. What is worked out from it stays with it. */
export class Row {
  /** Without the blanks at its end, unless it goes on. */
  readonly text: string;
  /** Whether it goes on where the row above it ended. */
  readonly isWrapped: boolean;
  /** Whether the row below goes on where it ends. */
  readonly goesOn: boolean;
  #printed: Wording | undefined;
  /** `null` where there is none. */
  #paragraph: Paragraph | null | undefined;

  constructor(text: string, isWrapped: boolean, goesOn: boolean) {
    this.text = text;
    this.isWrapped = isWrapped;
    this.goesOn = goesOn;
  }

  /** As a line of a program that just prints. */
  get printed(): Wording {
    return (this.#printed ??= new Wording(this.text));
  }

  /** The paragraph that would begin with it on an interface; undefined for a row without text. */
  get paragraph(): Paragraph | undefined {
    if (this.#paragraph === undefined) {
      const plain = plainRow(this);
      this.#paragraph = plain ? new Paragraph(plain.text, plain, plain.hanging) : null;
    }
    return this.#paragraph ?? undefined;
  }
}
