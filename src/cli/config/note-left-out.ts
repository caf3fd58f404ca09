import { formatMessage } from '../errors/format-message.js'

/** Warns of settings that are not written to a file, because their URL has a secret in it. */
export function noteLeftOut(paths: readonly string[]): void {
  for (const path of paths) {
    const message = `${path} is not taken over, because its URL has a secret in it`
    process.stderr.write(formatMessage({ label: 'warning', message, hint: `miner config set ${path} -` }))
  }
}
