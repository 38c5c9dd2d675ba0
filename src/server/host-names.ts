import { hostname, networkInterfaces } from 'node:os';

/** Only there everybody on the machine may connect; what they may then is for the token to say. */
export const loopback = '127.0.0.1';

const loopbackNames = [loopback, 'localhost', '[::1]'];

export const isLoopback = (host: string) => loopbackNames.includes(host) || host === '::1';

/** The names and addresses, as in a URL, by which clients may ask for a server that listens on this address. */
export function namesOf(host: string): readonly string[] {
  if (isLoopback(host)) return loopbackNames;
  if (host !== '0.0.0.0' && host !== '::') return [bracketed(host), ...loopbackNames];
  const addresses = Object.values(networkInterfaces()).flatMap((each) => each ?? []);
  const names = addresses.map(({ address }) => bracketed(address));
  return [...new Set([...loopbackNames, hostname().toLowerCase(), ...names])];
}

const bracketed = (address: string) => (address.includes(':') ? `[${address}]` : address.toLowerCase());
