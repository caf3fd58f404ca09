import type { OwnSettings } from './settings.js'

/** Fields of a request as the API names them, and the settings that they come from. */
export const settingOfField: ReadonlyMap<string, keyof OwnSettings> = new Map([
  ['model', 'model'],
  ['max_tokens', 'maxTokens'],
  ['max_completion_tokens', 'maxTokens'],
  ['temperature', 'temperature'],
  ['top_p', 'topP'],
  ['n', 'n'],
  ['presence_penalty', 'presencePenalty'],
  ['frequency_penalty', 'frequencyPenalty'],
  ['reasoning_effort', 'reasoningEffort'],
  ['suffix', 'suffix'],
])

/** @param table as a ModelEndpoint has it */
export function settingName(table: string | null, key: keyof OwnSettings): string {
  return table === null ? `--${key.replace(/[A-Z]/g, capital => `-${capital.toLowerCase()}`)}` : `${table}.${key}`
}
