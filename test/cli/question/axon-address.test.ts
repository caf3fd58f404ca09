import assert from 'node:assert/strict'
import { readAxonAddress } from '#dist/cli/question/axon-address.js'

describe('readAxonAddress', () => {
  const read = (url: string) =>
    readAxonAddress({ url, dev: true, developmentAxon: async () => 'http://127.0.0.1:8091' })
  const hinted = (hint: string) => ({ code: 'INVALID_VALUE', hint })

  it('suggests the scheme that an address lacks, and the address without its path', async () => {
    for (const url of [
      '127.0.0.1:8091',
      '127.0.0.1:8091/',
      'https://127.0.0.1:8091',
      'http://127.0.0.1:8091/Prompting',
    ])
      await assert.rejects(read(url), hinted('--url http://127.0.0.1:8091'))
    await assert.rejects(read('localhost:1'), hinted('--url http://localhost:1'))
    await assert.rejects(read('[::1]:8091'), hinted('--url http://[::1]:8091'))
  })

  it('repeats nothing that may be a secret', async () => {
    for (const url of ['sk-proj-0123', 'http://me:word@127.0.0.1:1', 'http://127.0.0.1:1/?key=word', '', 'file:///a'])
      await assert.rejects(read(url), hinted('--url http://HOST:PORT'))
  })
})
