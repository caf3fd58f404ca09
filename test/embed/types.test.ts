import assert from 'node:assert/strict'
import { existsSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const dist = fileURLToPath(new URL('../../dist', import.meta.url))

describe('the types of bittensor-miner/embed', () => {
  it('name no type of tsyringe or oclif, whose other copies would not fit', () => {
    const foreign = foreignTypes(join(dist, 'embed/index.d.ts'))
    assert.ok(foreign.has('zod'))
    assert.deepEqual(
      [...foreign].filter(name => /^(tsyringe|reflect-metadata|@oclif\/|fastify|pino)/.test(name)),
      [],
    )
  })

  it('leave bittensor-miner types only', async () => {
    assert.deepEqual(Object.keys(await import('bittensor-miner')), [])
  })
})

/** Returns the packages that a declaration file names, with those that it imports. */
function foreignTypes(file: string, seen = new Set<string>()): Set<string> {
  const found = new Set<string>()
  if (seen.has(file)) return found
  seen.add(file)
  const text = readFileSync(file, 'utf8')
  for (const [, address] of text.matchAll(/(?:from|import)\s*\(?\s*'([^']+)'/g)) {
    if (!address!.startsWith('.')) found.add(address!)
    else {
      const next = join(dirname(file), address!.replace(/\.js$/, '.d.ts'))
      assert.ok(existsSync(next), next)
      for (const name of foreignTypes(next, seen)) found.add(name)
    }
  }
  return found
}
