// An OpenAI-compatible endpoint, for `fork`: sends its port to the parent, and streams a short answer with its usage.
import { createServer } from 'node:http'

const answer = [
  ...['Hello', ' there', '!'].map(content =>
    chunk({ choices: [{ index: 0, delta: { content }, finish_reason: null }] }),
  ),
  chunk({ choices: [{ index: 0, delta: {}, finish_reason: 'stop' }] }),
  chunk({ choices: [], usage: { prompt_tokens: 20, completion_tokens: 3, total_tokens: 23 } }),
  'data: [DONE]\n\n',
].join('')

const server = createServer((request, response) => {
  request.resume().on('end', () => response.writeHead(200, { 'content-type': 'text/event-stream' }).end(answer))
})
process.on('disconnect', () => process.exit())
server.listen(0, '127.0.0.1', () => process.send(server.address().port))

function chunk(fields) {
  return `data: ${JSON.stringify({ id: 'chatcmpl-1', object: 'chat.completion.chunk', model: 'bench', ...fields })}\n\n`
}
