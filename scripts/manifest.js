// Writes oclif.manifest.json. oclif lists the commands in the order in which the file system does, so they are sorted here:
// on each machine the same commands make the same file.
import { execFileSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'

execFileSync('oclif', ['manifest'], { stdio: 'inherit' })
const path = 'oclif.manifest.json'
const manifest = JSON.parse(readFileSync(path, 'utf8'))
const commands = Object.entries(manifest.commands).sort(([one], [other]) => (one < other ? -1 : 1))
writeFileSync(path, `${JSON.stringify({ ...manifest, commands: Object.fromEntries(commands) }, null, 2)}\n`)
