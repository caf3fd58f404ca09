import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { checkNodeVersion } from '#dist/doctor/machine/node-version.js'

describe('the check of Node', () => {
  it('tells what runs, and what is needed', () => {
    assert.deepEqual(checkNodeVersion('24.1.0', '>=22.15'), {
      verdict: 'ok',
      message: 'Node 24.1.0',
      how: 'process.versions.node, and engines.node of package.json: >=22.15',
    })
  })

  it('leaves an older Node to the program itself, which refuses one below what package.json needs', () => {
    const { engines } = JSON.parse(readFileSync('package.json', 'utf8'))
    const [, major, minor] = /^>=(\d+)\.(\d+)$/.exec(engines.node)!
    const program = readFileSync('bin/run.js', 'utf8')
    assert.ok(program.includes(`major < ${major} || (major === ${major} && minor < ${minor})`))
  })
})
