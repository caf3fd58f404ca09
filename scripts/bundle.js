// Bundles the program that bin/run.js starts: in place of hundreds of modules, its own and those of its dependencies, Node reads
// 9 files for `prompt --use echo`, and 44 for `serve`. Only the program is bundled: its threads, and who imports the package, use the modules that tsc wrote.
import { globSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { rolldown } from 'rolldown'

/**
 * What bin/run.js and oclif load by their names, below the folder that tsc wrote. The modules of a chunk run in the order in
 * which the first of these import them, and what `main` imports first has to run before oclif.
 */
const starting = ['cli/main.js', 'cli/help.js', 'cli/process/hangups.js', 'cli/hooks/*.js']
const commands = ['commands/**/*.js']

/** Large packages that few starts load; and one that oclif loads where it is installed, to run TypeScript. */
const unbundled = /^(@redis\/client|libsodium-wrappers-sumo|npm|polkadot-api|typescript)(\/|$)/

/**
 * @param folder what tsc wrote; the bundle is written to its folder `program`, with the same paths
 * @param builtIn by the path of a module: what it exports in the bundle
 */
export async function bundle(folder, builtIn) {
  const entries = [...starting, ...commands].flatMap(pattern => globSync(pattern, { cwd: folder }).sort())
  const paths = entries.map(path => path.replaceAll('\\', '/'))
  const build = await rolldown({
    input: Object.fromEntries(paths.map(path => [path.slice(0, -'.js'.length), join(folder, path)])),
    platform: 'node',
    external: unbundled,
    preserveEntrySignatures: 'allow-extension', // as the groups below need it
    // Some modules are loaded on request by one command, and at once by another.
    checks: { ineffectiveDynamicImport: false },
    plugins: [exportBuiltIn(folder, builtIn), loadTranslations, sortByCodeUnits],
  })
  const { output } = await build.write({
    dir: join(folder, 'program'),
    chunkFileNames: 'chunks/[name].js',
    comments: false,
    codeSplitting: {
      // By default each set of commands that share a module is a chunk of its own, which makes sixty files for one command.
      groups: [
        chunkOf('start', { folder, roots: paths.filter(path => !path.startsWith('commands')), priority: 2 }),
        chunkOf('prompt', { folder, roots: ['commands/prompt.js'], priority: 1 }),
      ],
    },
  })
  await build.close()
  for (const { fileName, code } of output) {
    const named = code.replaceAll(`\n// ${folder}/`, '\n// dist/') // above the code of each module
    writeFileSync(join(folder, 'program', fileName), oneByteText(named, fileName))
  }
  const modules = output.flatMap(({ moduleIds = [] }) => moduleIds)
  writeFileSync(join(folder, 'program/LICENSES.txt'), licensesOf(modules))
}

/** Puts what the build knows in the place of modules that export null. */
function exportBuiltIn(folder, builtIn) {
  const values = new Map(Object.entries(builtIn).map(([path, exported]) => [resolve(folder, path), exported]))
  return {
    name: 'export built-in',
    load(id) {
      const exported = values.get(resolve(id))
      if (!exported) return null
      values.delete(resolve(id))
      // V8 reads JSON faster than code.
      const lines = Object.entries(exported).map(
        ([name, value]) => `export const ${name} = JSON.parse(${JSON.stringify(JSON.stringify(value))})`,
      )
      return lines.join('\n')
    },
    buildEnd(error) {
      const [unused] = values.keys()
      if (!error && unused) throw new Error(`no module of the program imports ${unused}`)
    },
  }
}

/**
 * Loads zod's messages in other languages from its package when a plugin asks for one: they are half of zod, and this program
 * has its own messages.
 */
const loadTranslations = {
  name: 'load translations',
  load: {
    filter: { id: /[\\/]zod[\\/]v4[\\/]locales[\\/]index\.js$/ },
    handler(id) {
      const names = [...readFileSync(id, 'utf8').matchAll(/default as (\w+)/g)].map(([, name]) => name)
      const exported = names.map(name => `export const ${name} = () => require('zod/v4/locales').${name}()`)
      return [
        `import { createRequire } from 'node:module'`,
        'const require = createRequire(import.meta.url)',
        ...exported,
      ].join('\n')
    },
  },
}

/** Sorts oclif's commands: the first `localeCompare` of a process makes ICU's collator, a twentieth of a start. */
const sortByCodeUnits = {
  name: 'sort by code units',
  transform: {
    filter: { id: /[\\/]@oclif[\\/]core[\\/]lib[\\/]config[\\/]plugin\.js$/ },
    handler(code) {
      const sorted = code.replace('a.id.localeCompare(b.id)', 'a.id < b.id ? -1 : 1')
      if (sorted === code) throw new Error('oclif sorts its commands in another way: change or drop this plugin')
      return sorted
    },
  },
}

/**
 * Writes characters beyond U+00FF as escapes. A single one makes V8 keep the whole text of a file with two bytes for each
 * character, as long as the process lives.
 */
function oneByteText(code, file) {
  if (/(?<!\\)(\\\\)*\\[^\0-\xff]|String\.raw`[^`]*[^\0-\xff]/.test(code))
    throw new Error(`an escape would change what a text of ${file} means`)
  return code.replace(/[^\0-\xff]/g, unit => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)
}

/** Makes one chunk of all that some modules import at once. */
function chunkOf(chunk, { folder, roots, priority }) {
  const reached = new Set()
  const reach = (id, graph) => {
    if (reached.has(id)) return
    reached.add(id)
    const { importedIds = [], dynamicallyImportedIds = [] } = graph.getModuleInfo(id) ?? {}
    // Of a package, also what it imports on request: oclif does so at each start.
    for (const imported of [...importedIds, ...(/[\\/]node_modules[\\/]/.test(id) ? dynamicallyImportedIds : [])])
      reach(imported, graph)
  }
  const name = (id, graph) => {
    if (reached.size === 0) for (const path of roots) reach(resolve(folder, path), graph)
    return reached.has(id) && !graph.getModuleInfo(id).isEntry ? chunk : null
  }
  return { name, debugName: chunk, priority, includeDependenciesRecursively: false }
}

/** Returns the licences of the packages whose modules are in the bundle, one after the other. */
function licensesOf(modules) {
  const folders = modules.flatMap(id => /^.*[\\/]node_modules[\\/](?:@[^\\/]+[\\/])?[^\\/]+/.exec(id) ?? [])
  const texts = [...new Set(folders)].sort().flatMap(folder => {
    const { name, version, license } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'))
    const files = readdirSync(folder, { withFileTypes: true }).filter(file => file.isFile() && isLicence(file.name))
    const note = files.length > 0 ? '' : ', and its package has no text of it'
    return [
      `${name} ${version} (${license})${note}`,
      ...files.map(file => readFileSync(join(folder, file.name), 'utf8').trim()),
    ]
  })
  return `${texts.join('\n\n')}\n`
}

function isLicence(file) {
  return /^(licen[cs]e|notice|copying)/i.test(file)
}
