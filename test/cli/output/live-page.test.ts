import assert from 'node:assert/strict'
import { program } from '../../support/cli.ts'
import { hasTerminal, onTerminal } from '../../support/terminal.ts'

const page = new URL('dist/cli/output/live-page.js', `file://${program}/../../`)

describe('a live page', () => {
  before(function () {
    if (!hasTerminal()) this.skip()
  })

  // The terminal of the tests has 50 rows.
  it('never scrolls: a page longer than the terminal says how many lines it leaves out', async () => {
    const code = `
      const { LivePage } = await import(${JSON.stringify(page.href)})
      const live = new LivePage()
      live.show(Array.from({ length: 60 }, (_, at) => 'line ' + at).join('\\n') + '\\n')
      live.show('short\\n')`
    await using run = onTerminal(['--input-type=module', '-e', code], { program: [process.execPath] })
    const { code: exit, stdout } = await run.ended
    assert.equal(exit, 0, stdout)
    const [before, first, second] = stdout.replaceAll('\r', '').split('\u001b[H')
    assert.equal(before, '\u001b[2J')
    const lines = first!.split('\u001b[K\n')
    assert.deepEqual([lines.length, lines[47], lines[48]], [50, 'line 47', '… 12 more lines'])
    assert.equal(second, 'short\u001b[K\n\u001b[J')
  })
})
