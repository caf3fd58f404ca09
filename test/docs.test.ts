import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { existsSync, readdirSync, readFileSync } from 'node:fs'

describe('docs', () => {
  it('say what the code says; npm run docs writes them anew', () => {
    const pages: Record<string, string> = JSON.parse(
      execFileSync(process.execPath, ['scripts/docs.js', '--print'], { encoding: 'utf8' }),
    )
    for (const [path, page] of Object.entries(pages)) assert.equal(readFileSync(path, 'utf8'), page, path)
  })

  it('name files that there are', () => {
    const pages = readdirSync('docs').filter(name => name.endsWith('.md') && name !== 'decisions.md')
    const named = pages.flatMap(page => {
      const text = readFileSync(`docs/${page}`, 'utf8')
      return [...text.matchAll(/`(?:src\/)?((?!src\/)[a-z]+\/[a-z/-]+\.ts)`/g)].map(
        ([, path]) => `${page}: src/${path}`,
      )
    })
    assert.ok(named.length > 20)
    assert.deepEqual(
      named.filter(path => !existsSync(path.replace(/^.*: /, ''))),
      [],
    )
  })
})
