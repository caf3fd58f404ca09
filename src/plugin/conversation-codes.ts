import type { ErrorCodes } from '../text/error-codes.js'

const remedy =
  'give one of `--roles` for each of `--messages`: `--roles system,user --messages "Be brief." "What is TAO?"`'

/** The one table of `ConversationError` codes. */
export const conversationCodes = {
  CONVERSATION_EMPTY: { meaning: 'the conversation has no message', remedy },
  CONVERSATION_LENGTHS: { meaning: 'the number of roles differs from the number of messages', remedy },
  CONVERSATION_ROLE: { meaning: 'a role is unknown', remedy: 'use `system`, `developer`, `user` or `assistant`' },
} satisfies ErrorCodes
