import assert from 'node:assert/strict'
import { readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import type { Ended } from './child-process.ts'

/**
 * Compares the output of a command with its golden file. `UPDATE_GOLDEN=1 npm test` rewrites the files; review the diff
 * before you commit it.
 *
 * @param unstable texts that differ from run to run, and their placeholders in the file
 */
export function assertGolden(
  name: string,
  { args, ended, unstable = {} }: { args: readonly string[]; ended: Ended; unstable?: Record<string, string> },
): void {
  const file = fileURLToPath(new URL(`../fixtures/golden/${name}.txt`, import.meta.url))
  const command = ['miner', ...args.map(word => (/^[\w./:=,@-]+$/.test(word) ? word : JSON.stringify(word)))].join(' ')
  const transcript = `$ ${command}\n--- exit ${ended.signal ?? ended.code}\n${part('stdout', ended)}${part('stderr', ended)}`
  const stable = Object.entries(unstable)
    .reduce((text, [from, to]) => text.replaceAll(from, to), transcript)
    .replace(/bittensor-miner\/\S+ \S+ node-v\S+/, 'bittensor-miner/VERSION')
  if (process.env.UPDATE_GOLDEN) writeFileSync(file, stable)
  assert.equal(stable, readFileSync(file, 'utf8'))
}

function part(name: 'stdout' | 'stderr', ended: Ended): string {
  return ended[name] === '' ? '' : `--- ${name}\n${ended[name]}`
}
