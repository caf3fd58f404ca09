import assert from 'node:assert/strict'
import { IncomingMessage } from 'node:http'
import { Socket } from 'node:net'
import { LeanRequest } from '#dist/axon/http/lean-request.js'

describe('a lean request', () => {
  it('has the headers that are looked up by name as Node has them, and no others', () => {
    for (const rawHeaders of [
      [],
      ['Host', 'a', 'Content-Length', '3', 'CONNECTION', 'keep-alive', 'bt_header_axon_ip', '192.0.2.7'],
      ['connection', 'close', 'Expect', 'x', 'expect', '100-continue', 'Connection', 'upgrade'],
      ['accept', 'a', '__proto__', 'b', 'constructo', 'c'],
    ]) {
      const lean = Object.assign(new LeanRequest(new Socket()), { rawHeaders })
      const nodes = new IncomingMessage(new Socket()) as IncomingMessage & {
        _addHeaderLines(headers: readonly string[], count: number): void
      }
      nodes._addHeaderLines(rawHeaders, rawHeaders.length)
      for (const name of ['expect', 'connection', 'content-length'])
        assert.equal(lean.headers[name], nodes.headers[name], `${name} of ${rawHeaders}`)
      assert.equal(lean.headers.host, undefined)
    }
  })
})
