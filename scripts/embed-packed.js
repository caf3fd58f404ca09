// Runs the program of docs/embedding.md against an installed package, as JavaScript, and checks its types, as TypeScript
// with `moduleResolution` nodenext: node scripts/embed-packed.js FOLDER. FOLDER has bittensor-miner, nock, openai,
// typescript and @types/node in its node_modules.
import { execFileSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

const [folder] = process.argv.slice(2)
const page = readFileSync('docs/embedding.md', 'utf8')
const [, program] = /^```ts\n(.*?)^```$/ms.exec(page)
const [, printed] = /^It prints\n\n((?: {4}.*\n)+)/m.exec(page)
// Mistakes that the types must show.
const wrong = `
// @ts-expect-error: a token and a value of another
await openMiner({ provide: [[MINER, async () => new OpenAI()]] })
// @ts-expect-error: an option that there is not
await openMiner({ usse: 'openai' })
// @ts-expect-error: it is a promise
scope.resolve(AXON).url
`
const compilerOptions = {
  module: 'nodenext',
  moduleResolution: 'nodenext',
  target: 'es2022',
  lib: ['es2023', 'esnext.disposable'],
  types: ['node'],
  strict: true,
  exactOptionalPropertyTypes: true,
  noEmit: true,
}
const files = {
  'package.json': JSON.stringify({ private: true, type: 'module' }),
  'program.js': program,
  'program.ts': program + wrong,
  'tsconfig.json': JSON.stringify({ compilerOptions, files: ['program.ts'] }),
}
for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text)

const output = execFileSync(process.execPath, ['program.js'], { cwd: folder, encoding: 'utf8' })
if (output !== printed.replaceAll(/^ {4}/gm, '')) throw new Error(`the program printed ${JSON.stringify(output)}`)
execFileSync(join(folder, 'node_modules/.bin/tsc'), ['-p', '.'], { cwd: folder, stdio: 'inherit' })
