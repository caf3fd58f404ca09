import * as z from 'zod'
import { makeAdminSettings } from '../admin/settings.js'
import { limitRules, makeLimitSettings } from '../axon/limit-settings.js'
import { axonRules, makeAxonSettings } from '../axon/settings.js'
import { makeChainSettings } from '../chain/settings.js'
import { type Configuration, valuesOf } from '../config/configuration.js'
import { flagsOf } from '../config/describe/flags.js'
import type { Problem } from '../config/problem.js'
import { catalogOf } from '../config/schema/catalog.js'
import { lazySections, type Section } from '../config/schema/section.js'
import { printUnit } from '../config/schema/unit.js'
import { budgetRules, makeBudgetSettings, makeEconomicsSettings, makePriceSettings } from '../money/settings.js'
import { makeNeuronSettings } from '../neuron/settings.js'
import type { MinerDefinition } from '../plugin/miner.js'
import { makePolicySettings, policyRules } from '../policy/settings.js'
import { makeRequestLogSettings } from '../request-log/settings.js'
import { makeWalletSettings } from '../wallet/settings.js'
import { builtInFacts } from './catalogue/built-in-facts.js'
import { logLevels } from './log/levels.js'
import { logFormats } from './log/output.js'
import { oldNames } from './python/old-names.js'

const makeTopSettings = () =>
  z.object({
    use: z.string().min(1).default('openai').describe('the miner that answers; `miner miners` lists them'),
  })

const makeSubnetSettings = () =>
  z.object({
    netuid: z
      .int()
      .min(0)
      .max(65_535)
      .default(1)
      .describe('the subnet, which chooses the dialect')
      .meta({ flag: 'netuid' }),
  })

const makeDialectSettings = () =>
  z.object({
    dialect: z
      .string()
      .min(1)
      .optional()
      .describe("the dialect of its validators; by default the subnet's; `miner dialects` lists them")
      .meta({ flag: 'dialect' }),
    dialectFile: z
      .string()
      .min(1)
      .optional()
      .describe('a TOML file that defines a dialect without code, instead of `dialect`')
      .meta({ flag: 'dialect-file' }),
  })

function dialectRules({ dialect, dialectFile }: Partial<z.infer<ReturnType<typeof makeDialectSettings>>>) {
  if (dialect === undefined || dialectFile === undefined) return []
  const hint = 'keep only one of --dialect and --dialect-file'
  return [{ setting: 'dialectFile' as const, message: 'cannot be combined with dialect', hint }]
}

const makePluginSettings = () =>
  z.object({
    allow: z
      .array(z.string().min(1))
      .optional()
      .describe('packages whose miners and dialects may be used, besides the built-in ones; by default all')
      .meta({ flag: 'allow-plugins', examples: [['miner-shout']] }),
  })

const makeLogSettings = () =>
  z.object({
    level: z.enum(logLevels).default('info').describe('the lowest level that is logged').meta({ flag: 'log-level' }),
    format: z
      .enum(logFormats)
      .optional()
      .describe(
        'how the log is written: a line of text per record, or JSON; by default text on a terminal, JSON elsewhere',
      )
      .meta({ flag: 'log-format' }),
  })

const makeLogFileSettings = () =>
  z.object({
    path: z
      .string()
      .min(1)
      .optional()
      .describe('a file that gets the log as JSON, besides standard error')
      .meta({ flag: 'log-file', examples: ['miner.log'] }),
    maxSize: z
      .int()
      .min(1024)
      .max(1024 ** 4)
      .default(64 * 1024 ** 2)
      .describe('size at which the log file is put aside, as miner.log.1')
      .meta({ unit: 'size' }),
    maxFiles: z
      .int()
      .min(1)
      .max(10_000)
      .default(10)
      .describe('log files that are kept, the current one included; older ones are deleted'),
  })

