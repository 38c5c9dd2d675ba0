/** The function, worked out once for each object as long as it is there: for what is derived from things that stay as they are. */
export function memoOf<Key extends object, Value>(work: (key: Key) => Value): (key: Key) => Value {
  const known = new WeakMap<Key, { readonly value: Value }>();
  return (key) => {
    let entry = known.get(key);
    if (!entry) known.set(key, (entry = { value: work(key) }));
    return entry.value;
  };
}
