/**
 * Makes a command throw its errors, which `printError` then prints. oclif's own `catch` prints them itself under `--json`,
 * with the whole command line, secrets included (@oclif/core `command.js`). A `catch` of the command's own is kept.
 *
 * @param command a class; one of a plugin extends the `Command` of the plugin's own copy of @oclif/core
 */
export function rethrowErrors(command: { readonly prototype: object }): void {
  for (let prototype = command.prototype; prototype !== null; prototype = Object.getPrototypeOf(prototype)) {
    if (!Object.hasOwn(prototype, 'catch')) continue
    if (prototype.constructor.name === 'Command')
      Object.assign(prototype, { catch: (error: unknown) => Promise.reject(error) })
    return
  }
}
