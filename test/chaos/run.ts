// `npm run chaos`: many callers and two endpoints that fail in every way. Checks what must hold nevertheless, and exits
// with 1 when it does not.
import { parseArgs } from 'node:util'
import { type Chaos, chaos } from './chaos.ts'
import { promises } from './promises.ts'

const { values } = parseArgs({
  options: {
    seed: { type: 'string', default: String(Math.floor(Math.random() * 2 ** 31)) },
    seconds: { type: 'string', default: '60' },
    questions: { type: 'string', default: '2000' },
  },
})
const seed = Number(values.seed)
print(`chaos: seed ${seed}`)

const run = await chaos({ seed, seconds: Number(values.seconds), questions: Number(values.questions) })
print(summary(run))
let isBroken = false
for (const { promise, found, bound, holds } of promises(run)) {
  isBroken ||= !holds
  print(`${holds ? 'ok    ' : 'BROKEN'} ${promise}: ${found} (${bound})`)
}
if (isBroken) print(`reproduce with: npm run chaos -- --seed ${seed}`)
process.exitCode = isBroken ? 1 : 0

function summary({ asked, seconds, endpoints }: Chaos): string {
  const kinds = count(asked.map(({ outcome: { kind, what } }) => (kind === 'refused' ? `${kind} ${what}` : kind)))
  const lines = endpoints.map(({ name, served, handshakes }) => {
    const faulty = served.filter(({ did }) => did !== 'answered')
    return `${name}: ${served.length} requests, ${faulty.length} with faults of ${new Set(faulty.map(({ did }) => did)).size} kinds, ${handshakes} failed handshakes`
  })
  const pace = `${asked.length} questions in ${seconds.toFixed(1)} s`
  return [pace, ...Object.entries(kinds).map(([kind, times]) => `  ${times} ${kind}`), ...lines].join('\n')
}

function count(names: readonly string[]): Record<string, number> {
  const counts: Record<string, number> = {}
  for (const name of names.toSorted()) counts[name] = (counts[name] ?? 0) + 1
  return counts
}

function print(text: string): void {
  process.stdout.write(`${text}\n`)
}
