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

  it('joins a character whose halves two pieces have', () => {
    const transcript = new Transcript(question)
    transcript.add({ text: 'a\ud83d' })
    transcript.add({ text: '\ude00b\ud83d' })
    assert.equal(transcript.conversation.answer, 'a😀b\ufffd')
  })

  it('counts the ids and names of tool calls, but not where a server repeats them', () => {
    const transcript = new Transcript(question)
    const long = 'x'.repeat(100_000)
    transcript.add({ toolCalls: [{ index: 0, id: long, name: long }] })
    for (const text of ['{', '}']) transcript.add({ toolCalls: [{ index: 0, id: long, name: long, arguments: text }] })
    transcript.add({ toolCalls: [{ index: 1, id: long, name: '' }] })
    const { toolCalls, isTruncated } = transcript.conversation
    assert.deepEqual([toolCalls, isTruncated], [[{ id: long, name: long, arguments: '{}' }], true])
  })

  it('bounds the number of tool calls, though they be empty', () => {
    const transcript = new Transcript(question)
    for (let index = 0; index < 20_000; index++) transcript.add({ toolCalls: [{ index }] })
    const { toolCalls, isTruncated } = transcript.conversation
    assert.deepEqual([toolCalls.length, isTruncated], [8_192, true])
  })

  it('keeps the text that comes after a tool call that is too long', () => {
    const transcript = new Transcript(question)
    transcript.add({ toolCalls: [{ index: 0, name: 'find', arguments: 'x'.repeat(300_000) }] })
    transcript.add({ text: 'so', toolCalls: [{ index: 0, arguments: '{}' }] })
    const { answer, toolCalls, isTruncated } = transcript.conversation
    assert.deepEqual([answer, toolCalls, isTruncated], ['so', [], true])
  })

  it('begins anew', () => {
    const transcript = new Transcript(question)
    transcript.add({ text: 'x'.repeat(300_000), toolCalls: [{ index: 0, name: 'find' }] })
    transcript.clear()
    transcript.add({ text: 'y' })
    assert.deepEqual(transcript.conversation, { question, answer: 'y', isTruncated: false, toolCalls: [] })
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
