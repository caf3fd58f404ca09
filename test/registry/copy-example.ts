import { cpSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const path = (relative: string) => fileURLToPath(new URL(relative, import.meta.url))

/** What an example is built with, and depends on: where `npm install` would have put it. */
const modules = {
  'bittensor-miner': path('../..'),
  typescript: path('../../node_modules/typescript'),
  '@types/node': path('../../node_modules/@types/node'),
  'undici-types': path('../../node_modules/undici-types'),
  'emoji-regex': path('node_modules/emoji-regex'),
}

type Edits = { readonly version?: string; readonly source?: (text: string) => string }

/** Copies an example as its author would have it after `npm install`; `npm publish` builds it there. */
export function copyExample(name: string, folder: string, { version, source = text => text }: Edits = {}): void {
  const skips = new Set(['node_modules', 'dist'].map(skipped => path(`../../examples/${name}/${skipped}`)))
  cpSync(path(`../../examples/${name}`), folder, { recursive: true, filter: file => !skips.has(file) })
  for (const [module, target] of Object.entries(modules)) {
    const link = join(folder, 'node_modules', module)
    mkdirSync(dirname(link), { recursive: true })
    symlinkSync(target, link)
  }
  edit(join(folder, 'src/index.ts'), source)
  if (version) edit(join(folder, 'package.json'), text => text.replace(/"version": "[^"]+"/, `"version": "${version}"`))
}

function edit(file: string, change: (text: string) => string): void {
  writeFileSync(file, change(readFileSync(file, 'utf8')))
}
