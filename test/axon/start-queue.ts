import { EventEmitter, once } from 'node:events'
import { prompting } from '#dist/dialects/prompting.js'
import type { DevelopmentAxonOptions } from '#dist/testing/start-axon.js'
import { sdk } from '../support/sdk.ts'
import { send, signedRequest, type Wanted } from '../support/signed-request.ts'
import { HeldMiner, startAxon } from '../support/start-axon.ts'

/** A request whose one message is this. */
export function saying(message: string, wanted: Wanted = {}) {
  return signedRequest({ fields: { roles: ['user'], messages: [message] }, ...wanted })
}

/** An axon with few places, whose miner answers when told to. */
export async function startQueue(options: Partial<DevelopmentAxonOptions> = {}) {
  const miner = new HeldMiner()
  const { synapses, ...dialect } = prompting(sdk)
  const { Prompting } = synapses
  const read = new EventEmitter()
  const body = Prompting!.body.refine(() => {
    read.emit('read')
    return true
  })
  const axon = await startAxon({
    miner,
    concurrency: 1,
    queue: 2,
    dialect: { ...dialect, synapses: { Prompting: { ...Prompting!, body } } },
    ...options,
  })
  return {
    axon,
    miner,
    /** Sends it, and returns when it stands in line. */
    async wait(message: string, how: Parameters<typeof send>[2] = {}, wanted: Wanted = {}) {
      const isRead = once(read, 'read')
      const reply = send(axon.url, saying(message, wanted), how)
      reply.catch(() => {}) // the test that cares looks at it later
      await isRead
      await new Promise(setImmediate)
      return { reply }
    },
    [Symbol.asyncDispose]: () => axon[Symbol.asyncDispose](),
  }
}
