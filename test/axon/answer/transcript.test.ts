import assert from 'node:assert/strict'
import { Transcript } from '#dist/axon/answer/transcript.js'

const question = { messages: [{ role: 'user', content: 'hi' }] } as const

describe('a transcript', () => {
  it('joins text and tool calls', () => {
    const transcript = new Transcript(question)
    transcript.add({ text: 'so ' })
    transcript.add({ text: 'be it', toolCalls: [{ index: 0, id: '1', name: 'find', arguments: '{"a"' }] })
    transcript.add({ toolCalls: [{ index: 0, arguments: ':1}' }] })
    assert.deepEqual(transcript.conversation, {
      question,
      answer: 'so be it',
      isTruncated: false,
      toolCalls: [{ id: '1', name: 'find', arguments: '{"a":1}' }],
    })
  })

  it('joins the bytes of a relay, a character that is split over two of them, too', () => {
    const transcript = new Transcript(question)
    const bytes = Buffer.from('data: é\n\n')
    transcript.addBytes(bytes.subarray(0, 7))
    transcript.addBytes(bytes.subarray(7))
    assert.equal(transcript.conversation.answer, 'data: é\n\n')
  })

  it('keeps 256 KiB of text and arguments together, and no half of a character', () => {
    const transcript = new Transcript(question)
    transcript.add({ text: 'x'.repeat(262_141) })
    transcript.add({ text: '€€' })
    transcript.add({ toolCalls: [{ index: 0, name: 'find', arguments: '{}' }] })
    const { answer, isTruncated, toolCalls } = transcript.conversation
    assert.deepEqual([answer, isTruncated, toolCalls], [`${'x'.repeat(262_141)}€`, true, []])
  })
})
