/** What we use of it: Node has it, but its types tell only of what Node's own modules take. */
declare namespace WebAssembly {
  interface Module {
    readonly [Symbol.toStringTag]: 'WebAssembly.Module';
  }
  const Module: new (code: Uint8Array) => Module;

  interface Memory {
    readonly buffer: ArrayBuffer;
    /** @param pages of 64 KiB, which are added */
    grow(pages: number): number;
  }
  const Memory: new (size: { readonly initial: number }) => Memory;

  interface Instance {
    readonly exports: Readonly<Record<string, unknown>>;
  }
  const Instance: new (
    module: Module,
    imports: Readonly<Record<string, Readonly<Record<string, unknown>>>>,
  ) => Instance;
}
