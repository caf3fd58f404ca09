import assert from 'node:assert/strict'
import { Resources } from '#dist/app/resources.js'

describe('resources', () => {
  it('closes in reverse order of building, each after the one before', async () => {
    const closed: string[] = []
    const resources = new Resources()
    resources.own({ [Symbol.dispose]: () => void closed.push('first') })
    resources.own({
      async [Symbol.asyncDispose]() {
        await new Promise(setImmediate)
        closed.push('second')
      },
    })
    resources.own({ [Symbol.dispose]: () => void closed.push('third') })
    await resources[Symbol.asyncDispose]()
    await resources[Symbol.asyncDispose]()
    assert.deepEqual(closed, ['third', 'second', 'first'])
  })

  it('closes the others when one cannot be closed', async () => {
    const closed: string[] = []
    const [broken, alsoBroken] = [new Error('broken'), new Error('also broken')]
    const resources = new Resources()
    resources.own({ [Symbol.dispose]: () => void closed.push('first') })
    resources.own({
      [Symbol.dispose]() {
        throw broken
      },
    })
    await assert.rejects(resources[Symbol.asyncDispose](), broken)
    assert.deepEqual(closed, ['first'])

    const others = new Resources()
    for (const error of [broken, alsoBroken])
      others.own({
        async [Symbol.asyncDispose]() {
          throw error
        },
      })
    await assert.rejects(others[Symbol.asyncDispose](), { name: 'AggregateError', errors: [alsoBroken, broken] })
  })

  it('closes at once what is built after the others were closed', async () => {
    const closed: string[] = []
    const resources = new Resources()
    await resources[Symbol.asyncDispose]()
    const late = { [Symbol.dispose]: () => void closed.push('late') }
    assert.throws(() => resources.own(late), { code: 'SCOPE_CLOSED' })
    assert.deepEqual(closed, ['late'])
  })

  it('waits for what is closed late, too', async () => {
    const { promise: mayClose, resolve: close } = Promise.withResolvers<void>()
    const resources = new Resources()
    await resources[Symbol.asyncDispose]()
    let isClosed = false
    const late = {
      async [Symbol.asyncDispose]() {
        await mayClose
        isClosed = true
      },
    }
    assert.throws(() => resources.own(late), { code: 'SCOPE_CLOSED' })
    const closing = resources[Symbol.asyncDispose]()
    close()
    await closing
    assert.equal(isClosed, true)
  })
})
