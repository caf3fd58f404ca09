// Loaded before the program by `node --import`: a miner whose close never settles, and which keeps the program alive.
import { root } from '#dist/app/container.js'
import { MINER, RESOURCES } from '#dist/app/tokens.js'

root.register(MINER, {
  useFactory: from => {
    setInterval(() => {}, 1000)
    from.resolve(RESOURCES).own({ [Symbol.asyncDispose]: () => new Promise<void>(() => {}) })
    return Promise.resolve({
      async *prompt() {
        yield 'answer'
        return { model: 'clinging', finishReason: 'stop' }
      },
    })
  },
})
