import assert from 'node:assert/strict'
import { decodeOpaque, unwrapBytes } from '#dist/chain/read/opaque.js'
import { compact, record, type TypeShape } from '#dist/chain/read/type-shape.js'
import { encodeAddress } from '#dist/keys/ss58.js'

const u16: TypeShape = { kind: 'integer', type: 'u16' }
const neuron = record({ uid: compact(u16), active: { kind: 'bool' }, hotkey: { kind: 'account' }, port: u16 })
const neurons: TypeShape = { kind: 'list', of: neuron }
const hotkey = Array.from({ length: 32 }, (_, at) => at)
const good = [4, 0xfc, 1, ...hotkey, 0x9b, 0x1f]

describe('decodeOpaque', () => {
  it('decodes a record by its layout', () => {
    const [row] = decodeOpaque(neurons, Uint8Array.from(good), 'neurons').items()
    assert.deepEqual([row!.field('uid').integer('u16'), row!.field('active').flag()], [63, true])
    assert.equal(row!.field('hotkey').account(), encodeAddress(Uint8Array.from(hotkey)))
    assert.equal(row!.field('port').integer('u16'), 8091)
  })

  it('decodes bytes in the middle of a buffer', () => {
    const bytes = Uint8Array.from([9, 9, ...good, 9]).subarray(2, -1)
    assert.equal(decodeOpaque(neurons, bytes, 'neurons').items().length, 1)
  })

  const wrong = {
    'a byte too many': [...good, 0],
    'a byte too few': good.slice(0, -1),
    'a row too few': [8, ...good.slice(1)],
    'more rows than there is memory for': [3, 255, 255, 255, 255],
    'a bool that is 2': [4, 0xfc, 2, ...good.slice(3)],
    'a compact number in a longer form': [4, 0xfd, 0, 1, ...good.slice(3)],
    'no bytes': [],
  }
  for (const [what, bytes] of Object.entries(wrong))
    it(`refuses ${what}`, () => {
      assert.throws(() => decodeOpaque(neurons, Uint8Array.from(bytes), 'neurons'), {
        name: 'UnexpectedShape',
        message: 'neurons has another layout',
      })
    })

  it('refuses a compact number that its type does not hold', () => {
    const [row] = decodeOpaque(neurons, Uint8Array.from([4, 2, 0, 4, 0, ...good.slice(2)]), 'neurons').items()
    assert.throws(() => row!.field('uid').integer('u16'), { message: 'neurons[0].uid is 65536, which is too large' })
  })

  it('refuses a Vec<u8> of another length than it says', () => {
    assert.deepEqual([...unwrapBytes(Uint8Array.of(8, 1, 2), 'bytes')], [1, 2])
    for (const bytes of [
      [8, 1],
      [8, 1, 2, 3],
    ])
      assert.throws(() => unwrapBytes(Uint8Array.from(bytes), 'bytes'), { name: 'UnexpectedShape' })
  })
})
