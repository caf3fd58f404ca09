import assert from 'node:assert/strict'
import { sizeText } from '#dist/text/size.js'

const MiB = 1024 ** 2

describe('sizeText', () => {
  it('has two significant digits in GiB, and whole MiB below', () => {
    const down = [0, 1.9, 1023.9, 1024, 1536, 10_000, 22_892, 67_216, 2_097_152].map(size =>
      sizeText(size * MiB, 'down'),
    )
    assert.deepEqual(down, [
      ...['0 MiB', '1 MiB', '1023 MiB', '1 GiB', '1.5 GiB'],
      ...['9.7 GiB', '22 GiB', '65 GiB', '2000 GiB'],
    ])
  })

  it('shows what is needed as more than what is there, where that is too little', () => {
    assert.deepEqual([sizeText(1500 * MiB, 'down'), sizeText(1530 * MiB, 'up')], ['1.4 GiB', '1.5 GiB'])
    assert.deepEqual([sizeText(9.99 * 1024 * MiB, 'up'), sizeText(1023.5 * MiB, 'up')], ['10 GiB', '1 GiB'])
  })
})
