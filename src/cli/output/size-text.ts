const steps = [
  [1e9, 'GB'],
  [1e6, 'MB'],
  [1e3, 'kB'],
] as const;

/** `1.2 GB` */
export function sizeText(bytes: number): string {
  const [factor, unit] = steps.find(([least]) => bytes >= least) ?? [1, 'bytes'];
  return `${factor === 1 ? bytes : (bytes / factor).toFixed(1)} ${unit}`;
}
