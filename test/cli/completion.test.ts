import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { runMiner } from '../support/miner-process.ts'

describe('completion', () => {
  let cache: string
  before(async () => {
    cache = mkdtempSync(join(tmpdir(), 'miner-completion-'))
    const { code, stderr } = await runMiner(['autocomplete', '--refresh-cache'], {
      // Whoever has chosen a miner wants to complete the flags of all.
      env: { MINER_CACHE_DIR: cache, MINER_USE: 'echo' },
    })
    assert.equal(code, 0, stderr)
  })
  after(() => rmSync(cache, { recursive: true, force: true }))

  function script(...path: string[]): string {
    return readFileSync(join(cache, 'autocomplete', 'functions', ...path), 'utf8')
  }

  for (const [shell, path] of [
    ['bash', ['bash', 'miner.bash']],
    ['zsh', ['zsh', '_miner']],
    ['powershell', ['powershell', 'miner.ps1']],
  ] as const) {
    it(`knows the flags of all miners and of the host in ${shell}`, () => {
      const text = script(...path)
      for (const flag of [
        'max-tokens',
        'base-url',
        'prefix',
        'use',
        'log-level',
        'axon-port',
        'network',
        'dev',
        'roles',
      ])
        assert.match(text, new RegExp(`\\b${flag}\\b`), flag)
    })
  }

  it('knows the flags of each command', () => {
    const line = (command: string) =>
      script('bash', 'miner.bash')
        .split('\n')
        .find(text => text.startsWith(`${command} `))!
    assert.match(line('prompt'), / --model .*--prefix .*--use/)
    assert.doesNotMatch(line('prompt'), /--axon-port/)
    assert.match(line('query'), / --wallet-name/)
    assert.doesNotMatch(line('query'), /--model|--use/)
    assert.equal(line('miners'), 'miners --json')
  })

  for (const [typed, expected] of [
    ['prompt --use e', ['echo']],
    ['prompt hi --use ', ['openai', 'echo']],
    ['serve --dev --dialect r', ['readyai']],
    ['serve --dialect=r', ['readyai']],
    ['serve --log-level de', ['debug']],
    ['prompt --use echo --pref', ['--prefix']],
    ['prompt hi --no-str', ['--no-stream']],
    ['config show --orig', ['--origin']],
    ['conf', ['config']],
    ['config sh', ['show']],
    ['serve --config ', []],
  ] as const)
    it(`completes in bash: miner ${typed}`, () => {
      const words = ['miner', ...typed.split(/ |(=)/).filter(word => word !== undefined)]
      const run = `source "$1"; shift; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _miner_complete; echo "\${COMPREPLY[@]}"`
      const file = join(cache, 'autocomplete', 'functions', 'bash', 'miner.bash')
      const found = execFileSync('bash', ['-c', run, 'bash', file, ...words], { encoding: 'utf8' })
      assert.deepEqual(found.trim().split(' ').filter(Boolean), expected)
    })

  it('knows the values that a flag takes', () => {
    const text = script('zsh', '_miner')
    assert.match(text, /--use"\[.*\]:use options:\(openai echo\)"/)
    assert.match(text, /--dialect"\[.*\]:dialect options:\(prompting gittensor readyai eastworld\)"/)
    assert.match(text, /--log-level"\[.*\]:log-level options:\(trace debug info warn error silent\)"/)
  })
})
