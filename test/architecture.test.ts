import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, normalize, relative } from 'node:path'
import { fileURLToPath } from 'node:url'

const src = fileURLToPath(new URL('../src', import.meta.url))

/** Which folders a folder may import from, beside itself. DESIGN.md has the table; what is added here has its reason. */
const mayImport: Readonly<Record<string, readonly string[]>> = {
  admin: ['axon', 'disk', 'plugin'], // of `axon` and `plugin` types only: of the load, of endpoints, of the chain's state
  async: [],
  text: [],
  disk: [],
  keys: [],
  config: [],
  wires: ['keys'],
  wallet: ['keys'],
  store: ['disk', 'wires'], // of `wires` refusals, and the type of a proof
  chain: ['keys'],
  money: ['disk', 'keys', 'plugin', 'wires'], // of `wires` refusals, of `keys` whether a text is a hotkey
  neuron: ['chain', 'disk', 'plugin', 'keys'], // of `plugin` the type of a standing
  plugin: ['wires'], // types only: a dialect names the fields that the wire hashes
  miners: ['plugin'],
  dialects: ['plugin'],
  observe: ['admin', 'axon', 'plugin'], // of `admin` the types of what its figures are told as
  policy: ['plugin', 'keys'], // whether a text is a hotkey
  dendrite: ['wires', 'keys'], // it signs what it asks
  axon: ['wires', 'plugin', 'store'],
  'request-log': ['axon', 'disk', 'plugin'], // of `axon` the channels, of `plugin` types
  audit: ['dendrite', 'wires', 'keys'], // of `dendrite` what a refusal means
  'dialect-file': ['config', 'plugin', 'wires'], // a dialect that a table of TOML describes
  doctor: ['dendrite', 'disk', 'plugin', 'wallet'], // of `dendrite` what a refusal means; of `disk` how a link is followed; of `plugin` types
  service: ['config'], // how a reference to a credential of systemd is written
  create: ['plugin'], // the version of the contract that a new package is written for
  // the kit that plugins are tested with: a whole axon, and somebody to ask it, without a program around them
  testing: ['app', 'axon', 'dendrite', 'keys', 'plugin', 'wires'],
  // a miner within another program; of `miners` the type of CLIENT_FOR, of `chain` its settings, types and error
  embed: [
    'app',
    'axon',
    'chain',
    'config',
    'dendrite',
    'dialect-file',
    'keys',
    'miners',
    'money',
    'neuron',
    'plugin',
    'store',
    'wallet',
  ],
  '': ['plugin', 'config'], // index.ts: what a plugin author may import; of `config`, the keys of a setting's `.meta()`
}
/** What everybody may import: it knows nothing of this project. */
const forAll = ['async', 'text']
const libraries = Object.keys(mayImport).filter(folder => folder !== '')
const layers = ['app', 'cli', 'commands']

/**
 * Which rooms of its folder a room may import from, beside itself; `.` is the folder's own files. docs/architecture.md
 * says what each room holds.
 */
const rooms: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>> = {
  admin: { '.': ['gate', 'http'], gate: [], http: ['.', 'gate'] },
  app: {
    '.': ['admin', 'catalogue', 'chain', 'log', 'money', 'python', 'requests', 'state'],
    admin: ['.', 'chain'],
    catalogue: ['.'],
    chain: ['.'],
    log: [],
    money: ['.'],
    python: [],
    requests: ['.'],
    state: [],
  },
  audit: { '.': ['attacks', 'wire'], attacks: ['.', 'wire'], wire: ['.'] },
  axon: {
    '.': ['answer', 'stages', 'state', 'http'],
    answer: ['.', 'stages', 'state'],
    stages: ['.', 'state'],
    state: [],
    http: ['.', 'state'],
  },
  chain: {
    '.': ['connect', 'read', 'write'],
    connect: ['.', 'read'],
    read: ['.'],
    thread: ['.', 'connect', 'write'],
    write: ['.', 'read'],
  },
  cli: {
    '.': ['completion', 'errors', 'flags', 'output', 'plugins', 'process', 'question', 'serving'],
    hooks: ['.', 'completion', 'errors', 'flags', 'plugins'],
    flags: ['.', 'errors'],
    completion: ['errors'],
    plugins: ['errors'],
    process: ['errors'],
    question: ['.', 'errors'],
    serving: ['.', 'errors', 'process', 'question'],
    audit: ['errors', 'output', 'question'],
    logs: ['.', 'errors', 'flags', 'output'],
    config: ['.', 'errors', 'flags', 'question'],
    'doctor-checks': ['.', 'doctor', 'errors', 'serving', 'status', 'subnet', 'top'],
    doctor: ['.', 'errors', 'status', 'subnet', 'top'],
    economics: ['subnet', 'output'],
    init: ['.', 'config', 'errors', 'output', 'process', 'subnet'],
    subnet: ['errors', 'output'],
    policy: ['question', 'subnet', 'errors', 'output'],
    service: ['.', 'config', 'errors', 'serving'],
    repeat: ['errors', 'flags', 'output', 'process', 'question'],
    status: ['subnet', 'output', 'top'],
    top: ['errors', 'output'],
    errors: ['output'],
    output: [],
  },
  config: {
    '.': ['layers', 'values', 'schema'],
    describe: ['.', 'values', 'schema'],
    edit: ['.', 'describe', 'layers', 'values', 'schema'],
    layers: ['.', 'values', 'schema'],
    values: ['.', 'schema'],
    schema: ['.'],
  },
  doctor: {
    '.': [],
    machine: ['.'],
    network: ['.', 'machine'],
    miner: ['.'],
    wallet: ['.'],
  },
  'miners/openai': {
    '.': ['pool', 'call', 'health', 'http', 'request', 'errors', 'settings'],
    pool: ['call', 'health', 'request', 'errors', 'settings'],
    call: ['response', 'http', 'request', 'errors', 'settings'],
    response: ['request', 'http', 'errors'],
    request: ['errors', 'settings'],
    http: ['errors', 'settings'],
    health: ['errors', 'settings'],
    errors: ['settings'],
    settings: [],
  },
  money: { '.': ['budget', 'ledger', 'prices'], budget: ['.', 'prices'], ledger: ['.', 'prices'], prices: ['.'] },
  neuron: {
    '.': ['address', 'announce', 'disk', 'read'],
    announce: ['.', 'address', 'disk', 'read'],
    read: ['.', 'disk'],
    address: ['.'],
    disk: ['.'],
  },
  observe: { '.': [], metrics: ['.'] },
  'request-log': { '.': ['database'], database: ['.'] },
  plugin: { '.': ['extend', 'money'], extend: ['.'], load: ['.'], money: [], run: ['.', 'money'] },
  store: { '.': [], disk: ['.'], redis: ['.'] },
  wallet: { '.': ['ciphers'], ciphers: [] },
  wires: { '.': ['json'], synapse: ['.', 'json'], json: ['.'] },
}

