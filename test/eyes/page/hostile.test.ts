import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { LiveStatus } from '../../../src/admin/api.ts'
import { openPage } from './open-page.ts'
import { addressOf, busy, whenLive } from './shown.ts'
import { startPageServer } from './start-page-server.ts'

/** Would run if it became markup; turns the direction of what follows; rings. */
const [TURN, RING] = ['\u202e', '\u0007']
const HOSTILE = `<img src=x onerror="window.wasRun=1">${TURN}${RING}</td><script>window.wasRun=1</script>`
const SHOWN = HOSTILE.replace(TURN, '\u{FFFD}').replace(RING, '\u{FFFD}')

describe('texts of strangers in the dashboard', () => {
  it('are shown as they are, and never become markup', async () => {
    const shown = busy({ requests: 1 })
    await using server = await startPageServer({
      ...shown,
      status: at => withHostile(shown.status(at)),
      requests: [
        {
          ...shown.requests![0]!,
          id: HOSTILE,
          hotkey: HOSTILE,
          claimed: `${HOSTILE} as claimed`,
          synapse: HOSTILE,
          outcome: 'failed',
          code: HOSTILE,
          reason: HOSTILE,
          model: HOSTILE,
          endpoint: HOSTILE,
          attempts: [{ endpoint: HOSTILE, model: HOSTILE, ms: 1, error: HOSTILE }],
        },
      ],
    })
    await using opened = await openPage(addressOf(server), { viewport: { width: 1800, height: 1000 } })
    const { page } = opened
    await whenLive(page)
    const counted = async (selector: string) => (await page.locator(selector).innerText()).split(SHOWN).length - 1
    assert.equal(await counted('#requests tbody'), 4) // synapse, code, model, endpoint; the hotkey is shortened
    assert.equal(await counted('#problems'), 2)
    assert.equal(await counted('#endpoints'), 3)
    assert.equal(await counted('#reasons'), 2)
    assert.equal(await counted('#validators tbody'), 1)
    assert.equal(await counted('#identity'), 2)
    await page.locator('#requests tbody tr').click()
    assert.equal(await counted('#drawer-title'), 1)
    assert.equal(await counted('#drawer-body'), 10)
    await page.keyboard.press('Escape')
    await page.locator('#validators tbody tr').first().click()
    assert.equal(await counted('#drawer-body'), 2)
    const found = await page.evaluate(() => [document.querySelectorAll('img, td script').length, 'wasRun' in window])
    assert.deepEqual(found, [0, false])
  })

  it('have no way in but as texts', () => {
    const sources = readdirSync('src/admin/page', { recursive: true, encoding: 'utf8' }).filter(name =>
      /\.(js|html)$/.test(name),
    )
    assert.ok(sources.length > 20)
    for (const name of sources) {
      const code = readFileSync(join('src/admin/page', name), 'utf8')
      assert.doesNotMatch(
        code,
        /innerHTML|outerHTML|insertAdjacentHTML|document\.write|setHTML|createContextualFragment|DOMParser|\beval\b|new Function/,
        name,
      )
      assert.doesNotMatch(code, /\sstyle=|\son\w+=["']/, name)
    }
  })
})

function withHostile(status: LiveStatus): LiveStatus {
  const [validator] = status.validators
  return {
    ...status,
    miner: { ...status.miner, models: [HOSTILE], network: HOSTILE },
    validators: [{ ...validator!, hotkey: HOSTILE, reasons: [{ code: HOSTILE, count: 1 }] }],
    reasons: [{ ...status.reasons[0]!, code: HOSTILE, reason: HOSTILE }],
    endpoints: [
      {
        endpoint: HOSTILE,
        breaker: 'open',
        failures: 1,
        restMs: 1_000,
        keys: [{ restMs: 1_000, code: HOSTILE }],
        lastError: { code: HOSTILE, at: status.at },
      },
    ],
    chain: { ...status.chain!, problem: { message: HOSTILE, since: status.at } },
  }
}
