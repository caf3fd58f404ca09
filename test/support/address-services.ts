import { readFileSync } from 'node:fs'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { createServer, globalAgent } from 'node:https'
import type { AddressInfo, LookupFunction } from 'node:net'
import nock from 'nock'
import { trustedCertificate } from './tls-front.ts'

/** Answers for one service: the address, or whatever else it does with the request. */
export type AddressAnswer = string | ((response: ServerResponse, request: IncomingMessage) => void)

/**
 * Starts one HTTPS server that stands for several address services, `https://s0.test` and so on. Until disposal their names
 * resolve to it, and its certificate is trusted.
 *
 * @param families the kinds of address that the names have
 */
export async function startAddressServices(answers: AddressAnswer[], families: readonly number[] = [4]) {
  const asked: number[] = []
  const cert = readFileSync(trustedCertificate)
  const key = readFileSync(new URL('../fixtures/tls/key.pem', import.meta.url))
  const server = createServer({ key, cert }, (request, response) => {
    const at = Number(request.headers.host!.slice(1, 2))
    asked.push(at)
    const answer = answers[at]!
    if (typeof answer === 'string') response.end(`${answer}\n`)
    else answer(response, request)
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  const lookup: LookupFunction = (host, { family, all }, found) => {
    const error = Object.assign(new Error(`no address of this family: ${host}`), { code: 'ENOTFOUND' })
    if (!families.includes(Number(family))) found(error, '')
    else if (all) found(null, [{ address: '127.0.0.1', family: 4 }])
    else found(null, '127.0.0.1', 4)
  }
  const before = { ...globalAgent.options }
  const resolved = { ca: cert, checkServerIdentity: () => undefined, lookup }
  Object.assign(globalAgent.options, resolved)
  nock.enableNetConnect(/^(127\.0\.0\.1|s\d\.test)(:|$)/)
  return {
    answers,
    asked,
    urls: answers.map((_, at) => `https://s${at}.test:${port}/`),
    async [Symbol.asyncDispose]() {
      for (const name of Object.keys(resolved)) delete globalAgent.options[name as keyof typeof resolved]
      Object.assign(globalAgent.options, before)
      nock.enableNetConnect('127.0.0.1')
      server.closeAllConnections()
      await new Promise(resolve => server.close(resolve))
    },
  }
}
