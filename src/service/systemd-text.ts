/**
 * Quotes a word of a unit file: of `Environment=`, and with `dollars` of a command line, where systemd expands `$`.
 *
 * @throws {UnitTextError} for a control character that a unit cannot hold
 * @see systemd.syntax(7), systemd.service(5) "COMMAND LINES"
 */
export function unitWord(text: string, { dollars = false }: { readonly dollars?: boolean } = {}): string {
  requirePrintable(text.replace(/[\t\n]/g, ''), text)
  const escaped = text.replace(/[\\"\t\n%]/g, letter => escapes[letter]!)
  return `"${dollars ? escaped.replaceAll('$', '$$$$') : escaped}"`
}

/** Writes a path as the rest of a line of a unit, where nothing is quoted. @throws {UnitTextError} */
export function unitPath(path: string): string {
  requirePrintable(path, path)
  // A backslash at the end would join the next line, and systemd drops white space there.
  if (/[\s\\]$/.test(path)) throw new UnitTextError(path)
  return path.replaceAll('%', '%%')
}

/** Writes the name of a credential. @throws {UnitTextError} for one that does not do as such in a unit */
export function credentialName(name: string): string {
  if (/^[\w.-]+$/.test(name)) return name
  throw new UnitTextError(name)
}

/** A text that a unit of systemd cannot hold. */
export class UnitTextError extends Error {
  override readonly name = 'UnitTextError'
  readonly text: string

  constructor(text: string) {
    super('a unit of systemd cannot hold this text')
    this.text = text
  }
}

const escapes: Readonly<Record<string, string>> = { '\\': '\\\\', '"': '\\"', '\t': '\\t', '\n': '\\n', '%': '%%' }

function requirePrintable(printable: string, text: string): void {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: finding them is the purpose
  if (/[\u0000-\u001f\u007f]/.test(printable)) throw new UnitTextError(text)
}
