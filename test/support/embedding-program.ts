// A program that embeds a miner, in a process of its own: it asks the miner, serves it, asks the axon, closes, and prints
// what the miner's code read of the process and left in it. It never calls `process.exit`.
import { AXON, DENDRITE, MINER, openMiner } from 'bittensor-miner/embed'

const { MODEL_URL } = process.env
const reads = new Set<string>()
const ours = new URL('../../dist/', import.meta.url).href
const byUs = () => new Error().stack?.split('\n')[4]?.includes(ours)
const note = (name: string) => void (byUs() && reads.add(name))
const env = process.env
process.env = new Proxy(env, {
  get(target, name: string) {
    note(`env.${name}`)
    return target[name]
  },
})
for (const name of ['argv', 'stdin', 'stdout', 'stderr'] as const) {
  const value = process[name]
  Object.defineProperty(process, name, {
    get() {
      note(name)
      return value
    },
  })
}
process.exit = () => {
  throw new Error('process.exit was called')
}
const listeners = () => process.eventNames().flatMap(name => process.listeners(name as 'exit').map(() => String(name)))
const before = listeners()

const scope = await openMiner({
  settings: {
    openai: { baseUrl: MODEL_URL, idleTimeout: '12s' },
    axon: { host: '127.0.0.1', port: 0 },
    policy: { allow: ['5FHneW46xGXgs5mUiveU4sbTyGBzmstUspZC92UhjJM694ty'] },
  },
  hotkey: '//Bob',
})
const miner = await scope.resolve(MINER)
const asked = { id: '1', signal: AbortSignal.timeout(60_000), deadline: Date.now() + 60_000 }
let answer = ''
for await (const piece of miner.prompt({ messages: [{ role: 'user', content: 'hi' }] }, asked)) answer += piece
const { url, hotkey } = await scope.resolve(AXON)
const dendrite = await scope.resolve(DENDRITE)
const { status } = await dendrite.ask({
  url: new URL(url),
  receiver: hotkey,
  synapse: 'Prompting',
  fields: { roles: ['user'], messages: ['hi'], completion: '' },
  required: ['roles', 'messages'],
  hashed: ['messages'],
  timeoutMs: 60_000,
})
const added = listeners().slice(before.length)
await scope.close()
process.stdout.write(
  JSON.stringify({ answer, status, reads: [...reads], added, after: listeners().slice(before.length) }),
)
