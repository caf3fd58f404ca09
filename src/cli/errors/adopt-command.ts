import { formatMessage } from './format-message.js'

/**
 * Makes a command throw its errors, which `printError` then prints, and print its warnings as this program does. oclif's
 * own `catch` prints errors itself under `--json`, with the whole command line, secrets included (@oclif/core
 * `command.js`). A `catch` or `warn` of the command's own is kept.
 *
 * @param command a class; one of a plugin extends the `Command` of the plugin's own copy of @oclif/core
 */
export function adoptCommand(command: { readonly prototype: object }): void {
  for (let prototype = command.prototype; prototype !== null; prototype = Object.getPrototypeOf(prototype)) {
    if (prototype.constructor.name !== 'Command' || !Object.hasOwn(prototype, 'catch')) continue
    Object.assign(prototype, { catch: (error: unknown) => Promise.reject(error), warn })
    return
  }
}

/** Prints nothing under `--json`, as oclif does. */
function warn(this: { jsonEnabled?(): boolean }, input: Error | string): Error | string {
  const message = typeof input === 'string' ? input : input.message
  if (!this.jsonEnabled?.()) process.stderr.write(formatMessage({ label: 'warning', message }))
  return input
}
