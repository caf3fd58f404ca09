/** Quotes a text for YAML 1.1 and 1.2: in ASCII, because their readers differ in what they fold. */
export function yamlText(text: string): string {
  return JSON.stringify(text).replace(/[^ -~]/gu, letter => {
    const code = letter.codePointAt(0)!.toString(16).toUpperCase()
    return code.length <= 4 ? `\\u${code.padStart(4, '0')}` : `\\U${code.padStart(8, '0')}`
  })
}

/** Quotes a text for a compose file, where `$` begins a variable. */
export function composeText(text: string): string {
  return yamlText(text.replaceAll('$', '$$$$'))
}
