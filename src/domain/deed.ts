/**
 * What was done to a session from elsewhere, as it is recorded: which command, by whom and over what (`cli`, `http`,
 * `websocket`), and its particulars; never what was typed.
 */
export type Deed = { readonly command: string; readonly by: string; readonly via: string } & {
  readonly [particular: string]: string | number;
};
