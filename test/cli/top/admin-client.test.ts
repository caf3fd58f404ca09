import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { readFigures } from '#dist/cli/top/admin-client.js'

describe('readFigures', () => {
  /** Asks a server that replies with the same JSON to all. */
  async function read(reply: unknown, scheme = 'http'): Promise<unknown> {
    const server = createServer((_, response) => response.end(JSON.stringify(reply)))
    await once(server.listen(0, '127.0.0.1'), 'listening')
    try {
      const url = `${scheme}://127.0.0.1:${(server.address() as AddressInfo).port}`
      return await readFigures({ url, token: 'set' }, 10, AbortSignal.timeout(30_000))
    } finally {
      server.closeAllConnections()
      server.close()
    }
  }

  it('takes JSON that is no status for an admin port of another version, or none', async () => {
    for (const reply of [null, [], {}, { status: 'ok', requests: [] }, { at: 1, miner: {}, requests: [] }])
      await assert.rejects(read(reply), {
        code: 'ADMIN_PORT_SILENT',
        message: /: it replies with something else: it is of another version, or no admin port$/,
      })
  })

  it('says that the port speaks no TLS', async () => {
    await assert.rejects(read({}, 'https'), {
      code: 'ADMIN_PORT_SILENT',
      message: /: it speaks no TLS; the URL of a port without a proxy in front begins with http:\/\/$/,
    })
  })
})
