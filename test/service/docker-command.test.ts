import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { PROGRAM } from '#dist/service/container.js'
import { dockerRun } from '#dist/service/docker-command.js'
import type { Service } from '#dist/service/service.js'

const hostile = `/a b/$(id)/it's/"c,d"/%e\\f`

const service: Service = {
  name: 'miner',
  version: '1.2.3',
  nodeVersion: '24.0.0',
  node: '/usr/bin/node',
  program: '/opt/miner/bin/run.js',
  args: [`--config=${hostile}`],
  variables: new Map([['MINER_OPENAI_SYSTEM_PROMPT', 'say "hi" to $USER\n`id`']]),
  secrets: {
    files: [{ path: 'openai.endpoints[1].apiKey', file: `${hostile}.key` }],
    credentials: [],
    variables: ['MY_KEY'],
  },
  files: [hostile],
  hotkeyFile: '/w/hotkeys/default',
  logFile: { path: '/var/log/the miner/log', folder: 'missing' },
  owner: { uid: 1000, gid: 100, name: 'me' },
  home: '/home/me',
  dataFolder: undefined,
  port: 8091,
  host: undefined,
  trustedProxies: [],
  localServers: [],
  admin: { port: undefined, host: '127.0.0.1', allowHost: [], typed: [], filed: [] },
  stopSeconds: 45,
}

describe('PROGRAM', () => {
  it('is what the Dockerfile runs', () => {
    const dockerfile = readFileSync(new URL('../../deploy/Dockerfile', import.meta.url), 'utf8')
    const [, words = ''] = /^ENTRYPOINT (.*)$/m.exec(dockerfile)!
    assert.equal(JSON.parse(words).at(-1), PROGRAM)
  })
})

/** The words that a shell makes of the command. */
function wordsOf(command: string): readonly string[] {
  const script = `docker() { printf '%s\\0' "$@"; }; ${command}`
  return execFileSync('sh', ['-c', script], { encoding: 'utf8' }).split('\0').slice(0, -1)
}

describe('dockerRun', () => {
  const words = wordsOf(dockerRun(service, '/srv/it is'))
  const valuesOf = (flag: string) => words.flatMap((word, at) => (words[at - 1] === flag ? [word] : []))

  it('hands each value to Docker as it is, whatever a shell and CSV make of it', () => {
    assert.ok(valuesOf('--env').includes('MINER_OPENAI_SYSTEM_PROMPT=say "hi" to $USER\n`id`'))
    assert.deepEqual(words.slice(-3), ['bittensor-miner:1.2.3', 'serve', `--config=${hostile}`])
    const csv = hostile.replaceAll('"', '""')
    assert.deepEqual(valuesOf('--mount'), [
      'type=bind,src=/srv/it is/data/miner,dst=/data',
      'type=bind,src=/var/log/the miner,dst=/var/log/the miner',
      `type=bind,"src=${csv}","dst=${csv}",readonly`,
      'type=bind,src=/w/hotkeys/default,dst=/w/hotkeys/default,readonly',
      `type=bind,"src=${csv}.key","dst=${csv}.key",readonly`,
    ])
  })

  it('runs as the owner of the hotkey, and lets the container write its folder of data only', () => {
    assert.deepEqual(valuesOf('--user'), ['1000:100'])
    for (const flag of ['--read-only', '--init']) assert.ok(words.includes(flag))
    assert.deepEqual(valuesOf('--cap-drop'), ['ALL'])
    assert.deepEqual(valuesOf('--security-opt'), ['no-new-privileges'])
  })

  it('passes a variable that a secret refers to by its name only', () => {
    assert.ok(valuesOf('--env').includes('MY_KEY'))
  })

  it('publishes the port of the axon at the address that the settings name, and listens on every address', () => {
    for (const [host, published] of [
      ['127.0.0.1', '127.0.0.1:8091:8091'],
      ['::1', '[::1]:8091:8091'],
      ['0.0.0.0', '8091:8091'],
    ] as const) {
      const made = wordsOf(dockerRun({ ...service, host }, '/srv'))
      assert.deepEqual(made[made.indexOf('--publish') + 1], published)
      assert.ok(made.includes('MINER_AXON_HOST=0.0.0.0'))
    }
    assert.ok(!words.some(word => word.startsWith('MINER_AXON_HOST')), 'it does without a setting')
  })

  it('publishes the admin port at the address that the settings name, and has it listen where Docker reaches it', () => {
    const publishedAt = (host: string, allowHost: readonly string[] = []) => {
      const admin = { ...service.admin, port: 9_091, host, allowHost }
      const made = wordsOf(dockerRun({ ...service, admin }, '/srv'))
      return [
        ...made.filter((_, at) => made[at - 1] === '--publish'),
        ...made.filter(word => word.startsWith('MINER_ADMIN_')),
      ]
    }
    const inside = ['MINER_ADMIN_PORT=9091', 'MINER_ADMIN_HOST=0.0.0.0']
    assert.deepEqual(publishedAt('localhost'), ['8091:8091', '127.0.0.1:9091:9091', ...inside])
    assert.deepEqual(publishedAt('::1'), ['8091:8091', '[::1]:9091:9091', ...inside])
    assert.deepEqual(publishedAt('0.0.0.0', ['a.example']), [
      ...['8091:8091', '9091:9091', ...inside],
      'MINER_ADMIN_ALLOW_HOST=["a.example"]',
    ])
    assert.deepEqual(publishedAt('10.0.0.7', ['a.example']), [
      ...['8091:8091', '10.0.0.7:9091:9091', ...inside],
      'MINER_ADMIN_ALLOW_HOST=["a.example","10.0.0.7"]',
    ])
    assert.deepEqual(valuesOf('--publish'), ['8091:8091'], 'none without --admin-port')
  })
})
