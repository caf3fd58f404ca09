import { Args, Flags } from '@oclif/core'
import { conversation } from '../../plugin/conversation.js'
import type { Message } from '../../plugin/miner.js'
import { UsageError } from '../errors/usage-error.js'
import { readPiped, readStdin } from './stdin.js'

/** The arguments and flags of every command that asks a question. */
export const questionArgs = {
  TEXT: Args.string({
    description: 'one message of the user, after any piped text; `-`, or nothing, reads standard input alone',
    ignoreStdin: true,
  }),
}

export const questionFlags = {
  roles: Flags.string({
    description: 'the role of each message: system, developer, user, assistant',
    delimiter: ',',
    multiple: true,
    helpValue: 'ROLE',
  }),
  messages: Flags.string({
    description: 'the messages, as many as there are roles; TEXT has to stand before them',
    multiple: true,
    helpValue: 'TEXT',
  }),
}

export type Typed = {
  readonly text?: string | undefined
  readonly roles?: string[] | undefined
  readonly messages?: string[] | undefined
}

/**
 * Reads a conversation: standard input and TEXT, or --roles with --messages, beside which standard input is not read.
 *
 * @param command the command that asks, for hints
 * @throws {UsageError} when the question is empty or missing, or given in two ways, or without its roles or messages
 * @throws {ConversationError}
 */
export async function readQuestion({ text, roles, messages }: Typed, command = 'prompt'): Promise<Message[]> {
  if (messages !== undefined || roles !== undefined) return typedConversation({ text, roles, messages })
  const content = text === undefined || text === '-' ? await readAlone(text) : await readBeside(text)
  if (content.trim() === '')
    throw new UsageError('QUESTION_EMPTY', 'the question is empty', `miner ${command} "What is TAO?"`)
  return [{ role: 'user', content }]
}

/**
 * Returns what a conversation begins with, `prompt -i`: TEXT, or --roles with --messages, or nothing.
 *
 * @throws {UsageError} when it is given in two ways, or without its roles or messages
 * @throws {ConversationError}
 */
export function openingMessages({ text, roles, messages }: Typed): Message[] {
  if (messages !== undefined || roles !== undefined) return typedConversation({ text, roles, messages })
  const isTyped = text !== undefined && text !== '-' && text.trim() !== ''
  return isTyped ? [{ role: 'user', content: text }] : []
}

function typedConversation({ text, roles, messages }: Typed): Message[] {
  if (text !== undefined) {
    throw new UsageError(
      'QUESTION_TWICE',
      'TEXT and --roles or --messages do not go together',
      'put it among --messages, with a role',
    )
  }
  if (messages === undefined)
    throw new UsageError('MESSAGES_MISSING', '--roles needs --messages', 'add --messages, one for each role')
  if (roles === undefined)
    throw new UsageError('ROLES_MISSING', '--messages needs --roles', 'add --roles, one for each message: --roles user')
  return conversation(roles, messages)
}

/** Reads standard input alone, without the line end of its last line. */
async function readAlone(text: string | undefined): Promise<string> {
  if (text === undefined && process.stdin.isTTY) {
    throw new UsageError('QUESTION_MISSING', 'there is no question', 'type it as TEXT: "What is TAO?", or pipe it in')
  }
  return (await readStdin()).replace(/\r?\n$/, '')
}

/** Joins what is piped in, a space, and TEXT, as `llm` does (simonw/llm llm/cli.py `read_prompt`, 0.36). */
async function readBeside(text: string): Promise<string> {
  const piped = await readPiped(message => void process.stderr.write(`${message}\n`))
  const parts = [piped, text].filter(part => part.trim() !== '')
  return parts.join(' ')
}
