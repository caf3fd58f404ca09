import assert from 'node:assert/strict'
import { ConversationError, conversation } from '#dist/plugin/conversation.js'

describe('a conversation', () => {
  it('pairs each role with its message, in order', () => {
    assert.deepEqual(conversation(['system', 'developer', 'user', 'assistant'], ['a', 'b', 'c', '']), [
      { role: 'system', content: 'a' },
      { role: 'developer', content: 'b' },
      { role: 'user', content: 'c' },
      { role: 'assistant', content: '' },
    ])
  })

  it('is refused with both numbers when roles and messages differ in number', () => {
    const error = failure(['user', 'user'], ['a', 'b', 'c'])
    assert.equal(error.code, 'CONVERSATION_LENGTHS')
    assert.equal(error.message, 'there must be as many messages as roles, not 3 for 2')
    assert.equal(failure([], ['a']).code, 'CONVERSATION_LENGTHS')
    assert.equal(failure(['user'], []).code, 'CONVERSATION_LENGTHS')
  })

  it('is refused without any message', () => {
    assert.equal(failure([], []).code, 'CONVERSATION_EMPTY')
  })

  it('is refused with an unknown role, which it names', () => {
    const error = failure(['user', 'wizard'], ['a', 'b'])
    assert.equal(error.code, 'CONVERSATION_ROLE')
    assert.equal(error.message, 'unknown role "wizard": use system, developer, user, assistant')
  })

  for (const role of ['', 'User', ' user', 'tool', '__proto__', 'constructor', '0'])
    it(`refuses the role ${JSON.stringify(role)}`, () => {
      assert.equal(failure([role], ['a']).code, 'CONVERSATION_ROLE')
    })

  it('quotes an unknown role cut to length, and in printable ASCII', () => {
    const { message } = failure([`\u001b[2J\u202e\ud800"${'x'.repeat(100_000)}`], ['a'])
    assert.match(message, /^[ -~]+$/)
    assert.ok(message.startsWith('unknown role "\\u001b[2J?\\ud800\\"xxx'), message)
    assert.ok(message.length < 200, `${message.length} characters`)
  })
})

function failure(roles: string[], messages: string[]): ConversationError {
  try {
    conversation(roles, messages)
  } catch (error) {
    if (error instanceof ConversationError) return error
    throw error
  }
  throw new Error('it was accepted')
}
