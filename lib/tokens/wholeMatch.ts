/** Whether an expression matches the whole of a text, whatever its anchors and flags say: what is only found inside is another value. */
export function matchesWhole({ source, flags }: RegExp, text: string): boolean {
  return new RegExp(`^(?:${source})$`, flags.replace(/[gmy]/g, '')).test(text)
}
