const units: Readonly<Record<string, number>> = {
  B: 1,
  KB: 1e3,
  MB: 1e6,
  GB: 1e9,
  TB: 1e12,
  KiB: 2 ** 10,
  MiB: 2 ** 20,
  GiB: 2 ** 30,
  TiB: 2 ** 40,
};

/** Bytes of `5GB`, `500MB` or `1.5GiB`; undefined for anything else. */
export function parseSize(text: string): number | undefined {
  const [, number, prefix = '', binary = ''] = /^(\d+(?:\.\d+)?) ?([kmgt]?)(i?)b$/i.exec(text) ?? [];
  const factor = units[`${prefix.toUpperCase()}${binary.toLowerCase()}B`];
  return number === undefined || factor === undefined ? undefined : Math.round(Number(number) * factor);
}
