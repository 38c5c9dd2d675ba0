import type { JsonValue } from '../domain/json.ts';
import type { Condition, Expression, FieldPath } from '../domain/pattern.ts';

/** What a path leads into: an element of a message, and the message; both are the same outside of lists. */
export interface Subject {
  readonly element: JsonValue;
  readonly message: JsonValue;
}

/** A field that is not there, or null, gives undefined. */
type Read<Value> = (subject: Subject) => Value | undefined;

export type JsonObject = { readonly [key: string]: JsonValue };

export function isObject(value: JsonValue | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The elements of a list, or the values of an object. */
export function elementsOf(value: JsonValue): readonly JsonValue[] {
  if (typeof value !== 'object' || value === null) return [];
  return Array.isArray(value) ? (value as readonly JsonValue[]) : Object.values(value);
}

/** Everything that the path leads to: one value at most where it has no `*`. Null counts as nothing. */
export function readAll(path: FieldPath): (subject: Subject) => readonly JsonValue[] {
  const isFromMessage = path.startsWith('$.');
  const names = (isFromMessage ? path.slice(2) : path).split('.');
  return ({ element, message }) => {
    let values: readonly JsonValue[] = [isFromMessage ? message : element];
    for (const name of names) {
      values = values.flatMap((value) => (name === '*' ? elementsOf(value) : fieldsOf(value, name)));
      if (values.length === 0) return values;
    }
    return values.filter((value) => value !== null);
  };
}

/** The first value that the path leads to. */
export function read(path: FieldPath): Read<JsonValue> {
  if (path.split('.').includes('*')) {
    const all = readAll(path);
    return (subject) => all(subject)[0];
  }
  const isFromMessage = path.startsWith('$.');
  const names = (isFromMessage ? path.slice(2) : path).split('.');
  return ({ element, message }) => {
    let value: JsonValue | undefined = isFromMessage ? message : element;
    for (const name of names) {
      value = fieldOf(value, name);
      if (value === undefined) return undefined;
    }
    return value ?? undefined;
  };
}

export function evaluate(expression: Expression): Read<JsonValue> {
  if (typeof expression === 'string') return read(expression);
  if ('constant' in expression) return () => expression.constant;
  if ('first' in expression) {
    const fields = expression.first.map(read);
    return (subject) => {
      for (const field of fields) {
        const value = field(subject);
        if (value !== undefined) return value;
      }
      return undefined;
    };
  }
  const added = expression.sum.map(readAll);
  const taken = (expression.minus ?? []).map(readAll);
  const numbersIn = (fields: typeof added, subject: Subject) =>
    fields.flatMap((field) => field(subject).filter((value) => typeof value === 'number'));
  return (subject) => {
    const plus = numbersIn(added, subject);
    const minus = numbersIn(taken, subject);
    if (plus.length === 0) return undefined;
    return rounded(plus.reduce((sum, value) => sum + value, 0) - minus.reduce((sum, value) => sum + value, 0));
  };
}

/** Paths that an expression reads. */
export function pathsIn(expression: Expression): readonly FieldPath[] {
  if (typeof expression === 'string') return [expression];
  if ('constant' in expression) return [];
  return 'first' in expression ? expression.first : [...expression.sum, ...(expression.minus ?? [])];
}

/** Whether all of the conditions hold. */
export function holds(when: Readonly<Record<FieldPath, Condition>>): (subject: Subject) => boolean {
  const tests = Object.entries(when).map(([path, condition]) => test(path, condition));
  return (subject) => tests.every((isMet) => isMet(subject));
}

function test(path: FieldPath, condition: Condition): (subject: Subject) => boolean {
  if (path.split('.').includes('*')) {
    const values = readAll(path);
    if ('in' in condition) return (subject) => values(subject).some((value) => condition.in.includes(value));
    if ('not' in condition) return (subject) => !values(subject).some((value) => condition.not.includes(value));
    return (subject) => values(subject).length > 0 === condition.exists;
  }
  const value = read(path);
  if ('exists' in condition) return (subject) => (value(subject) !== undefined) === condition.exists;
  // Null is a value that may be asked for.
  if ('in' in condition) return (subject) => condition.in.includes(value(subject) ?? null);
  return (subject) => !condition.not.includes(value(subject) ?? null);
}

/** Sums and differences of decimal fractions, without the noise of binary ones. */
export function rounded(value: number): number {
  return Number.isInteger(value) ? value : Number(value.toPrecision(12));
}

/** The field in a list of its own, because it may be a list itself. */
function fieldsOf(value: JsonValue, name: string): readonly JsonValue[] {
  const field = fieldOf(value, name);
  return field === undefined ? [] : [field];
}

function fieldOf(value: JsonValue | undefined, name: string): JsonValue | undefined {
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, name)) return undefined;
  return (value as JsonObject)[name];
}
