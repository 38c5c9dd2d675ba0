export type JsonObject = Readonly<Record<string, unknown>>;

/** The JSON object in this text; undefined where there is anything else. */
export function jsonObject(text: string): JsonObject | undefined {
  const value = jsonValue(text);
  return isObject(value) ? value : undefined;
}

/** The JSON value in this text; undefined where there is none. */
export function jsonValue(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
