// An OpenAI-compatible endpoint, for `fork`: sends its port to the parent, and streams as the question asks, which is
// JSON: `pieces`, `everyMs`; `stamped`: each piece is its send time; `held`: pauses half-way until the message 'go on'.
import { createServer } from 'node:http'
import { json } from 'node:stream/consumers'
import { setTimeout as sleep } from 'node:timers/promises'
import { pieceOf } from './stream-text.js'

let goOn = Promise.withResolvers()
process.on('message', () => {
  goOn.resolve()
  goOn = Promise.withResolvers()
})
process.on('disconnect', () => process.exit())

const server = createServer(async (request, response) => {
  const { messages } = await json(request)
  const { pieces, everyMs, stamped = false, held = false, caller = 0 } = JSON.parse(messages.at(-1).content)
  const resumed = goOn.promise
  response.writeHead(200, { 'content-type': 'text/event-stream' })
  for (let at = 0; at < pieces && !response.destroyed; at++) {
    if (everyMs > 0 && at > 0) await sleep(everyMs)
    if (held && at === pieces / 2) await resumed
    const content = stamped ? `${process.hrtime.bigint()};` : pieceOf(caller, at)
    if (!response.write(event({ content }))) await new Promise(resolve => response.once('drain', resolve))
  }
  response.end(`${event({}, 'stop')}data: [DONE]\n\n`)
})
server.listen(0, '127.0.0.1', () => process.send(server.address().port))

function event(delta, finish_reason = null) {
  const choices = [{ index: 0, delta, finish_reason }]
  return `data: ${JSON.stringify({ id: 'chatcmpl-1', object: 'chat.completion.chunk', model: 'bench', choices })}\n\n`
}
