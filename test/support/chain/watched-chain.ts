import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer } from 'node:net'
import type { Chain, ChainEvent } from '#dist/chain/chain.js'
import { ChainError } from '#dist/chain/chain-error.js'
import type { ChainLimits } from '#dist/chain/connect/limits.js'
import { type OpenChainOptions, openChain } from '#dist/chain/open-chain.js'

/** Limits with which an endpoint that failed rests for a moment only. */
export const impatient: Partial<ChainLimits> = { restMs: 20, maxRestMs: 40, behindRestMs: 20 }

/** Events of a chain, as they come. */
export type EventRecorder = {
  readonly onEvent: (event: ChainEvent) => void
  readonly all: ChainEvent[]
  /** Resolves with the first event of this name that has these fields, past or to come. */
  next<Name extends ChainEvent['event']>(name: Name, fields?: Partial<EventOf<Name>>): Promise<EventOf<Name>>
}

type EventOf<Name extends ChainEvent['event']> = Extract<ChainEvent, { event: Name }>

export function recordEvents(): EventRecorder {
  const all: ChainEvent[] = []
  const waiting = new Set<() => void>()
  return {
    all,
    onEvent(event) {
      all.push(event)
      for (const look of waiting) look()
    },
    next: (name, fields = {}) =>
      new Promise(resolve => {
        const look = () => {
          const found = all.find(
            event =>
              event.event === name &&
              Object.entries(fields).every(([key, value]) => (event as Record<string, unknown>)[key] === value),
          )
          if (!found) return
          waiting.delete(look)
          resolve(found as never)
        }
        waiting.add(look)
        look()
      }),
  }
}

/** Opens a chain on nodes of the tests. */
export function openChainOver(
  nodes: readonly { readonly url: string }[],
  options: Partial<OpenChainOptions> = {},
): Chain {
  const endpoints = nodes.map(({ url }) => url)
  return openChain({ network: 'local', endpoints, ...options, limits: { ...impatient, ...options.limits } })
}

/** Expects that a promise rejects with a ChainError. */
export async function chainRejection(promise: Promise<unknown>): Promise<ChainError> {
  const error = await promise.then(
    () => assert.fail('resolved'),
    error => error,
  )
  assert.ok(error instanceof ChainError, error)
  return error
}

/** A URL of loopback where no server listens. */
export async function closedPort(): Promise<{ url: string; port: number }> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as { port: number }
  server.close()
  await once(server, 'close')
  return { url: `ws://127.0.0.1:${port}`, port }
}

/** Lets the sockets of both sides work. */
export const turn = () => new Promise(resolve => setImmediate(resolve))
