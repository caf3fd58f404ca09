export type { DialectPlugin, MinerPlugin, Sdk } from './plugin/define.js'
export type { Answer, Ask, Call, DialectDefinition, Json, Patch, Route } from './plugin/dialect.js'
export type { Log } from './plugin/log.js'
export type {
  Asked,
  Attempt,
  Check,
  Hotkey,
  Message,
  Miner,
  MinerContext,
  MinerDefinition,
  Outcome,
  Piece,
  Question,
  Role,
  Usage,
} from './plugin/miner.js'
export type { NoAnswer, NoAnswerReason } from './plugin/no-answer.js'
