// Loaded before the program by `node --import`: a miner whose error contains all of its settings.
import { root } from '#dist/app/container.js'
import { CONFIGURATION, MINER } from '#dist/app/tokens.js'

root.register(MINER, {
  useFactory: from =>
    Promise.reject(
      Object.assign(new Error(`no use for ${JSON.stringify(from.resolve(CONFIGURATION).values)}`), {
        hint: JSON.stringify(from.resolve(CONFIGURATION).values),
      }),
    ),
})
