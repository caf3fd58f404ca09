import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { serviceManager } from '#dist/cli/process/service-manager.js'

describe('serviceManager', () => {
  let folder: string
  const warnings: unknown[] = []
  const log = { warn: (record: unknown) => void warnings.push(record) }
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'miner-manager-'))
    warnings.length = 0
  })
  afterEach(() => rmSync(folder, { recursive: true, force: true }))

  const program = (script: string) => writeFileSync(join(folder, 'systemd-notify'), script, { mode: 0o755 })
  const manager = (env: NodeJS.ProcessEnv = { NOTIFY_SOCKET: '/run/nowhere' }) =>
    serviceManager({ ...env, PATH: folder }, log)

  it('runs nothing where no manager is named', async () => {
    program('#!/bin/sh\nexit 1\n')
    await manager({}).ready()
    await manager({ NOTIFY_SOCKET: '' }).ready()
    assert.deepEqual(warnings, [])
  })

  it('warns once that systemd-notify is missing', async () => {
    const { ready, stopping } = manager()
    await ready()
    await stopping()
    assert.equal(warnings.length, 1)
    assert.partialDeepStrictEqual(warnings[0], {
      event: 'notifyFailed',
      message: 'the service manager was told nothing: systemd-notify is not installed',
    })
  })

  it('warns of what systemd-notify says', async () => {
    program('#!/bin/sh\necho "$@: denied" >&2\nexit 3\n')
    await manager().stopping()
    assert.partialDeepStrictEqual(warnings, [
      { message: 'the service manager was told nothing: systemd-notify failed: STOPPING=1: denied' },
    ])
  })

  it('ends a systemd-notify that hangs', async () => {
    program('#!/bin/sh\nexec 1>&- 2>&-\nwhile :; do :; done\n')
    await manager().ready()
    assert.match((warnings[0] as { message: string }).message, /did not end within 5 s$/)
  })
})
