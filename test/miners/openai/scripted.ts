import type { CallModel } from '#dist/miners/openai/call/call.js'
import { endpointAt, type ModelEndpoint } from '#dist/miners/openai/settings/endpoints.js'
import { openaiSettings } from '#dist/miners/openai/settings/settings.js'
import type { Outcome, Question } from '#dist/plugin/miner.js'
import { NoAnswer } from '#dist/plugin/no-answer.js'
import { sdk } from '../../support/sdk.ts'
import { hello } from '../ask.ts'

/** An endpoint that is asked over sockets, or one of that name that a scripted call knows. */
export function endpoint(
  name: string,
  { url = 'http://127.0.0.1:9/v1', keys = [null], weight = null, table = null, ...settings }: Own = {},
): ModelEndpoint {
  const config = openaiSettings(sdk.z).parse({ model: `model-of-${name}`, ...settings, baseUrl: url })
  const texts = { keySetting: 'the key', noKeyHint: 'set the key', extraSetting: 'openai.extra' }
  return { name, weight, at: endpointAt(url), table, ...texts, config, keys }
}

type Own = {
  readonly url?: string
  readonly keys?: ModelEndpoint['keys']
  readonly weight?: number | null
  readonly table?: string | null
  readonly temperature?: number
  readonly n?: number
  readonly firstTokenTimeout?: number
}

/** Yields these words and returns. */
export async function* saying(...words: string[]): AsyncGenerator<string, Outcome> {
  yield* words
  return { model: 'm', finishReason: 'stop' }
}

/** Makes a call that throws this error. */
export const failing = (error: () => unknown): CallModel =>
  async function* () {
    yield* [] // it fails before the first word
    throw error()
  }

/** Waits until the signal aborts, and throws its reason. */
export function aborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    if (signal.aborted) reject(signal.reason)
    signal.addEventListener('abort', () => reject(signal.reason), { once: true })
  })
}

/** @param code as in the table of faults */
export function failure(code: string, more: { reason?: NoAnswer['reason']; retryAfterMs?: number } = {}): NoAnswer {
  return new NoAnswer(more.reason ?? 'upstream', `failed with ${code}`, { code, ...more })
}

export const question: Question = { messages: hello }

/** A log that keeps its records. */
export class RecordingLog {
  readonly records: { readonly level: string; readonly event: string; readonly [field: string]: unknown }[] = []
  debug = (fields: object) => this.#add('debug', fields)
  info = (fields: object) => this.#add('info', fields)
  warn = (fields: object) => this.#add('warn', fields)
  error = (fields: object) => this.#add('error', fields)

  #add(level: string, fields: object): void {
    this.records.push({ level, event: '', ...fields })
  }

  /** Events of changes, in order. */
  get changes(): string[] {
    return this.records.filter(({ event }) => event !== 'attempt').map(({ level, event }) => `${level} ${event}`)
  }
}
