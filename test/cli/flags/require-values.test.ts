import assert from 'node:assert/strict'
import { runMiner } from '../../support/miner-process.ts'

describe('a flag without its value', () => {
  for (const [flag, ...words] of [
    ['--model', '--stream', 'hi'],
    ['--openai.suffix', '-x', 'hi'],
    ['--system-prompt', '--foo', 'hi'],
    ['-m', '--stream', 'hi'],
    ['--model', '--', 'hi'],
    ['--config', '--verbose', 'hi'],
  ] as const)
    it(`does not take the next one for it: ${flag} ${words.join(' ')}`, async () => {
      const { code, stdout, stderr } = await runMiner(['prompt', flag, ...words, '--base-url', 'http://127.0.0.1:1'])
      const hint = `${flag}=VALUE, also where it begins with a dash`
      assert.deepEqual([code, stdout], [2, ''])
      assert.equal(stderr, `error: ${flag} needs a value\n  try: ${hint}\n`)
    })

  it('takes a value with dashes behind an equals sign, and a negative number', async () => {
    const shown = await runMiner([
      ...['config', 'show', '--json', '--api', 'completions', '--openai.suffix=-x', '--system-prompt=--foo'],
      ...['--presence-penalty', '-0.5'],
    ])
    const { openai } = JSON.parse(shown.stdout).values
    assert.deepEqual([openai.suffix, openai.systemPrompt, openai.presencePenalty], ['-x', '--foo', -0.5])
  })
})
