import assert from 'node:assert/strict'
import { readFileSync, writeFileSync } from 'node:fs'
import { openPage } from './open-page.ts'
import { addressOf, busy, whenLive } from './shown.ts'
import { startPageServer } from './start-page-server.ts'

const FILE = 'docs/dashboard.png'
const SIZE = { width: 1360, height: 960 }
const MOST_BYTES = 250_000

describe('the picture of the dashboard in the README', () => {
  // `npm run picture` makes it again, with the fonts of the machine.
  it('is of this page', async () => {
    await using server = await startPageServer(busy())
    await using opened = await openPage(addressOf(server), { viewport: SIZE, colorScheme: 'light' })
    const { page } = opened
    await whenLive(page)
    await page.locator('#incentive canvas').waitFor()
    const picture = await page.screenshot()
    if (process.env.UPDATE_PICTURE) writeFileSync(FILE, picture)
    const shown = readFileSync(FILE)
    assert.deepEqual(sizeOf(shown), sizeOf(picture))
    assert.ok(shown.length < MOST_BYTES, `${FILE} has ${shown.length} bytes`)
    assert.match(readFileSync('README.md', 'utf8'), /!\[[^\]]{20,}\]\(docs\/dashboard\.png\)/)
  })
})

/** Of a PNG, in pixels: its first chunk has them. */
function sizeOf(png: Buffer): { width: number; height: number } {
  assert.equal(png.subarray(1, 4).toString(), 'PNG')
  return { width: png.readUInt32BE(16), height: png.readUInt32BE(20) }
}
