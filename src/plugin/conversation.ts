import type { conversationCodes } from './conversation-codes.js'
import { roles as knownRoles, type Message, type Role } from './miner.js'

type ConversationErrorCode = keyof typeof conversationCodes

/** An invalid conversation. Its message is our own text, one printable line, and may be sent to the caller. */
export class ConversationError extends Error {
  override readonly name = 'ConversationError'
  readonly code: ConversationErrorCode

  constructor(code: ConversationErrorCode, message: string) {
    super(message)
    this.code = code
  }
}

/**
 * Pairs roles with messages, as the `Prompting` synapse carries them. The reference pairs them with Python's `zip`, which
 * silently drops the surplus (opentensor/text-prompting neurons/miners/openai/miner.py).
 *
 * @throws {ConversationError} `CONVERSATION_LENGTHS` · `CONVERSATION_EMPTY` · `CONVERSATION_ROLE`
 */
export function conversation(roles: readonly string[], messages: readonly string[]): Message[] {
  if (roles.length !== messages.length)
    throw new ConversationError(
      'CONVERSATION_LENGTHS',
      `there must be as many messages as roles, not ${messages.length} for ${roles.length}`,
    )
  if (messages.length === 0) throw new ConversationError('CONVERSATION_EMPTY', 'there is no message')
  return messages.map((content, at) => ({ role: knownRole(roles[at]!), content }))
}

function knownRole(role: string): Role {
  const known = knownRoles.find(name => name === role)
  if (known === undefined)
    throw new ConversationError('CONVERSATION_ROLE', `unknown role ${quoted(role)}: use ${knownRoles.join(', ')}`)
  return known
}

/** Quotes the first 40 characters in printable ASCII: control characters as JSON escapes, all others as `?`. */
function quoted(text: string): string {
  const start = text.length > 40 ? `${text.slice(0, 40)}...` : text
  return JSON.stringify(start).replace(/[^ -~]/gu, '?')
}
