import type { OwnSettings } from './settings.js'

/** The setting behind each field of a request, by the API's name of the field. */
export const settingOfField: ReadonlyMap<string, keyof OwnSettings> = new Map([
  ['model', 'model'],
  ['max_tokens', 'maxTokens'],
  ['max_completion_tokens', 'maxTokens'],
  ['temperature', 'temperature'],
  ['top_p', 'topP'],
  ['top_k', 'topK'],
  ['min_p', 'minP'],
  ['seed', 'seed'],
  ['stop', 'stop'],
  ['n', 'n'],
  ['presence_penalty', 'presencePenalty'],
  ['frequency_penalty', 'frequencyPenalty'],
  ['reasoning_effort', 'reasoningEffort'],
  ['suffix', 'suffix'],
])

/** Fields that `extra` may have although they have a setting: the setting is newer than `extra`. */
export const fieldsAlsoInExtra: ReadonlySet<string> = new Set(['top_k', 'min_p', 'seed', 'stop'])

/**
 * Returns how the operator writes a setting: `--max-tokens`, or `openai.endpoints[0].maxTokens`.
 *
 * @param table as in {@link ModelEndpoint}
 */
export function settingName(table: string | null, key: keyof OwnSettings): string {
  return table === null ? `--${key.replace(/[A-Z]/g, capital => `-${capital.toLowerCase()}`)}` : `${table}.${key}`
}
