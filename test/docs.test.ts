import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { refusals } from '#dist/wires/refusal.js'
import { refusalMeanings } from '../scripts/refusal-meanings.js'

describe('docs', () => {
  it('say what the code says; npm run docs writes them anew', () => {
    const pages: Record<string, string> = JSON.parse(
      execFileSync(process.execPath, ['scripts/docs.js', '--print'], { encoding: 'utf8' }),
    )
    for (const [path, page] of Object.entries(pages)) assert.equal(readFileSync(path, 'utf8'), page, path)
  })

  it('say what each refusal means and how to fix it', () => {
    assert.deepEqual(Object.keys(refusalMeanings), Object.keys(refusals))
    for (const [code, { meaning, remedy }] of Object.entries(refusalMeanings)) {
      assert.ok(meaning, code)
      assert.match(remedy, /^(caller|operator): /, code)
    }
  })

  it('list every decision in the index, with what lost', () => {
    const page = readFileSync('docs/decisions.md', 'utf8')
    const entries = page.split(/^## /m).slice(1)
    const index = entries.map(entry => {
      const [heading = ''] = entry.split('\n')
      const [date = '', title = ''] = heading.split(' · ')
      const anchor = heading
        .toLowerCase()
        .replaceAll(/[^\w\- ]/g, '')
        .replaceAll(' ', '-')
      return `| ${date} | [${title}](#${anchor}) |`
    })
    assert.ok(page.includes(`\n${index.join('\n')}\n\n## `))
    assert.deepEqual(
      entries.filter(entry => !entry.includes('\n**Lost:** ')),
      [],
    )
  })

  const pages = readdirSync('docs')
    .filter(name => name.endsWith('.md') && name !== 'decisions.md')
    .map(page => ({ page, text: readFileSync(`docs/${page}`, 'utf8') }))

  it('name files that there are', () => {
    const outside = /^(bench|bin|examples|scripts|test)\//
    const named = pages.flatMap(({ page, text }) => [
      ...[...text.matchAll(/`(?:src\/)?((?!src\/)[a-z]+\/[a-z/-]+\.ts)`/g)]
        .filter(([, path = '']) => !outside.test(path))
        .map(([, path]) => `${page}: src/${path}`),
      ...[...text.matchAll(/\b(?:bench|scripts|test)\/[a-z/.-]+\.(?:[jt]s|sh)\b/g)].map(([path]) => `${page}: ${path}`),
    ])
    assert.ok(named.length > 20)
    assert.deepEqual(
      named.filter(path => !existsSync(path.replace(/^.*: /, ''))),
      [],
    )
  })

  it('name scripts of npm that there are', () => {
    const { scripts } = JSON.parse(readFileSync('package.json', 'utf8'))
    const named = pages.flatMap(({ page, text }) =>
      [...text.matchAll(/\bnpm run ([a-z0-9:]+)/g)].map(([, script = '']) => ({ page, script })),
    )
    assert.ok(named.length > 5)
    assert.deepEqual(
      named.filter(({ script }) => !Object.hasOwn(scripts, script)),
      [],
    )
  })
})
