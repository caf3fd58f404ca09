export type { Alias, SettingMeta, Unit } from './config/schema/setting-meta.js'
export type {
  Answer,
  Ask,
  AskHow,
  Call,
  Caller,
  DialectDefinition,
  Frames,
  HashField,
  Need,
  Patch,
  PlainRoute,
  PythonEnum,
  Rate,
  RefusalCode,
  Refusals,
  Route,
  RouteTerms,
  Sign,
  TtlMap,
} from './plugin/dialect.js'
export type { ExtendedSettings, MinerExtension } from './plugin/extend/extend-miner.js'
export type { OpenAIEndpointShape, OpenAISettingsSchema } from './plugin/extend/openai-settings.js'
export type { WrapMinerHow } from './plugin/extend/wrap-miner.js'
export type { Json } from './plugin/json.js'
export type { Log } from './plugin/log.js'
export type {
  Asked,
  Attempt,
  BrokenRule,
  Capabilities,
  Check,
  CheckHow,
  Diagnosis,
  Embedding,
  EndpointHealth,
  Hotkey,
  Logprob,
  Message,
  Miner,
  MinerContext,
  MinerDefinition,
  ModelList,
  OfferedModel,
  Outcome,
  Piece,
  ProvenCall,
  Question,
  Relayed,
  Role,
  Tool,
  ToolCall,
  ToolDelta,
  Verdict,
} from './plugin/miner.js'
export type { ModelSource, MostUsage, Spend, Spending, Usage } from './plugin/money/spending.js'
export type { HostCode, NoAnswer, NoAnswerReason } from './plugin/no-answer.js'
export type { DialectPlugin, MinerPlugin, Sdk } from './plugin/sdk.js'
