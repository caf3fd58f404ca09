import assert from 'node:assert/strict'
import { comparison, type ReplayedAnswer } from '#dist/cli/logs/replayed.js'
import { printedColumns } from '#dist/text/fill.js'

const answer = (text: string, more: Partial<ReplayedAnswer> = {}): ReplayedAnswer => ({
  answer: text,
  toolCalls: [],
  model: 'm',
  endpoint: 'main',
  finishReason: 'stop',
  outcome: 'answered',
  code: null,
  reason: null,
  usage: { promptTokens: 3, completionTokens: 4 },
  firstMs: 12,
  ms: 34,
  costUsd: null,
  ...more,
})

describe('two answers beside each other', () => {
  it('stand in two columns on a terminal that is wide enough', () => {
    const before = answer('The first answer, which is longer than the column.\n\nIt ends here.')
    const page = comparison([before, answer('short', { costUsd: 0.00125, endpoint: null })], 76)
    assert.equal(
      page,
      `
in the log                           │  now
m at main                            │  m
12 ms to the first words, 34 ms in   │  12 ms to the first words, 34 ms in
all                                  │  all
tokens: prompt 3, completion 4       │  tokens: prompt 3, completion 4
cost: unknown                        │  cost: $0.00125
finish reason: stop                  │  finish reason: stop
                                     │
The first answer, which is longer    │  short
than the column.                     │
                                     │
It ends here.                        │
`.slice(1),
    )
  })

  it('stay within the width, whatever their letters are, and escape controls', () => {
    const text = `${'x'.repeat(200)} ${'漢字'.repeat(60)} \u001b[2J\ttab`
    for (const width of [72, 80, 133]) {
      const lines = comparison([answer(text), answer('')], width)
        .trimEnd()
        .split('\n')
      assert.deepEqual(
        lines.filter(line => printedColumns(line) > width),
        [],
      )
      assert.ok(lines.every(line => line.indexOf('│') > 0))
      const bars = new Set(lines.map(line => printedColumns(line.slice(0, line.indexOf('│')))))
      assert.equal(bars.size, 1, `the bar stands at ${[...bars]} of ${width}`)
      assert.ok(!lines.join('').includes('\u001b'))
    }
  })

  it('show tool calls behind the text', () => {
    const toolCalls = [{ id: '1', name: 'look\u0007up', arguments: '{"a":1}' }]
    const page = comparison([answer('text', { toolCalls }), answer('', { toolCalls })], undefined)
    assert.match(page, /\n\ntext\ncalls look\\u0007up\(\{"a":1\}\)\n\nnow\n(?: {2}.*\n)+\ncalls look/)
  })

  it('stand one below the other elsewhere', () => {
    const page = comparison([answer('a\nb'), answer('')], undefined)
    assert.match(page, /^in the log\n {2}m at main\n(?: {2}.*\n)+\na\nb\n\nnow\n(?: {2}.*\n)+\n\(empty\)\n$/)
    assert.equal(comparison([answer('a\nb'), answer('')], 60), page)
  })
})
