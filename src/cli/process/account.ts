import { homedir, userInfo } from 'node:os'

// Containers often run under a user id without an entry in passwd (`docker run --user`, OpenShift). Node then throws where
// a variable does not answer first: `homedir()` without HOME, which one of oclif's packages calls when it is loaded, and
// `userInfo()`, which oclif asks for the shell without SHELL. So this module is imported before oclif.

// An empty HOME counts as absent: oclif would read its configuration under the folder for temporary files, where any user
// can write.
if (process.env.HOME === '') delete process.env.HOME
// The root folder, as Docker sets it: not one where any user can put a configuration.
if (fails(homedir)) process.env.HOME = '/'
if (process.env.SHELL === undefined && fails(userInfo)) process.env.SHELL = '/bin/sh'

function fails(look: () => unknown): boolean {
  try {
    look()
    return false
  } catch {
    return true
  }
}
