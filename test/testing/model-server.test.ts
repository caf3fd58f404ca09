import assert from 'node:assert/strict'
import { answered, said, startModelServer } from '#dist/testing/index.js'

describe('the testing kit: startModelServer', () => {
  const post = (url: string, body: object) =>
    fetch(`${url}/chat/completions`, { method: 'POST', body: JSON.stringify(body) })

  it('sends its script as a whole answer', async () => {
    await using model = await startModelServer(said('Good', ' day'))
    const completion = (await (await post(model.url, { model: 'm' })).json()) as Completion
    assert.equal(completion.choices[0]!.message.content, 'Good day')
  })

  it('streams its script piece by piece when the request asks for a stream', async () => {
    await using model = await startModelServer(said('Good', ' day'))
    const text = await (await post(model.url, { stream: true })).text()
    assert.deepEqual(
      [...text.matchAll(/"content":"([^"]*)"/g)].map(([, piece]) => piece),
      ['Good', ' day'],
    )
    assert.match(text, /\n\ndata: \[DONE\]\n\n$/)
  })

  it('records its requests, and changes its behaviour', async () => {
    await using model = await startModelServer()
    await (await post(model.url, { model: 'm', seed: 7 })).text()
    model.behaviour = answered(429, { error: { message: 'slow down' } })
    assert.equal((await post(model.url, {})).status, 429)
    const [first] = model.requests
    assert.deepEqual(
      { path: first!.path, body: first!.body },
      { path: '/v1/chat/completions', body: { model: 'm', seed: 7 } },
    )
    assert.equal(model.requests.length, 2)
  })
})

type Completion = { choices: { message: { content: string } }[] }
