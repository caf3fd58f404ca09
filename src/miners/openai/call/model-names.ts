/**
 * Returns whether two names mean the same model at one server: they differ at most in case, in Ollama's tag `:latest`, or
 * in Gemini's prefix `models/`.
 */
export function isSameName(one: string, other: string): boolean {
  return plain(one) === plain(other)
}

/**
 * Returns whether a server that answers as `other` may well have been asked for `one`: the same name without its path,
 * provider or file type, or a longer form of it, such as a dated version (`gpt-4o-mini-2024-07-18`), `:free` or
 * `-Q4_K_M.gguf`.
 */
export function isRelatedName(one: string, other: string): boolean {
  const [short, long] = [base(one), base(other)].sort((a, b) => a.length - b.length) as [string, string]
  return short !== '' && (long === short || (long.startsWith(short) && /^[-_.:@]/.test(long.slice(short.length))))
}

function plain(name: string): string {
  return name
    .trim()
    .toLowerCase()
    .replace(/^models\//, '')
    .replace(/:latest$/, '')
}

function base(name: string): string {
  const [last = ''] = plain(name).split(/[/\\]/).slice(-1)
  return last.replace(/\.gguf$/, '').replace(/-latest$/, '')
}
