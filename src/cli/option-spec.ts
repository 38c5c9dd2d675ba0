/** One option, as data: what it takes and what `--help` says about it. */
export interface OptionSpec {
  readonly type: 'string' | 'boolean';
  readonly describe: string;
  /** A letter that stands for it. */
  readonly short?: string;
  /** The only values it takes. */
  readonly choices?: readonly string[];
  /** Whether it may be given more than once. */
  readonly multiple?: boolean;
}

export type OptionSpecs = Readonly<Record<string, OptionSpec>>;

/** The values of some options, as far as they were given. */
export type OptionValues<Specs extends OptionSpecs> = {
  readonly [Name in keyof Specs]?: OptionValue<Specs[Name]>;
};

type OptionValue<Spec extends OptionSpec> = Spec extends { readonly choices: readonly (infer Choice)[] }
  ? Choice
  : { string: string; boolean: boolean }[Spec['type']];
