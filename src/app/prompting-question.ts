import { prompting } from '../dialects/prompting.js'
import { sdk } from '../plugin/define.js'
import { hashVersions } from '../plugin/hash-versions.js'
import type { Message } from '../plugin/miner.js'

/**
 * A conversation as the synapse that asks it: its fields in the order of their declaration, defaults included.
 *
 * @param options.stream whether the answer is to come in pieces
 */
export function questionOf(messages: readonly Message[], { stream }: { readonly stream: boolean }) {
  return {
    synapse: stream ? 'StreamPromptingSynapse' : 'Prompting',
    fields: {
      roles: messages.map(({ role }) => role),
      messages: messages.map(({ content }) => content),
      completion: '',
    },
    required: ['roles', 'messages'],
    // Those of both are the same.
    hashed: hashVersions(prompting(sdk).synapses.Prompting!)[0]!,
  }
}

/** The field of its reply that holds the answer. */
export const answerField = 'completion'
