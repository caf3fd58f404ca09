// The baseline: a bare node:http server that echoes, and verifies one signature per request: by the check that axons used
// before (`node baseline.js before`), or by ours (`node baseline.js now`). Prints its port.
import { createServer } from 'node:http'
import { developmentKeys } from '../dist/keys/development-keys.js'
import { decodeAddress } from '../dist/keys/ss58.js'
import { createVerifier } from '../dist/keys/verifier.js'
import { verifyBySchnorrkel } from '../test/support/schnorrkel-verifier.ts'

const { verify } = createVerifier({ onPanic: console.error })
const verifyOne = { before: verifyBySchnorrkel, now: signed => verify([signed])[0] }[process.argv[2]]
const receiver = developmentKeys[1].address

const server = createServer((request, response) => {
  const chunks = []
  request.on('data', chunk => chunks.push(chunk))
  request.on('end', () => {
    if (!isSigned(request.headers)) return response.writeHead(401, { 'content-length': 2 }).end('{}')
    const body = JSON.parse(Buffer.concat(chunks))
    body.completion = body.messages.at(-1)
    const reply = Buffer.from(JSON.stringify(body))
    response.writeHead(200, { 'content-type': 'application/json', 'content-length': reply.length }).end(reply)
  })
})
server.listen(0, '127.0.0.1', () => console.log(JSON.stringify({ event: 'serving', port: server.address().port })))
process.on('SIGTERM', () => process.exit(0))

function isSigned(headers) {
  const { bt_header_dendrite_nonce: nonce, bt_header_dendrite_hotkey: hotkey, bt_header_dendrite_uuid: uuid } = headers
  const signature = headers.bt_header_dendrite_signature ?? '0x'
  return verifyOne({
    publicKey: decodeAddress(hotkey),
    text: Buffer.from(`${nonce}.${hotkey}.${receiver}.${uuid}.${headers.computed_body_hash}`),
    signature: Buffer.from(signature.slice(2), 'hex'),
  })
}
