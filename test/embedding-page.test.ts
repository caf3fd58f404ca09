import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { run } from './support/child-process.ts'

// The program that docs/embedding.md shows, run.
const page = readFileSync('docs/embedding.md', 'utf8')
const [, source = ''] = /^```ts\n(.*?)^```$/ms.exec(page) ?? []
const [, output = ''] = /^It prints\n\n((?: {4}.*\n)+)/m.exec(page) ?? []

describe('docs/embedding.md', () => {
  it('shows a program of about twenty lines, and what it prints', async () => {
    assert.ok(source.split('\n').length < 26)
    const args = ['--input-type=module-typescript', '--eval', source]
    const { code, stdout, stderr } = await run(process.execPath, args)
    assert.deepEqual([code, stdout, stderr], [0, output.replaceAll(/^ {4}/gm, ''), ''])
  })

  it('shows how a dendrite asks, and what it prints', async () => {
    const [, asking = ''] = /^```ts\n(import \{ AXON, DENDRITE.*?)^```$/ms.exec(page) ?? []
    const [, printed] = / \/\/ (200 .*)$/m.exec(asking) ?? []
    const { code, stdout, stderr } = await run(process.execPath, ['--input-type=module-typescript', '--eval', asking])
    assert.deepEqual([code, stdout, stderr], [0, `${printed}\n`, ''])
  })

  it('lists every option, and every token and error that is exported', async () => {
    const exported = await import('bittensor-miner/embed')
    for (const name of [...Object.keys(exported), 'use', 'dialect', 'settings', 'provide', 'hotkey', 'log'])
      assert.ok(page.includes(`\`${name}\``) || page.includes(`${name}(`), name)
  })
})
