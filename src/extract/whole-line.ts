/** The regex of a section's heading, made to match nothing less than the whole line. */
export function wholeLine(regex: string): string {
  return `^(?:${regex})$`;
}
