import assert from 'node:assert/strict'
import { execFileSync, spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { LiveRun } from '../support/cli.ts'
import { runMiner } from '../support/miner-process.ts'
import { linkedPlugins, type PluginFolder } from '../support/plugins.ts'
import { hasTerminal, onTerminal } from '../support/terminal.ts'

/** Words in which one shell or another finds something to run, to expand, or the end of a quoted text. */
const traps = [
  '$HOME',
  'a b',
  '$(touch PWNED)',
  '`touch PWNED`',
  "it's; touch PWNED #",
  'its\u2019; New-Item PWNED #',
  '"; touch PWNED; "',
  '%s%n\\n',
  '<%= PWNED %>',
  '[x]:y',
  '*',
]

const trapMiner = `
const traps = ${JSON.stringify(traps)}
export default ({ defineMiner, z }) => defineMiner({
  name: 'trap',
  summary: traps.join(' '),
  settings: z.object({
    mode: z.enum(traps).optional().describe(traps.join(' ')),
    kind: z.enum(['one:two', 'one:three', 'x=y', 'red car']).optional().describe('colons'),
  }),
  create: () => ({ async *prompt() { return { model: 'trap', finishReason: 'stop' } } }),
})
`

/** What is completed in every shell: the words before the cursor, and the only way to go on. */
const completed = [
  ['prompt --use ech', 'prompt --use echo'],
  ['prompt hi --use=ech', 'prompt hi --use=echo'],
  ['serve --dev --dialect rea', 'serve --dev --dialect readyai'],
  ['prompt --use echo --pref', 'prompt --use echo --prefix'],
  ['prompt hi --no-str', 'prompt hi --no-stream'],
  ['config show --orig', 'config show --origin'],
  ['plugins:install --forc', 'plugins:install --force'],
  ['plugins inst', 'plugins install'],
  ['plug', 'plugins'],
] as const

/** The same with values that must be quoted, as the shells of POSIX do it. */
const escaped = [
  ['prompt --mode a', 'prompt --mode a\\ b'],
  ['prompt --mode=a', 'prompt --mode=a\\ b'],
  ["prompt --mode 'a", "prompt --mode 'a b'"],
  ['prompt --mode \\$H', 'prompt --mode \\$HOME'],
  ['prompt --mode \\$\\(', 'prompt --mode \\$\\(touch\\ PWNED\\)'],
  ['prompt --kind x', 'prompt --kind x=y'],
  ['prompt --kind one:tw', 'prompt --kind one:two'],
  ['prompt --kind=one:th', 'prompt --kind=one:three'],
] as const

describe('completion', () => {
  let plugins: PluginFolder
  /** where the shells run, so that what a trap writes is found */
  let folder: string
  before(async () => {
    plugins = linkedPlugins({
      'miner-trap': {
        'package.json': { oclif: { contract: 1, miners: { trap: './index.js' } } },
        'index.js': trapMiner,
      },
    })
    folder = join(plugins.folder, 'a folder')
    mkdirSync(folder)
    const { code, stdout, stderr } = await runMiner(['autocomplete', '--refresh-cache'], {
      // Whoever has chosen a miner wants to complete the flags of all.
      env: { ...plugins.env, MINER_CACHE_DIR: join(folder, "it's"), MINER_USE: 'echo' },
      cwd: folder,
    })
    assert.equal(code, 0, stderr)
    assert.equal(stdout, '')
  })
  after(() => plugins[Symbol.dispose]())

  const scriptFile = (...path: string[]) => join(folder, "it's", 'autocomplete', 'functions', ...path)
  const nothingRan = () => assert.equal(existsSync(join(folder, 'PWNED')), false, 'a text of the plugin was run')

  for (const [shell, path] of [
    ['bash', ['bash', 'miner.bash']],
    ['zsh', ['zsh', '_miner']],
    ['powershell', ['powershell', 'miner.ps1']],
  ] as const) {
    it(`knows the flags of all miners and of the host in ${shell}`, () => {
      const text = readFileSync(scriptFile(...path), 'utf8')
      for (const flag of 'max-tokens base-url prefix use log-level axon-port network dev roles help'.split(' '))
        assert.ok(text.includes(`'--${flag}`), flag)
    })

    it(`says how ${shell} reads it, from a folder of any name`, async () => {
      const env = { ...plugins.env, MINER_CACHE_DIR: join(folder, "it's") }
      const {
        shell: named,
        startup,
        line,
      } = JSON.parse((await runMiner(['autocomplete', shell, '--json'], { env })).stdout)
      assert.equal(named, shell)
      const { stdout } = await runMiner(['autocomplete', shell], { env })
      assert.equal(
        stdout,
        `To complete miner in ${shell}, add this line to ${startup} and open a new shell:\n\n  ${line}\n`,
      )
    })
  }

  it('refuses a shell that it cannot complete, and names those that it can', async () => {
    const env = { ...plugins.env, SHELL: '/usr/bin/fish' }
    const hint = '  try: name one of bash, zsh, powershell\n'
    const typed = await runMiner(['autocomplete', 'fish'], { env })
    assert.deepEqual([typed.code, typed.stderr], [2, `error: there is no completion for that shell\n${hint}`])
    const inUse = await runMiner(['autocomplete'], { env })
    assert.deepEqual(
      [inUse.code, inUse.stderr],
      [2, `error: there is no completion for the shell in use, fish\n${hint}`],
    )
  })

  it('comes to an end where the system lets nobody make a folder', async function () {
    if (!existsSync('/proc/self')) this.skip()
    const { code, stderr } = await runMiner(['autocomplete', 'bash'], { env: { MINER_CACHE_DIR: '/proc/x/y' } })
    assert.equal(code, 1)
    assert.match(stderr, /^error: cannot write \/proc\/x: ENOENT\n {2}try: let MINER_CACHE_DIR name a folder/)
  })

  it('says that the cache folder cannot be written', async () => {
    const file = join(folder, 'file')
    writeFileSync(file, '')
    const { code, stderr } = await runMiner(['autocomplete', 'bash'], {
      env: { ...plugins.env, MINER_CACHE_DIR: file },
    })
    assert.equal(code, 1)
    assert.match(stderr, /^error: cannot write \/.*: (ENOTDIR|EEXIST)\n {2}try: let MINER_CACHE_DIR name a folder /)
  })

  /** An interactive shell; `set` makes Tab complete at once, and Ctrl-G print the line that was typed. */
  async function inShell(program: readonly string[], set: string, lines: readonly string[]): Promise<string[]> {
    await using shell: LiveRun = onTerminal([], {
      program: ['env', '-C', folder, 'HOME=/nowhere', ...program],
      columns: 400,
      env: { TERM: 'dumb' },
    })
    const typed: string[] = []
    shell.child.stdin.write(`${set}\necho re''ady\n`)
    await shell.says('ready')
    for (const line of lines) {
      // Ctrl-G prints the line, Ctrl-U clears it.
      shell.child.stdin.write(`miner ${line}\t\u0007`)
      const at = typed.length
      await shell.says(`<${at}:`)
      await shell.says(`:${at}>`)
      const [, text] = new RegExp(`<${at}:miner (.*):${at}>`).exec(shell.said.stdout)!
      typed.push(text!.trimEnd())
      shell.child.stdin.write('\u0015')
    }
    return typed
  }

  describe('in bash', () => {
    /** Completes a line as bash would, without a terminal. */
    function replies(typed: string): string[] {
      const words = [
        'miner',
        ...typed.split(/ |([=:])/).filter((word, at, all) => word !== undefined && (word || all[at - 1] !== '=')),
      ]
      const run = `source "$1"; COMP_LINE=$2; shift 2; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _miner_complete; printf '%s\\n' "\${COMPREPLY[@]}"`
      const args = ['-uc', run, 'bash', scriptFile('bash', 'miner.bash'), `miner ${typed}`, ...words]
      // In the locale C, bash quotes other characters than ASCII as $'…', which begins as the value of one test does.
      const env = { ...process.env, LC_ALL: 'C.UTF-8' }
      return execFileSync('bash', args, { encoding: 'utf8', cwd: folder, env }).split('\n').filter(Boolean)
    }

    for (const [typed, expected] of [
      ['prompt --use e', ['echo']],
      ['prompt hi --use ', ['openai', 'echo', 'trap']],
      ['serve --dev --dialect r', ['readyai']],
      ['serve --dialect=r', ['readyai']],
      ['serve --dialect=', ['prompting', 'gittensor', 'readyai', 'eastworld']],
      ['serve --log-level de', ['debug']],
      ['prompt --use echo --pref', ['--prefix']],
      ['prompt hi --no-str', ['--no-stream']],
      ['config show --orig', ['--origin']],
      ['conf', ['config']],
      ['config sh', ['show']],
      ['plugins:unl', ['unlink']],
      ['create ', ['dialect', 'miner']],
      ['miners --', ['--help', '--json']],
      ['serve --config ', []],
      ['prompt ', []],
    ] as const)
      it(`completes miner ${typed}`, () => assert.deepEqual(replies(typed), expected))

    it('completes words that COMP_WORDBREAKS does not cut, as npm’s completion sets it', () => {
      const run = `source "$1"; COMP_LINE="miner $2"; COMP_WORDS=(miner "$2"); COMP_CWORD=1; _miner_complete; echo "\${COMPREPLY[@]}"`
      const args = ['-uc', run, 'bash', scriptFile('bash', 'miner.bash'), 'plugins:unl']
      assert.equal(execFileSync('bash', args, { encoding: 'utf8' }), 'plugins:unlink\n')
    })

    it('offers only the flags of the command', () => {
      assert.ok(['--model', '--prefix', '--use'].every(flag => replies('prompt --').includes(flag)))
      assert.ok(!replies('prompt --').includes('--axon-port'))
      assert.ok(replies('query --').includes('--wallet-name'))
      assert.ok(!replies('query --').some(flag => ['--model', '--use'].includes(flag)))
    })

    it('runs and expands nothing in the texts of a plugin', () => {
      assert.equal(replies('prompt --mode ').length, traps.length)
      assert.deepEqual(
        replies('prompt --mode=$').map(reply => reply.replaceAll('\\', '')),
        ['$HOME', '$(touch PWNED)'],
      )
      nothingRan()
    })

    it('completes what is typed at a terminal, quoted as it must be', async function () {
      if (!hasTerminal()) this.skip()
      const set = `PS1=; source ${quoted(scriptFile('bash', 'miner.bash'))}; at=0; shown() { printf '<%s:%s:%s>\\n' $at "$READLINE_LINE" $at; ((at++)); }; bind -x '"\\C-g": shown'`
      const cases = [...completed, ...escaped, ['prompt --mode "a', 'prompt --mode "a b"']]
      const typed = await inShell(
        ['bash', '--norc', '--noprofile', '-i'],
        set,
        cases.map(([line]) => line!),
      )
      assert.deepEqual(
        typed,
        cases.map(([, line]) => line),
      )
      nothingRan()
    })
  })

  describe('in zsh', () => {
    before(function () {
      if (!hasTerminal() || !has('zsh')) this.skip()
    })

    it('completes what is typed at a terminal, quoted as it must be', async () => {
      const env = { ...plugins.env, MINER_CACHE_DIR: join(folder, "it's") }
      const { line } = JSON.parse((await runMiner(['autocomplete', 'zsh', '--json'], { env })).stdout)
      const set = `PS1=; unsetopt zle_bracketed_paste 2>/dev/null; ${line.replace(/compinit$/, 'compinit -u -D')}; at=0; shown() { print -r -- "<$at:$BUFFER:$at>"; ((at++)) }; zle -N shown; bindkey '^G' shown; bindkey '^I' complete-word`
      const cases = [...completed, ...escaped, ['prompt --mode "a', 'prompt --mode "a b"']]
      const typed = await inShell(
        ['zsh', '-f', '-i'],
        set,
        cases.map(([line]) => line!),
      )
      assert.deepEqual(
        typed,
        cases.map(([, line]) => line),
      )
      nothingRan()
    })

    it('lists flags and values with what they are for, and runs and expands nothing in them', async () => {
      await using shell = onTerminal([], {
        program: ['env', '-C', folder, 'HOME=/nowhere', 'zsh', '-f', '-i'],
        columns: 400,
        env: { TERM: 'dumb' },
      })
      const set = `PS1=; fpath=(${quoted(scriptFile('zsh'))} $fpath); autoload -Uz compinit; compinit -u -D; bindkey '^I' complete-word`
      shell.child.stdin.write(`${set}\necho re''ady\n`)
      await shell.says('ready')
      shell.child.stdin.write('miner prompt --mo\t\t')
      await shell.says(`-- ${traps.join(' ')} (MINER_TRAP_MODE)`)
      shell.child.stdin.write('\u0015miner prompt --mode \t\t')
      await shell.says('$(touch PWNED)')
      await shell.says('%s%n\\n')
      nothingRan()
    })
  })

  describe('in PowerShell', () => {
    /** A script without its texts, and the texts, by the rules of the language for quotes: no backslash, five quotes. */
    function split(script: string): { code: string; texts: string[] } {
      const quote = /['\u2018-\u201b]/
      const texts: string[] = []
      const code = script
        .replace(/^\s*#.*$/gm, '')
        .replace(
          /"[^"]*"|(['\u2018-\u201b])((?:['\u2018-\u201b]{2}|[^'\u2018-\u201b])*)['\u2018-\u201b]/g,
          (all, open, text) => {
            if (!open) return all
            texts.push(text.replace(new RegExp(`${quote.source}(${quote.source})`, 'g'), '$1'))
            return "''"
          },
        )
      return { code, texts }
    }

    it('has each text of a plugin in single quotes, where PowerShell expands nothing', () => {
      const script = readFileSync(scriptFile('powershell', 'miner.ps1'), 'utf8')
      assert.ok(script.startsWith('\ufeff'), 'version 5.1 reads it as UTF-8')
      const { code, texts } = split(script.slice(1))
      for (const trap of traps) assert.ok(texts.includes(trap), trap)
      assert.ok(texts.includes(`${traps.join(' ')} (MINER_TRAP_MODE)`))
      assert.doesNotMatch(code, /PWNED|HOME/)
    })

    it('completes what is typed', function () {
      if (!has('pwsh')) this.skip()
      const of = (typed: string) => {
        const run = `. $args[0]; (TabExpansion2 -inputScript $args[1] -cursorColumn $args[1].Length).CompletionMatches | ForEach-Object CompletionText`
        const args = [
          '-NoProfile',
          '-Command',
          `& { ${run} } @args`,
          scriptFile('powershell', 'miner.ps1'),
          `miner ${typed}`,
        ]
        return execFileSync('pwsh', args, { encoding: 'utf8', cwd: folder }).split('\n').filter(Boolean)
      }
      for (const [typed, whole] of completed) assert.deepEqual(of(typed), [whole.slice(whole.lastIndexOf(' ') + 1)])
      assert.deepEqual(of('prompt --mode a'), ["'a b'"])
      nothingRan()
    })
  })
})

function has(program: string): boolean {
  return spawnSync(program, ['-c', 'exit 0']).status === 0
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`
}
