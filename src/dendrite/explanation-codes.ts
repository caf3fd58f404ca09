import type { ErrorCodes } from '../text/error-codes.js'

/** The one table of what `miner query` makes of a reply that is not a success. */
export const explanationCodes = {
  MALFORMED: { meaning: 'the axon cannot read the question (400)', remedy: 'check the fields that were sent' },
  CLOCKS_DIFFER: {
    meaning: 'the nonce is too old or in the future for the axon (401)',
    remedy: 'set both clocks by NTP; a longer `--timeout` allows for more',
  },
  NONCE_OVERTAKEN: { meaning: 'the axon has seen a newer nonce of this caller (401)', remedy: 'ask again' },
  SIGNATURE_MISMATCH: {
    meaning: 'the signature does not fit what the axon received (401)',
    remedy: 'check `--receiver`: it must be the hotkey of the axon at `--url`',
  },
  NOT_VERIFIED: {
    meaning: 'the axon does not verify the caller, for another reason (401)',
    remedy: 'check the wallet and its hotkey, and that a proxy in front of the axon keeps headers with underscores',
  },
  BLACKLISTED: {
    meaning: 'the axon does not answer this hotkey (403)',
    remedy:
      'ask with a hotkey that it admits: registered, with a validator permit and enough stake, or on its allow list',
  },
  NOT_FOUND: { meaning: 'no axon listens at this address (404)', remedy: 'check `--url`' },
  UNKNOWN_SYNAPSE: {
    meaning: 'the axon does not serve this synapse (404)',
    remedy: 'name its dialect with `--dialect`; the hint lists what it serves',
  },
  TIMEOUT: {
    meaning: 'the whole answer did not arrive in time (408)',
    remedy: 'allow more time with `--timeout`, or ask when the axon has less to do',
  },
  DEADLINE: {
    meaning: 'the axon could not answer in time (408, 503, 504)',
    remedy: 'allow more time with `--timeout`, or ask when the axon has less to do',
  },
  QUESTION_TOO_LONG: { meaning: 'the question is too large (413)', remedy: 'ask with less text' },
  BUSY: { meaning: 'the axon accepts no more questions for now (429)', remedy: 'ask later, or with fewer at once' },
  BUDGET_SPENT: {
    meaning: "the budget of the axon's operator leaves too little (429)",
    remedy: 'ask again when the hint says: the budget is that of a day (UTC)',
  },
  UNSUPPORTED: { meaning: 'the miner behind the axon cannot do that (501)', remedy: 'ask a question that it supports' },
  STANDINGS_UNKNOWN: {
    meaning: 'the axon does not know yet whether this hotkey is registered (503)',
    remedy:
      'ask again in a minute, or with a hotkey on its allow list; if it stays so, the axon cannot reach its chain',
  },
  AXON_UNAVAILABLE: { meaning: 'the axon cannot answer now (503)', remedy: 'ask again in a few seconds' },
  AXON_UNREACHABLE: {
    meaning: 'the connection is refused or not accepted',
    remedy: 'check `--url`, that the axon runs, and its firewall',
  },
  REPLY_MISSING: {
    meaning: 'the axon closed the connection without a reply',
    remedy: "check `--url`; look into the axon's own log",
  },
  REPLY_CUT: {
    meaning: 'the axon closed the connection before the end of the reply',
    remedy:
      "look into the axon's own log: its model may have failed, or it ran out of the time that `--timeout` gives it",
  },
  REPLY_UNREADABLE: {
    meaning: 'the reply is not HTTP, or not a synapse',
    remedy: 'check that `--url` names an axon of SDK 6 to 10',
  },
  STATUS_MISSING: {
    meaning: 'the reply has no status, which validators count as no answer',
    remedy: "look into the axon's own log",
  },
  AXON_FAILED: { meaning: 'the axon failed (500 and above)', remedy: "look into the axon's own log" },
  REFUSED: { meaning: 'the axon refused with another status', remedy: 'check the fields that were sent' },
} satisfies ErrorCodes
