import assert from 'node:assert/strict'
import { ServerSentEvents } from '#dist/miners/openai/response/server-sent-events.js'
import { NoAnswer } from '#dist/plugin/no-answer.js'

/** All events of a stream that comes in these parts. */
function read(...parts: (string | Uint8Array)[]): [name: string, data: string][] {
  const events = new ServerSentEvents(1_000)
  const found = parts.flatMap(part => [...events.push(Buffer.from(part))])
  return [...found, ...events.end()].map(({ name, data }) => [name, data])
}

describe('server-sent events', () => {
  const streams: [string, string, [string, string][]][] = [
    [
      'end with an empty line',
      'data: a\n\ndata: b\n\n',
      [
        ['', 'a'],
        ['', 'b'],
      ],
    ],
    [
      'may have a name, which is theirs alone',
      'event: error\ndata: a\n\ndata: b\n\n',
      [
        ['error', 'a'],
        ['', 'b'],
      ],
    ],
    ['may have several lines', 'data: a\ndata:b\ndata\ndata:  c\n\n', [['', 'a\nb\n\n c']]],
    ['are none without data', 'event: ping\n\nid: 7\n\n: data: x\n\nretry: 1\n\n', []],
    ['are none for other fields', 'datas: a\n data: a\ndata a\n\n', []],
    ['may stand behind a byte order mark', '\ufeffdata: a\n\n', [['', 'a']]],
    ['end with the stream', 'data: a\n', [['', 'a']]],
    ['end with the stream in the middle of a line', 'data: a', [['', 'a']]],
    [
      'may hold any character',
      'data: \u{1f469}\u200d\u{1f4bb} \u2028\u0085:\n\n',
      [['', '\u{1f469}\u200d\u{1f4bb} \u2028\u0085:']],
    ],
  ]
  for (const [title, stream, events] of streams)
    for (const [ends, end] of [
      ['\\n', '\n'],
      ['\\r', '\r'],
      ['\\r\\n', '\r\n'],
    ] as const)
      it(`${title}, with ${ends}, wherever they are cut`, () => {
        const bytes = Buffer.from(stream.replaceAll('\n', end))
        const expected = JSON.parse(JSON.stringify(events))
        assert.deepEqual(read(bytes), expected)
        assert.deepEqual(read(...[...bytes].map(byte => Buffer.of(byte))), expected)
        for (let at = 0; at < bytes.length; at += 1)
          assert.deepEqual(read(bytes.subarray(0, at), bytes.subarray(at)), expected)
      })

  it('are yielded as soon as their last byte comes', () => {
    const events = new ServerSentEvents(1_000)
    assert.deepEqual([...events.push(Buffer.from('data: a\r\n\r'))], [{ name: '', data: 'a' }])
    assert.equal(events.hasPartialLine, false)
    assert.deepEqual([...events.push(Buffer.from('\ndata: b'))], [])
    assert.equal(events.hasPartialLine, true)
  })

  for (const [title, parts] of [
    ['in one line', ['data: ', 'x'.repeat(600), 'x'.repeat(600)]],
    ['in many lines', Array.from({ length: 300 }, () => 'data\n')],
    ['in comments', Array.from({ length: 300 }, () => ': x\n')],
  ] as const)
    it(`are too large at the bound, ${title}`, () => {
      assert.throws(
        () => read(...parts),
        error => error instanceof NoAnswer && error.code === 'MODEL_ANSWER_TOO_LARGE',
      )
    })

  it('are bounded each on its own', () => {
    assert.equal(read(...Array.from({ length: 100 }, () => `data: ${'x'.repeat(900)}\n\n`)).length, 100)
  })
})
