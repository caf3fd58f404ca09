import { prompting } from '../dialects/prompting.js'
import { sdk } from '../plugin/define.js'
import type { Message } from '../plugin/miner.js'

/** What is asked here. */
export const dialect = prompting(sdk)

/** A conversation as the synapse that asks it: its fields in the order of their declaration, defaults included. */
export function questionOf(messages: readonly Message[]) {
  return {
    synapse: 'Prompting',
    fields: {
      roles: messages.map(({ role }) => role),
      messages: messages.map(({ content }) => content),
      completion: '',
    },
    required: ['roles', 'messages'],
    hashed: dialect.synapses.Prompting!.hashed,
  }
}

/** The field of its reply that holds the answer. */
export const answerField = 'completion'
