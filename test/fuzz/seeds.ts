import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Draft, newDraft } from './draft.ts'

/** A request of a validator, to be signed anew. */
export type Seed = { readonly dialect: string; readonly synapse: string; readonly draft: () => Draft }

/** Where the seeds and the cases of earlier bugs are kept. */
export const CORPUS = join(import.meta.dirname, '../fixtures/fuzz')

/** All seeds, by the name of their file: `prompting.Prompting`. */
export function seedsOf(folder = join(CORPUS, 'seeds')): ReadonlyMap<string, Seed> {
  const files = readdirSync(folder).filter(file => file.endsWith('.http'))
  return new Map(
    files.sort().map(file => [file.slice(0, -'.http'.length), seedOf(file, readFileSync(join(folder, file)))]),
  )
}

function seedOf(file: string, bytes: Buffer): Seed {
  const [dialect = '', synapse = ''] = file.split('.')
  const end = bytes.indexOf('\r\n\r\n')
  const [line = '', ...lines] = bytes.subarray(0, end).toString('latin1').split('\r\n')
  const [method = '', target = ''] = line.split(' ')
  const headers = lines
    .map(text => text.split(/: (.*)/s, 2) as [string, string])
    .map(([name, value]) => [name.toLowerCase(), value] as [string, string])
    .filter(([name]) => name !== 'content-length')
  const body = bytes.subarray(end + 4)
  return {
    dialect,
    synapse,
    draft: () => newDraft(method, target, structuredClone(headers), Buffer.from(body)),
  }
}
