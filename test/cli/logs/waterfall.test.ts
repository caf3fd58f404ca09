import assert from 'node:assert/strict'
import { waterfall } from '#dist/cli/logs/waterfall.js'

const none = { claimed: null, verified: null, placed: null, firstToken: null, done: null }

describe('the waterfall of a request', () => {
  it('has a bar for each stage, where the one before it ends', () => {
    const times = { claimed: 0, verified: 100, placed: 200, firstToken: 300, done: 400 }
    assert.equal(
      waterfall({ times, ms: 400 }),
      `
  read the head        █                                         0 ms
  check the signature  ██████████                                100 ms
  wait for a place               ██████████                      100 ms
  wait for the model                       ██████████            100 ms
  answer                                             ██████████  100 ms
`.slice(1),
    )
  })

  it('ends with the stage in which the request ended', () => {
    const lines = (times: Partial<typeof none & Record<string, number>>, ms = 30) =>
      waterfall({ times: { ...none, ...times } as typeof none, ms })
        .trimEnd()
        .split('\n')
    assert.deepEqual(
      lines({ claimed: 10, done: 30 } as never).map(line => line.replace(/ +█+ +/, ': ').trim()),
      ['read the head: 10 ms', 'check the signature: 20 ms'],
    )
    assert.deepEqual(
      lines({}).map(line => line.replace(/ +█+ +/, ': ').trim()),
      ['read the head: 30 ms'],
    )
    assert.equal(lines({}, 0).length, 1)
  })

  it('keeps its width when a clock stepped back', () => {
    const times = { claimed: 10, verified: 4, placed: 12, firstToken: 11, done: 12 }
    for (const line of waterfall({ times, ms: 12 }).trimEnd().split('\n')) {
      assert.match(line, /^ {2}[a-z ]{19} {2}[ █]{40} {2}[\d.]+ ms$/)
    }
  })
})
