import { readFileSync } from 'node:fs'
import { hostCodes } from '../dist/plugin/host-codes.js'
import { refusals } from '../dist/wires/refusal.js'

/**
 * Returns the types that a plugin author may import, by module, as declared in the source with their comments.
 *
 * @returns Markdown
 */
export function pluginReference() {
  const index = readFileSync('src/index.ts', 'utf8')
  const modules = [...index.matchAll(/^export type \{([^}]+)\} from '\.\/(.+)\.js'/gm)]
  const order = Object.keys(titles)
  const sections = modules
    .toSorted(([, , a], [, , b]) => order.indexOf(a) - order.indexOf(b))
    .map(([, names, path]) => section(path, namesIn(names)))
  return [...sections, testing()]
    .join('\n')
    .replace(' keyof typeof refusals', union(refusals))
    .replace(' keyof typeof hostCodes', union(hostCodes))
}

/** The keys of a table, a line each. */
function union(table) {
  return Object.keys(table)
    .map(key => `\n  | '${key}'`)
    .join('')
}

/** Returns the exports of `bittensor-miner/testing`, including values. */
function testing() {
  const index = readFileSync('src/testing/index.ts', 'utf8')
  const modules = [...index.matchAll(/^export (?:type )?\{([^}]+)\} from '\.\/(.+)\.js'/gm)]
  const code = modules.flatMap(([, names, path]) => {
    const wanted = namesIn(names).map(name => name.replace('type ', ''))
    const declared = declarations(readFileSync(`dist/testing/${path}.d.ts`, 'utf8'))
    return wanted.map(name => declared.find(one => one.name === name)?.text ?? fail(`testing/${path}: ${name}`))
  })
  const intro = 'From `bittensor-miner/testing`, which runs the same code as `miner serve`.'
  return `## Testing\n\n${intro}\n\n\`\`\`ts\n${formatted(code.join('\n\n'))}\n\`\`\`\n`
}

/** Formats the compiler's declarations as the source is formatted. */
function formatted(declared) {
  return declared
    .replace(/^export declare /gm, 'export ')
    .replaceAll('    ', '  ')
    .replace(/;$/gm, '')
}

/** The modules in the page's order, with their headings. */
const titles = {
  'plugin/sdk': 'What a plugin receives and returns',
  'plugin/miner': 'Miners',
  'plugin/extend/extend-miner': 'Extensions of a miner',
  'plugin/extend/wrap-miner': 'Wrapped miners',
  'plugin/extend/openai-settings': 'The settings of the `openai` miner',
  'config/schema/setting-meta': 'Settings: the keys of `.meta({ … })`',
  'plugin/dialect': 'Dialects',
  'plugin/json': 'JSON',
  'plugin/log': 'Logs',
  'plugin/no-answer': 'No answer',
  'plugin/money/spending': 'Prices and budgets',
}

function section(path, names) {
  const source = readFileSync(`src/${path}.ts`, 'utf8')
  const wanted = new Set(names)
  const found = declarations(source).filter(({ name }) => wanted.delete(name))
  // Re-exported types are declared in another module.
  const reexported = [...wanted].map(name => declarationBehind(source, path, name))
  const code = [...found, ...reexported].map(({ text }) => text).join('\n\n')
  const title = titles[path] ?? fail(`${path}: a heading for it in scripts/plugin-reference.js`)
  return `## ${title}\n\n\`\`\`ts\n${code}\n\`\`\`\n`
}

function declarationBehind(source, path, name) {
  const [, from] =
    source.match(new RegExp(`import type \\{[^}]*\\b${name}\\b[^}]*\\} from '(.+)\\.js'`)) ?? fail(`${path}: ${name}`)
  const file = new URL(from, `file:///${path}`).pathname.slice(1)
  const declared = declarations(readFileSync(`src/${file}.ts`, 'utf8')).find(one => one.name === name)
  return declared ?? fail(`${file}: ${name}`)
}

/** Returns the exported top-level declarations, each with its comment. */
function declarations(source) {
  const lines = source.split('\n')
  return lines.flatMap((line, at) => {
    const [, kind, name] = line.match(/^export (?:declare )?(type|class|const|function) (\w+)\b(?!\s*\})/) ?? []
    if (!name) return []
    let start = at
    while (/^( \*|\/\*\*)/.test(lines[start - 1] ?? '')) start--
    let end = at
    // A declaration ends before the next empty line; a class ends with its closing brace.
    while (end + 1 < lines.length && !isEnd(lines, end, kind)) end++
    return [{ name, text: lines.slice(start, end + 1).join('\n') }]
  })
}

function isEnd(lines, at, kind) {
  const next = lines[at + 1]
  if (kind === 'class') return lines[at] === '}'
  return next === '' || /^(export|import|type|const|function|\/\*\*)/.test(next)
}

function namesIn(list) {
  return list.split(',').flatMap(name => name.trim() || [])
}

function fail(what) {
  throw new Error(`no declaration of ${what}`)
}
