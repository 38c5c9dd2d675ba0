import { type RedactionRule, secretInContext } from './rule.ts';

/** Domains for documentation (RFC 2606), and file names such as `icon@2x.png`. */
const noMailDomain =
  /(?:^|\.)(?:example(?:\.(?:com|net|org))?|test|invalid|localhost|local|png|jpe?g|gif|svg|webp|[cm]?[jt]sx?|css|json|ya?ml|md|html?|tgz|gz|zip|git|service|target|socket)$/i;

/** Nobody is behind these. */
const noPerson = /^(?:git|no-?reply|do-?not-?reply|[0-9]+\+[\w-]+\[bot\])$/i;

export const emailAddresses: RedactionRule = secretInContext(
  'email',
  ['@'],
  /@(?<=(?<secret>[\w.%+*-]{1,64})@)(?<end>[A-Za-z0-9*](?:[A-Za-z0-9*-]{0,62}\.)+[A-Za-z*]{2,24})(?![\w(-])/,
  {
    mask: 'letters',
    isSecret(address) {
      const [local = '', domain = ''] = address.split('@');
      return !noPerson.test(local) && !noMailDomain.test(domain);
    },
  },
);

const digitsOf = (text: string) => text.replace(/[^0-9*]/g, '').length;

/** International numbers (E.164), American ones with their area in brackets, and any behind a word that says so. */
export const phoneNumbers: readonly RedactionRule[] = [
  secretInContext(
    'phone',
    ['+*', ...Array.from({ length: 9 }, (_, digit) => `+${digit + 1}`)],
    /(?<![\w.+$-])(?<secret>\+[1-9*][0-9*]{0,2}(?:[ .-]?\([0-9*]{1,4}\))?(?:[ .-]?[0-9*]{2,5}){2,5})(?![\w-]|\.\d)/,
    {
      mask: 'letters',
      // In a diff, a line that was added may be a number.
      isSecret: (number) => digitsOf(number) >= 9 && digitsOf(number) <= 15 && /[ .()-]|^\+\d{11}/.test(number),
    },
  ),
  secretInContext(
    'phone',
    [') *', ...Array.from({ length: 8 }, (_, digit) => `) ${digit + 2}`)],
    /(?<![\w)])(?<secret>\([2-9*][0-9*]{2}\) [2-9*][0-9*]{2}-[0-9*]{4})(?![\w-])/,
    { mask: 'letters' },
  ),
  secretInContext(
    'phone',
    ['phone', 'tel:', 'tel.', 'mobile', 'fax'],
    /(?<![A-Za-z])(?:tele)?(?:phone|tel|mobile|fax)(?: ?(?:number|no\.?))?\\*["']?[:.=]+[ \t]*\\*["']?(?<secret>[+(]?[0-9*][0-9*() ./-]{6,18}[0-9*])(?![\w])/i,
    { mask: 'letters', isSecret: (number) => digitsOf(number) >= 7 && digitsOf(number) <= 15 },
  ),
];

/** Off unless asked for: too much looks like an address. */
export const streetAddresses: readonly RedactionRule[] = [
  secretInContext(
    'street',
    [
      'street',
      ' st',
      'avenue',
      ' ave',
      'road',
      ' rd',
      'lane',
      ' ln',
      'boulevard',
      ' blvd',
      'drive',
      ' dr',
      'court',
      ' way',
      'place',
      'square',
    ],
    /(?<![\w.])(?<secret>\d{1,5}[A-Za-z]? (?:[A-Z][A-Za-z'.-]+ ){1,4}(?:Street|St|Avenue|Ave|Road|Rd|Lane|Ln|Boulevard|Blvd|Drive|Dr|Court|Way|Place|Square)\b)/,
    { mask: 'letters' },
  ),
  secretInContext(
    'street',
    ['straße', 'strasse', 'str.', 'weg ', 'platz ', 'allee ', 'gasse '],
    /(?<![A-Za-z\x80-\xff])(?<secret>[A-Z\xc3][a-z\x80-\xff-]+(?:stra\xc3\x9fe|strasse|str\.|weg|platz|allee|gasse) \d{1,4}[a-z]?)(?![\w])/,
    { mask: 'letters' },
  ),
];