/** A reader takes in so many files at a glance. */
const MOST_FILES = 15

type Import = { readonly from: string; readonly line: number; readonly text: string; readonly to: string }

describe('architecture', () => {
  const imports = filesIn(src).flatMap(importsOf)

  it('knows every folder', () => {
    const folders = readdirSync(src, { withFileTypes: true }).filter(entry => entry.isDirectory())
    const known = new Set([...libraries, ...layers])
    assert.deepEqual(
      folders.map(({ name }) => name).filter(name => !known.has(name)),
      [],
    )
  })

  it('lets imports point one way', () => {
    assertNone(imports.filter(({ from, to }) => isOurs(to) && !allowed(folderOf(from), folderOf(to))))
  })

  for (const [folder, table] of Object.entries(rooms))
    it(`lets imports between the rooms of src/${folder} point one way`, () => {
      const roomOf = (file: string) => relative(folder, dirname(file)) || '.'
      const crossing = imports.filter(
        ({ from, to }) => isIn(folder, from) && isIn(folder, to) && dirname(from) !== dirname(to),
      )
      assert.ok(crossing.length > 0)
      assertNone(crossing.filter(({ from, to }) => !table[roomOf(from)]?.includes(roomOf(to))))
    })

  it('has a table for every folder with rooms', () => {
    const withRooms = new Set(filesIn(src).map(dirname).map(dirname))
    const known = [...Object.keys(rooms), '.', 'commands', 'miners', 'create']
    assert.deepEqual(
      [...withRooms].filter(folder => !known.includes(folder)),
      [],
    )
  })

  it(`has at most ${MOST_FILES} files in a folder`, () => {
    const counts = Map.groupBy(filesIn(src), dirname)
    // A command's file is named by what the user types.
    const full = [...counts].filter(([folder, files]) => folder !== 'commands' && files.length > MOST_FILES)
    assert.deepEqual(
      full.map(([folder]) => folder),
      [],
    )
  })

  // What `bittensor-miner/testing` exports has its names for authors, and a namespace of its own.
  it('gives an exported name one meaning', () => {
    const declared = /^export (?:async )?(?:abstract )?(?:function\*?|class|const|type|interface) (\w+)/gm
    const names = filesIn(src)
      .filter(file => folderOf(file) !== 'testing')
      .flatMap(file => [...codeOf(file).matchAll(declared)].map(([, name]) => ({ name: name!, file })))
    const twice = [...Map.groupBy(names, ({ name }) => name).values()].filter(({ length }) => length > 1)
    assert.ok(names.length > 300)
    assert.deepEqual(twice, [])
  })

  it('gives a plugin’s contract types of the wires, and no code', () => {
    assertNone(
      imports.filter(
        ({ from, to, text }) => folderOf(from) === 'plugin' && folderOf(to) === 'wires' && !isOfTypes(text),
      ),
    )
  })

  it('writes its own dialects as a stranger would: with types of the contract, and no code', () => {
    assertNone(imports.filter(({ from, to, text }) => folderOf(from) === 'dialects' && isOurs(to) && !isOfTypes(text)))
  })

  it('has no import cycles', () => {
    const edges = new Map<string, string[]>()
    for (const { from, to } of imports) if (isOurs(to)) edges.set(from, [...(edges.get(from) ?? []), to])
    assert.deepEqual(cycleIn(edges), [])
  })

  it('composes in src/app only', () => {
    const containers = /^(tsyringe|reflect-metadata)$/
    assertNone(imports.filter(({ from, to }) => containers.test(to) && folderOf(from) !== 'app'))
    assert.ok(imports.some(({ to }) => containers.test(to)))
  })

  it('imports what is heavy where it is used', () => {
    const heavy =
      /^(@clack\/prompts|@decimalturn\/toml-patch|@redis\/client|fastify|openai|libsodium-wrappers-sumo|pino|prom-client|smol-toml|yaml)$/
    // These files are imported themselves where they are used: for an axon, its store, its admin port, and a YAML file.
    const owners = [
      'axon/http/open-server.ts',
      'config/edit/edit-yaml.ts',
      'config/layers/yaml-text.ts',
      'observe/metrics/metric-maker.ts',
      'observe/metrics/open-metrics.ts',
      'store/redis/redis-connection.ts',
    ]
    assertNone(imports.filter(({ from, to, text }) => heavy.test(to) && !isOfTypes(text) && !owners.includes(from)))
  })

  // V8 makes such a function in old space: what it holds outlives each minor collection (docs/decisions.md).
  it('assigns no function to a property where it is written', () => {
    const assigned = /\bthis\.#?\w+ \S*= (async )?(function\b|(\([^()]*\)|\w+) =>)/
    assert.match('this.#f = () => 1', assigned)
    assert.deepEqual(
      linesOf('').filter(text => assigned.test(text)),
      [],
    )
  })

  for (const folder of ['commands', 'cli', 'config'])
    it(`names no miner in src/${folder}`, () => {
      assert.deepEqual(
        linesOf(folder).filter(text => /openai/i.test(text)),
        [],
      )
    })
})

