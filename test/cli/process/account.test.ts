import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { run } from '../../support/child-process.ts'
import { program } from '../../support/cli.ts'

/** The ways to run under a user id that passwd does not have; the second needs no privileges. */
const ways = [
  ['setpriv', '--reuid=12345', '--regid=12345', '--clear-groups'],
  ['unshare', '--user', '--map-user=12345'],
]

describe('a user id without an entry in passwd', () => {
  const way = ways.find(([command, ...args]) => spawnSync(command!, [...args, process.execPath, program, '-h']).pid)

  for (const [name, ...variables] of [
    ['with HOME, as in a container', '-u', 'SHELL', 'HOME=/'],
    ['without HOME', '-u', 'HOME', '-u', 'SHELL'],
    ['with an empty HOME', '-u', 'SHELL', 'HOME='],
  ])
    it(`runs commands ${name}`, async function () {
      if (!way) return this.skip()
      const [command, ...args] = way
      // The test run's own folders belong to another user.
      const unset = ['CONFIG', 'DATA', 'CACHE'].flatMap(kind => ['-u', `MINER_${kind}_DIR`])
      for (const words of [['--version'], ['config', 'show'], ['prompt', 'hi', '--use', 'echo']]) {
        const miner = [process.execPath, program, ...words]
        const { code, stdout, stderr } = await run(command!, [...args, 'env', ...unset, ...variables, ...miner])
        assert.deepEqual({ code, stderr }, { code: 0, stderr: '' }, words.join(' '))
        assert.notEqual(stdout, '')
      }
    })
})
