import { attemptsOf, type LastRecord } from './ended-request.js'

/** Endpoints; the settings name some, and a plugin may name any number. */
const MAX_ENDPOINTS = 64
/** Characters of a code; a plugin may give any text. */
const MAX_TEXT = 200

type LastError = { readonly code: string; readonly at: number }

/** The last error of each endpoint. */
export class LastErrors {
  readonly #errors = new Map<string, LastError>()

  add(at: number, record: LastRecord): void {
    for (const { endpoint, error } of attemptsOf(record))
      if (error !== undefined && (this.#errors.has(endpoint) || this.#errors.size < MAX_ENDPOINTS))
        this.#errors.set(endpoint, { code: error.slice(0, MAX_TEXT), at })
  }

  of(endpoint: string): { readonly lastError?: LastError } {
    const lastError = this.#errors.get(endpoint)
    return lastError ? { lastError } : {}
  }
}
