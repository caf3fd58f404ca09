import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import type { AxeResults } from 'axe-core'
import type { Page } from 'playwright-core'
import { openPage } from './open-page.ts'
import { addressOf, busy, idle, whenLive } from './shown.ts'
import { startPageServer } from './start-page-server.ts'

const axe = readFileSync(fileURLToPath(import.meta.resolve('axe-core/axe.min.js')), 'utf8')
const DESK = { width: 1440, height: 1000 }
const PHONE = { width: 390, height: 844 }
const failures = /status of 401|ERR_/

describe('the dashboard is for all', () => {
  for (const colorScheme of ['light', 'dark'] as const)
    for (const viewport of [DESK, PHONE])
      it(`in ${colorScheme}, ${viewport.width} pixels wide`, async () => {
        await using server = await startPageServer(busy())
        await using opened = await openPage(addressOf(server), { colorScheme, viewport, expected: failures })
        const { page } = opened
        await whenLive(page)
        await assertAccessible(page)
        assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), 'it scrolls sideways')
        await page.locator('#requests tbody tr').first().click()
        await assertAccessible(page)
        await page.keyboard.press('Escape')
        server.break()
        await page.locator('#connection', { hasText: 'Not connected' }).waitFor()
        await assertAccessible(page)
      })

  it('while nothing has happened, and while it asks for the token', async () => {
    await using server = await startPageServer(idle)
    await using opened = await openPage(server.url, { expected: failures })
    const { page } = opened
    await page.getByLabel('Token', { exact: true }).waitFor()
    await assertAccessible(page)
    await page.goto(addressOf(server))
    await whenLive(page)
    await assertAccessible(page)
  })

  it('with text twice as large', async () => {
    await using server = await startPageServer(busy())
    await using opened = await openPage(addressOf(server))
    const { page } = opened
    await whenLive(page)
    const plot = page.locator('.plot').first()
    const before = (await plot.boundingBox())!.height
    await page.evaluate(() => {
      document.documentElement.style.fontSize = '200%'
    })
    await page.waitForFunction(
      height => document.querySelector<HTMLCanvasElement>('.plot canvas')!.getBoundingClientRect().height >= 2 * height,
      before - 1,
    )
    assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), 'it scrolls sideways')
    await assertAccessible(page)
  })

  it('by the keyboard alone, with the focus visible at each stop', async () => {
    await using server = await startPageServer(busy())
    await using opened = await openPage(addressOf(server))
    const { page } = opened
    await whenLive(page)
    const stops: string[] = []
    for (let tabs = 0; tabs < 80; tabs++) {
      await page.keyboard.press('Tab')
      const stop = await page.evaluate(() => {
        const focused = document.activeElement!
        // The outline of a radio button is its label's.
        const { outlineStyle, outlineWidth } = getComputedStyle(
          focused instanceof HTMLInputElement && focused.type === 'radio' ? focused.nextElementSibling! : focused,
        )
        const part = focused.closest('header, [id]:not(input, button, a, #dashboard)')
        return {
          part: part?.id || part?.tagName || '',
          outline: `${outlineStyle} ${outlineWidth}`,
          isBody: focused === document.body,
        }
      })
      if (stop.isBody) break
      assert.equal(stop.outline, 'solid 2px', `the focus in ${stop.part}`)
      if (stop.part && stops.at(-1) !== stop.part) stops.push(stop.part)
    }
    assert.deepEqual(stops, ['HEADER', 'windows', 'charts', 'validators', 'outcomes', 'requests', 'incentive'])
  })

  it('moves nothing for those who want it still', async () => {
    await using server = await startPageServer(busy())
    await using opened = await openPage(addressOf(server), { reducedMotion: 'reduce' })
    const { page } = opened
    await whenLive(page)
    const moving = await page.evaluate(
      () =>
        [...document.querySelectorAll('*')].filter(one => {
          const { transitionDuration, animationName } = getComputedStyle(one)
          return transitionDuration !== '0s' || animationName !== 'none'
        }).length,
    )
    assert.equal(moving, 0)
  })
})

/** Fails when axe finds something serious or critical, with what it found. */
async function assertAccessible(page: Page): Promise<void> {
  await page.evaluate(axe)
  const { violations, passes } = await page.evaluate(() =>
    (window as unknown as { axe: { run(): Promise<AxeResults> } }).axe.run(),
  )
  assert.ok(passes.length > 10)
  assert.deepEqual(
    violations
      .filter(({ impact }) => impact === 'serious' || impact === 'critical')
      .map(({ id, nodes }) => ({
        id,
        nodes: nodes.slice(0, 3).map(({ html, failureSummary }) => `${html}: ${failureSummary}`),
      })),
    [],
  )
}