function allowed(from: string, to: string): boolean {
  if (from === to || forAll.includes(to)) return true
  const layer = layers.indexOf(from)
  if (layer === -1) return mayImport[from]?.includes(to) ?? false
  return libraries.includes(to) || layers.indexOf(to) < layer
}

/** The files under a folder, relative to src. */
function filesIn(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter(name => name.endsWith('.ts'))
    .map(name => relative(src, join(folder, name)))
}

function codeOf(file: string): string {
  return readFileSync(join(src, file), 'utf8')
}

/** All lines under a folder of src, each with its place. */
function linesOf(folder: string): string[] {
  return filesIn(join(src, folder)).flatMap(file =>
    codeOf(file)
      .split('\n')
      .map((text, at) => `src/${file}:${at + 1}: ${text.trim()}`),
  )
}

/** The static imports and exports of a file; dynamic ones of our own files count, because they are code all the same. */
function importsOf(from: string): Import[] {
  const code = codeOf(from)
  const statements = /^(?:import|export)\s[^;'"]*?from\s+'([^']+)'|^import\s+'([^']+)'|\bimport\('(\.[^']+)'\)/gm
  return [...code.matchAll(statements)].map(match => {
    const [text, ...addresses] = match
    const address = addresses.find(one => one !== undefined)!
    const to = address.startsWith('.') ? normalize(join(dirname(from), address)).replace(/\.js$/, '.ts') : address
    return { from, to, text, line: code.slice(0, match.index).split('\n').length }
  })
}

function isOurs(to: string): boolean {
  return to.endsWith('.ts')
}

function isIn(folder: string, file: string): boolean {
  return file.startsWith(`${folder}/`)
}

function folderOf(file: string): string {
  return file.includes('/') ? file.slice(0, file.indexOf('/')) : ''
}

/** `import type { A }`, or `import { type A, type B }`: gone when it runs. */
function isOfTypes(text: string): boolean {
  const [, names] = /\{([^}]*)\}/s.exec(text) ?? []
  return /^(import|export) type\b/.test(text) || (names?.split(',').every(name => /^\s*(type\s|$)/.test(name)) ?? false)
}

/** The files of one cycle, or none. */
function cycleIn(edges: ReadonlyMap<string, readonly string[]>): string[] {
  const done = new Set<string>()
  const visit = (file: string, path: readonly string[]): string[] => {
    if (path.includes(file)) return [...path.slice(path.indexOf(file)), file]
    if (done.has(file)) return []
    for (const next of edges.get(file) ?? []) {
      const cycle = visit(next, [...path, file])
      if (cycle.length > 0) return cycle
    }
    done.add(file)
    return []
  }
  for (const file of edges.keys()) {
    const cycle = visit(file, [])
    if (cycle.length > 0) return cycle
  }
  return []
}

function assertNone(wrong: readonly Import[]): void {
  assert.deepEqual(
    wrong.map(({ from, line, text }) => `src/${from}:${line}: ${text.replaceAll(/\s+/g, ' ')}`),
    [],
  )
}
