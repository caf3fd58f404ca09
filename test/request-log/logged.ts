import { randomUUID } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { setTimeout } from 'node:timers/promises'
import type { NewEntry, NewRequest } from '#dist/request-log/database/request-row.js'
import type { LoggedRequest } from '#dist/request-log/logged-request.js'
import { openRequestLogWriter, type RequestLogEvent } from '#dist/request-log/request-log-writer.js'
import { alice } from '../support/signed-request.ts'

/** A folder that goes with the test. */
export function temporaryFolder(): Disposable & { readonly path: string } {
  const path = mkdtempSync(join(tmpdir(), 'miner-request-log-'))
  return { path, [Symbol.dispose]: () => rmSync(path, { recursive: true, force: true }) }
}

/** A request of //Alice that was answered. */
export function entry(request: Partial<NewRequest> = {}, conversations?: NewEntry['conversations']): NewEntry {
  return {
    request: {
      id: randomUUID(),
      at: Date.now(),
      ms: 12,
      hotkey: alice.address,
      address: '127.0.0.1',
      synapse: 'Prompting',
      outcome: 'answered',
      status: 200,
      times: { claimed: 1, verified: 2, placed: 3, firstToken: 5, done: 12 },
      ...request,
    },
    ...(conversations && { conversations }),
  }
}

/** A conversation of one question. */
export function conversation(content: string, answer: string): NonNullable<NewEntry['conversations']>[number] {
  return { question: { messages: [{ role: 'user', content }] }, answer, isTruncated: false, toolCalls: [] }
}

type WriterOptions = Partial<Parameters<typeof openRequestLogWriter>[0]>

/** A writer with a thread of its own, and what it tells the log. */
export async function openWriter(path: string, options: WriterOptions = {}) {
  const events: RequestLogEvent[] = []
  const writer = await openRequestLogWriter({
    path,
    secrets: [],
    maxAgeMs: 86_400_000,
    maxBytes: 1_073_741_824,
    now: Date.now,
    onEvent: event => events.push(event),
    ...options,
  })
  return { writer, events }
}

/** Writes requests, and closes the file. */
export async function write(path: string, entries: readonly NewEntry[], options: WriterOptions = {}): Promise<void> {
  const { writer } = await openWriter(path, options)
  for (const one of entries) writer.add(one)
  await writer[Symbol.asyncDispose]()
}

/** Waits until something holds. */
export async function until(holds: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await holds())) await setTimeout(20)
}

/** The fields of requests that a test compares. */
export function idsOf(requests: readonly LoggedRequest[]): readonly string[] {
  return requests.map(({ id }) => id)
}

/** Makes a request log of 64 MB, whose copy takes a while. @returns its path */
export async function largeLog(folder: string): Promise<string> {
  const path = join(folder, 'large.sqlite')
  await write(path, [entry({ id: 'a' })])
  const database = new DatabaseSync(path)
  database.exec(`CREATE TABLE filler AS
    WITH RECURSIVE numbers(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers LIMIT 64)
    SELECT zeroblob(1000000) FROM numbers`)
  database.close()
  return path
}
