import assert from 'node:assert/strict'
import { runMiner } from '../../support/miner-process.ts'

describe('an unknown flag', () => {
  const elsewhere = 'add --help to see those there are'
  for (const [args, hint] of [
    [['prompt', '--key', 'x', 'hi'], '--api-key'],
    [['serve', '--key', 'x'], '--api-key'],
    [['prompt', '--use', 'echo', '--key', 'x', 'hi'], elsewhere],
    [['prompt', '--modle', 'x', 'hi'], '--model'],
    [['prompt', '--temp', '1', 'hi'], '--temperature'],
    [['prompt', '--tokens', '5', 'hi'], '--max-tokens'],
    [['prompt', '--system', 'x', 'hi'], '--system-prompt'],
    [['prompt', '--debug', 'hi'], '--log-level debug'],
    [['prompt', '--endpoint', 'x', 'hi'], '--base-url'],
    [['serve', '--port', '1'], '--axon-port or --axon-external-port or --admin-port'],
    [['serve', '--hotkey', 'x'], '--wallet-hotkey'],
    [['serve', '--whitelist', 'x'], '--allow'],
    [['serve', '--wallet', 'x'], '--wallet-name or --wallet-hotkey or --wallet-path or --wallet-password'],
    [['query', '--dev', '--axon-port', '8377', 'hi'], '--url http://127.0.0.1:8377'],
    [['query', '--axon.port=x', 'hi'], '--url http://127.0.0.1:PORT'],
    [['serve', '--zebra', 'x'], elsewhere],
    [['check', '--cat', 'x'], elsewhere],
  ] as const)
    it(`miner ${args.join(' ')}: ${hint}`, async () => {
      const { code, stderr } = await runMiner(args)
      assert.equal(code, 2)
      assert.match(stderr, /^error: there is no flag --/)
      assert.ok(stderr.includes(`\n  try: ${hint}\n`), stderr)
    })

  for (const [args, hint] of [
    [['prompt', '--use', 'echo', '- x'], 'put it at the end, after --: -- "- like this"'],
    [['prompt', '- x', '--use', 'echo'], 'put it at the end, after --: -- "- like this"'],
    [['prompt', '--verbose', '- x'], 'put it at the end, after --: -- "- like this"'],
    [
      ['prompt', '--roles', 'user', 'user', '--messages', 'a', '- x'],
      'write it with an equals sign: --messages="- like this"',
    ],
  ] as const)
    it(`miner ${args.join(' ')}: ${hint}`, async () => {
      const { stderr } = await runMiner(args)
      assert.ok(stderr.startsWith(`error: a value that starts with a dash looks like a flag\n  try: ${hint}\n`), stderr)
    })

  it('what the hints for a dash suggest is taken', async () => {
    assert.equal((await runMiner(['prompt', '--use', 'echo', '--', '- x'])).stdout, '- x\n')
    const messages = ['--roles', 'user', '--messages=- x']
    assert.equal((await runMiner(['prompt', '--use', 'echo', ...messages])).stdout, '- x\n')
  })

  it('--json of a command that prints no result says what to read instead', async () => {
    const { message, hint } = JSON.parse((await runMiner(['serve', '--json'])).stdout).error
    assert.match(message, /^serve does not take --json: it writes a log$/)
    assert.match(hint, /^read its log/)
    const help = await runMiner(['help', '--json'])
    assert.equal(help.code, 2)
    assert.equal(JSON.parse(help.stdout).error.message, 'help has no --json, because it is text for people')
  })

  it('a word too many is told by what it may be', async () => {
    const hintOf = async (...args: string[]) => /try: (.*)\n/.exec((await runMiner(args)).stderr)?.[1]
    assert.equal(await hintOf('prompt', 'hi', 'you'), 'put a text with spaces in quotes')
    assert.equal(await hintOf('query', 'hi', 'you', '--dev'), 'put a text with spaces in quotes')
    assert.equal(await hintOf('serve', '--dev=yes'), '--dev takes no value')
    const dashes = 'leave out --: no word after it is a flag'
    assert.equal(await hintOf('config', 'show', '--origin', '--', '--netuid', '3'), dashes)
    assert.equal(await hintOf('create', 'miner', 'a', 'b'), 'add --help to see what the command takes')
  })

  it('a duration is told by its form or its range', async () => {
    const told = async (text: string) => (await runMiner(['prompt', '--use', 'echo', '--timeout', text, 'hi'])).stderr
    const form = 'error: --timeout must be a duration such as 500ms, 12s, 5m or 1h, not "1x"\n  try: --timeout 12s\n'
    assert.equal(await told('1x'), form)
    assert.equal(await told('5h'), 'error: --timeout must be between 100ms and 1h, not "5h"\n  try: --timeout 1h\n')
    assert.equal(
      await told('1ms'),
      'error: --timeout must be between 100ms and 1h, not "1ms"\n  try: --timeout 100ms\n',
    )
  })
})
