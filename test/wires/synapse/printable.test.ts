import assert from 'node:assert/strict'
import { isPrintable, type Profile, profiles } from '#dist/wires/synapse/printable.js'
import { vector } from '../fixture.ts'

const MAX = 0x10ffff

describe('isPrintable', () => {
  it('keeps every code point printable in later versions, and covers the code points that differ', () => {
    const { ranges } = JSON.parse(vector('python-printable.json').toString()) as { ranges: Record<string, number[][]> }
    for (const [index, profile] of profiles.entries()) {
      if (index === 0) continue
      const gained: number[] = []
      for (let code = 0; code <= MAX; code++) {
        const before = isPrintable(code, profiles[index - 1]!)
        const now = isPrintable(code, profile)
        if (before !== now) gained.push(now ? code : Number.NaN)
      }
      const expected = ranges[profile]!.flatMap(([from, to]) =>
        Array.from({ length: to! - from! + 1 }, (_, at) => from! + at),
      )
      assert.deepEqual(gained, expected, profile)
    }
  })

  it("agrees with this Node's own tables if it has their Unicode version", function () {
    const version = process.versions.unicode as Profile
    if (!profiles.includes(version)) this.skip()
    const unprintable = /[\p{C}\p{Z}]/u
    for (let code = 0; code <= MAX; code++) {
      const expected = code === 0x20 || !unprintable.test(String.fromCodePoint(code))
      if (isPrintable(code, version) !== expected) assert.fail(`U+${code.toString(16)}`)
    }
  })

  it('does not print code points that every known version leaves unassigned, on any Node', () => {
    for (const code of [0x378, 0x1fc00, 0x40000, MAX, MAX + 1]) assert.equal(isPrintable(code, '17.0'), false)
  })
})
