import type { Page } from 'playwright-core'
import type { RequestEntry } from '../../../src/admin/api.ts'
import { busyPoint, busyStatus, generatedRequest, idlePoint, idleStatus, randomOf } from './generated.ts'
import { type Shown, TOKEN } from './start-page-server.ts'

/** A miner that has just begun. */
export const idle: Shown = { status: idleStatus, point: idlePoint, rememberedS: 8 }

/** A miner that many ask. */
export function busy({ validators = 24, requests = 120 } = {}): Shown {
  const now = Date.now()
  return {
    status: at => busyStatus(at, { validators }),
    point: at => busyPoint(at, randomOf(at)),
    requests: someRequests(requests, now),
  }
}

/** Requests of a busy miner's validators, the newest first. */
export function someRequests(count: number, now: number): RequestEntry[] {
  const random = randomOf(7)
  const hotkeys = busyStatus(now).validators.map(({ hotkey }) => hotkey)
  return Array.from({ length: count }, (_, index) =>
    generatedRequest(now - 300 * index - 4_000, random, hotkeys[index % hotkeys.length]!),
  )
}

/** The address that signs in. */
export function addressOf({ url }: { readonly url: string }): string {
  return `${url}/#token=${encodeURIComponent(TOKEN)}`
}

/** Waits until the page shows what the miner says, its history included. */
export async function whenLive(page: Page): Promise<void> {
  await page.locator('#connection[data-state=live]').waitFor()
  await page.locator('#charts .chart-value', { hasText: /\d/ }).first().waitFor()
}
