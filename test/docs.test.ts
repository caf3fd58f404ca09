import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'

describe('docs', () => {
  it('say what the code says; npm run docs writes them anew', () => {
    const pages: Record<string, string> = JSON.parse(
      execFileSync(process.execPath, ['scripts/docs.js', '--print'], { encoding: 'utf8' }),
    )
    for (const [path, page] of Object.entries(pages)) assert.equal(readFileSync(path, 'utf8'), page, path)
  })
})