/** The host's own settings; the chosen miner adds its own. */
export const hostSections = lazySections(
  {
    top: { name: '', title: 'GLOBAL', of: 'host', settings: makeTopSettings, ...oldNames.top },
    subnet: { name: '', title: 'subnet', of: 'host', settings: makeSubnetSettings },
    dialect: { name: '', title: 'dialect', of: 'host', settings: makeDialectSettings, rules: dialectRules },
    log: { name: 'log', title: 'log', of: 'host', settings: makeLogSettings, ...oldNames.log },
    logFile: { name: 'log-file', title: 'log file', of: 'host', settings: makeLogFileSettings },
    plugins: { name: 'plugins', title: 'plugins', of: 'host', settings: makePluginSettings },
    wallet: { name: 'wallet', title: 'wallet', of: 'host', settings: makeWalletSettings },
    axon: {
      name: 'axon',
      title: 'axon',
      of: 'host',
      settings: makeAxonSettings,
      rules: axonRules,
      ...oldNames.axon,
    },
    admin: { name: 'admin', title: 'admin', of: 'host', settings: makeAdminSettings },
    limits: { name: 'limits', title: 'limits', of: 'host', settings: makeLimitSettings, rules: limitRules },
    policy: {
      name: 'policy',
      title: 'policy',
      of: 'host',
      settings: makePolicySettings,
      rules: policyRules,
      ...oldNames.policy,
    },
    requestLog: { name: 'request-log', title: 'request log', of: 'host', settings: makeRequestLogSettings },
    neuron: { name: 'neuron', title: 'neuron', of: 'host', settings: makeNeuronSettings, ...oldNames.neuron },
    subtensor: {
      name: 'subtensor',
      title: 'subtensor',
      of: 'host',
      settings: makeChainSettings,
      ...oldNames.subtensor,
    },
    budget: { name: 'budget', title: 'budget', of: 'host', settings: makeBudgetSettings, rules: budgetRules },
    prices: { name: '', title: 'prices', of: 'host', settings: makePriceSettings },
    economics: { name: 'economics', title: 'economics', of: 'host', settings: makeEconomicsSettings },
  },
  builtInFacts?.host,
)

export type HostSection = keyof typeof hostSections

/** All sections, but for those that every command reads. */
export const allSections = (Object.keys(hostSections) as readonly HostSection[]).filter(
  name => !['top', 'log', 'plugins'].includes(name),
)

/** The sections that `serve` reads, beside those of every command. */
export const servedSections = allSections.filter(name => name !== 'economics')

/** Returns the settings of a miner as a section of the configuration. */
export function minerSection({ name, settings, rules }: MinerDefinition): Section {
  return {
    name,
    title: `${name} miner`,
    of: 'miner',
    settings,
    facts: builtInFacts && Object.hasOwn(builtInFacts.miners, name) ? builtInFacts.miners[name] : undefined,
    ...(rules && { rules: config => rules(config, name) }),
    ...(name === 'openai' && oldNames.openai),
  }
}

/**
 * Checks that the host can read a miner's settings beside its own.
 *
 * @throws {ConfigError} CONFIG_SCHEMA
 */
export function checkSettings(miner: MinerDefinition): void {
  const sections = [...Object.values(hostSections), minerSection(miner)]
  catalogOf(sections, [])
  flagsOf(sections, new Set())
}

/** Returns a problem for each setting of an axon that another one contradicts, whatever sections they are of. */
export function contradictions(configuration: Configuration): readonly Problem[] {
  return [...idleSecret(configuration), ...idleAdmin(configuration), ...smallBudget(configuration)]
}

/**
 * The secret of a Redis, where none is named. A file or a variable may have it for other runs: it counts when the store is not
 * named either, which may have been forgotten.
 */
function idleSecret(configuration: Configuration): readonly Problem[] {
  const { store, storeSecret } = valuesOf(configuration, hostSections.axon)
  const origin = configuration.origins.get('axon.storeSecret')
  if (storeSecret === undefined || !origin || (store !== 'disk' && store !== 'memory')) return []
  const isOfThisRun = origin.from === 'flag' || origin.from === 'program'
  if (!isOfThisRun && configuration.origins.get('axon.store')?.from !== 'default') return []
  const path = 'axon.storeSecret'
  const message = `${path} has no effect, because axon.store is ${store}`
  return [{ code: 'RULE_BROKEN', path, message, origin, hint: 'name the Redis with --store, or leave it out' }]
}

/** Flags of an admin port that does not open. A file or a variable may have them for other runs. */
function idleAdmin(configuration: Configuration): readonly Problem[] {
  if (configuration.origins.has('admin.port')) return []
  return ['admin.host', 'admin.allowHost'].flatMap(path => {
    const origin = configuration.origins.get(path)
    if (origin?.from !== 'flag') return []
    const message = `${path} has no effect without admin.port`
    return [
      {
        code: 'RULE_BROKEN' as const,
        path,
        message,
        origin,
        hint: 'open the admin port with --admin-port, or leave it out',
      },
    ]
  })
}

function smallBudget(configuration: Configuration): readonly Problem[] {
  const { maxBody } = valuesOf(configuration, hostSections.axon)
  const { bodies } = valuesOf(configuration, hostSections.limits)
  if (bodies >= maxBody) return []
  const path = 'limits.bodies'
  const message = `${path} cannot be below axon.maxBody, which is ${printUnit('size', maxBody)}`
  const origin = configuration.origins.get(path)
  return [{ code: 'RULE_BROKEN', path, message, origin, hint: 'raise it, or lower --max-body' }]
}
