import assert from 'node:assert/strict'

/**
 * Asserts that something came as soon as it could: before anybody's time was over, who has ten seconds in the tests. On a
 * busy machine that may take seconds.
 */
export function assertAtOnce(ms: number): void {
  assert.ok(ms < 5_000, `it took ${ms} ms`)
}
