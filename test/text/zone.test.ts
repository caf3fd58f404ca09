import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'

describe('the name of a time zone', () => {
  const nameIn = (zone: string, at: string) => {
    const script = `import { zoneText } from '#dist/text/zone.js'; process.stdout.write(zoneText(Date.parse('${at}')))`
    const env = { ...process.env, TZ: zone }
    return execFileSync(process.execPath, ['--input-type=module', '--eval', script], { env, encoding: 'utf8' })
  }

  it('has its offset of that day', () => {
    assert.equal(nameIn('Europe/Berlin', '2026-01-10T00:00:00Z'), 'Europe/Berlin, UTC+1')
    assert.equal(nameIn('Europe/Berlin', '2026-07-10T00:00:00Z'), 'Europe/Berlin, UTC+2')
    assert.equal(nameIn('America/St_Johns', '2026-01-10T00:00:00Z'), 'America/St_Johns, UTC-3:30')
    assert.equal(nameIn('Asia/Kolkata', '2026-01-10T00:00:00Z').slice(-8), 'UTC+5:30')
  })

  it('is short for UTC', () => {
    assert.equal(nameIn('UTC', '2026-01-10T00:00:00Z'), 'UTC')
  })
})
