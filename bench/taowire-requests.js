import { createHash } from 'node:crypto'
import { callers, prompt, receiver, requestBytes } from './requests.js'

const path = '/v1/prompting'
const body = Buffer.from(JSON.stringify(prompt))
const bodyHash = createHash('sha256').update(body).digest('hex')

/** Builds requests for //Bob as taowire has them, signed now by btauth/1 of the SDK 11 (bittensor/http_auth.py). */
export function taowireRequests(count) {
  return Array.from({ length: count }, (_, at) => {
    const { address, sign } = callers[at % callers.length]
    const nonce = String(BigInt(Date.now()) * 1_000_000n + BigInt(at))
    const text = ['btauth/1', 'sr25519', 'POST', path, bodyHash, nonce, address, receiver.hotkey].join('\n')
    const headers = Object.entries({
      'content-type': 'application/json',
      'x-bittensor-version': '1',
      'x-bittensor-hotkey': address,
      'x-bittensor-receiver': receiver.hotkey,
      'x-bittensor-nonce': nonce,
      'x-bittensor-signature': `0x${Buffer.from(sign(Buffer.from(text))).toString('hex')}`,
    })
    return requestBytes(path, headers, body)
  })
}
