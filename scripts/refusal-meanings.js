/** What each refusal means, and what the caller or the operator can do; docs/refusals.md shows it beside the wire's text. */
export const refusalMeanings = {
  MALFORMED: {
    meaning: 'the request cannot be read, or a field is missing or invalid',
    remedy: 'caller: correct what the text names',
  },
  HASH_MISMATCH: {
    meaning: 'the body hash in the header is not that of the hashed fields',
    remedy: "caller: hash the fields that the subnet's protocol requires; operator: check `--netuid` and `--dialect`",
  },
  NOT_VERIFIED: {
    meaning: 'the signature, the nonce or the hotkey is not valid; the text names which',
    remedy:
      "caller: set the clock by NTP, use each nonce once, and sign for this axon's hotkey; operator: a proxy in front of the axon must keep headers with underscores (nginx: `underscores_in_headers on`), and validators of SDK 6.0 to 7.1 need `--legacy-nonces`",
  },
  BLACKLISTED: {
    meaning: "the operator's rules or the miner's `blacklist` hook refuse this hotkey",
    remedy:
      'operator: check `--allow`, `--deny`, `--require-permit`, `--allow-unregistered`, `--min-stake` and, when the miner has lost its place, `--when-deregistered serve`; the text has the reason',
  },
  UNKNOWN_SYNAPSE: {
    meaning: 'the dialect does not have this synapse',
    remedy: 'operator: choose the dialect of the subnet with `--netuid` or `--dialect`',
  },
  NOT_FOUND: {
    meaning: 'the path names neither a synapse nor a route',
    remedy: 'caller: send the request to `/` and the name of the synapse',
  },
  METHOD_NOT_ALLOWED: {
    meaning: 'the HTTP method is neither POST nor GET',
    remedy: 'caller: use POST',
  },
  DEADLINE_IN_QUEUE: {
    meaning: "the caller's time-out passed before a place was free",
    remedy: 'operator: raise `--concurrency`, or use a faster model; caller: allow more time',
  },
  BODY_TIMEOUT: {
    meaning: 'the head or the body arrived too slowly',
    remedy: 'caller: check the network, or allow more time',
  },
  BODY_TOO_LARGE: {
    meaning: "the body is larger than `--max-body`, or than the route's own limit",
    remedy: 'caller: send less; operator: raise `--max-body`',
  },
  QUESTION_TOO_LONG: {
    meaning: "the conversation does not fit the model's context",
    remedy: 'caller: ask with less text; operator: choose a model with a longer context',
  },
  TOO_MANY_NONCES: {
    meaning:
      'the hotkey, or the address of callers that are not registered, sent too many requests within about a minute (100,000)',
    remedy: 'caller: ask again after `Retry-After`, and send fewer requests',
  },
  TOO_MANY_FAILED_PROOFS: {
    meaning:
      'the signatures of so many requests of this address did not verify that the axon checks no more of them for now',
    remedy:
      'caller: retry later, on the connection on which your hotkey was answered before; operator: name a proxy in front of the axon with `--trusted-proxy`, since its callers share its address otherwise',
  },
  BUSY: {
    meaning: 'the miner accepts no more questions for now, usually because of a rate limit of its model',
    remedy: 'caller: ask again after `Retry-After`; operator: raise the limit, or add a key or an endpoint',
  },
  RATE_EXCEEDED: {
    meaning: 'the hotkey, or the address of callers that are not registered, asked more often than the operator allows',
    remedy:
      'caller: ask again after `Retry-After`; operator: raise `--rate`, or give the hotkey a rate of its own in `policy.rates`',
  },
  BUDGET_USED: {
    meaning: 'the caller has used up its rate on this route, or its share of the miner',
    remedy:
      'caller: ask again after `Retry-After`; operator: name the hotkey with `--allow`, which lifts the rate of a route with rules; the dialect sets that rate, and the miner its shares',
  },
  BUDGET_SPENT: {
    meaning:
      "the operator's `--budget`, or that of the hotkey, leaves too little for the most that the answer may cost; the text tells whose it is, and whether requests in progress only reserve it",
    remedy:
      'caller: ask again after `Retry-After`, which is the next day (UTC) once it is spent; operator: raise `--budget`, or lower `--max-tokens`, which most of a reservation is for',
  },
  HEADERS_TOO_LARGE: {
    meaning: 'the headers are larger than 32 KiB',
    remedy: 'caller: send smaller headers',
  },
  INTERNAL: {
    meaning: 'the axon, the miner or the dialect threw an unexpected error',
    remedy: 'operator: search the log for the id; it has the stack trace',
  },
  UNSUPPORTED: {
    meaning: 'the miner or its model lacks what the question requires, such as tools or logprobs',
    remedy: 'operator: choose another miner, model or endpoint',
  },
  UPSTREAM_FAILED: {
    meaning: 'the model failed, or returned no usable answer',
    remedy: 'operator: run `miner check`; the log has the cause with a code of [errors.md](errors.md)',
  },
  STANDINGS_UNKNOWN: {
    meaning:
      'the chain has not told yet whether this hotkey is registered: the miner has just started, or cannot reach the chain',
    remedy:
      'caller: ask again after `Retry-After`; operator: look for the errors of the chain in the log, or name the hotkey with `--allow`',
  },
  DRAINING: {
    meaning: 'the miner is stopping and accepts no new requests',
    remedy: 'caller: ask again after the restart',
  },
  QUEUE_FULL: {
    meaning:
      'all places are taken, the queue is full, or that of the route, and this caller has more in it than others for its weight, or all others have a higher priority; some routes have no queue ([fairness.md](fairness.md))',
    remedy: 'caller: ask again later, or fewer at once; operator: raise `--concurrency` or `--queue`',
  },
  DEADLINE_TOO_NEAR: {
    meaning:
      "the caller's time-out ends before the model would begin to answer: the median of the latest questions took longer to their first word",
    remedy: 'caller: allow more time; operator: use a faster model, and look into the log for `firstMs`',
  },
  OVERLOADED: {
    meaning:
      "the axon's thread is too busy to take new work of this caller; strangers are refused first, then hotkeys without a permit, then those with the least stake",
    remedy:
      'caller: ask again after `Retry-After`; operator: look at `overload` of `/healthz`, and for a plugin that computes for long without a pause',
  },
  CHECKS_FULL: {
    meaning: 'too many signatures are waiting to be verified (256)',
    remedy: 'caller: ask again in a second; operator: look for a flood of requests',
  },
  NONCE_STORE_FULL: {
    meaning:
      'all callers together sent too many requests within about a minute (1,000,000; callers that are not registered are refused from 500,000 on)',
    remedy: 'caller: ask again after `Retry-After`; operator: look for a flood of requests',
  },
  LEGACY_STORE_FULL: {
    meaning:
      'the store remembers [legacy nonces](lifecycle.md#legacy-nonces) of 1,024 hotkeys, for good, and this is another one',
    remedy:
      'operator: do what the log says (`legacyStoreFull`): with the store on disk, stop the miner, delete its two files of nonces, and start it again, after which recorded requests with legacy nonces are answered once more; with Redis, delete the key that counts the hotkeys',
  },
  BODIES_FULL: {
    meaning:
      'the bodies that are arriving, and those whose requests wait or are answered, take all of their memory, and this caller has most of it, or its body came slowest',
    remedy: 'caller: retry later, or send fewer large bodies at once; operator: raise `--limits-bodies`',
  },
  NONCE_STORE_FAILED: {
    meaning:
      'the store of spent nonces did not keep this one in time: the disk is full or hangs, or Redis is out of reach; its nonce counts as spent',
    remedy:
      'caller: send a new request, with a new nonce, after `Retry-After`; operator: the log tells why the store fails (`storeFailed`)',
  },
  NONCES_UNKNOWN: {
    meaning:
      'the miner may have forgotten which requests it answered: for 4 s after a start without the file of spent nonces, with a damaged one or after a reboot, and for 6 s after a replica or its Redis was started',
    remedy: 'caller: send a new request after `Retry-After`; operator: the log tells why (`noncesUnknown`)',
  },
  BUDGET_UNWRITTEN: {
    meaning: 'the miner has a budget, and cannot write to its data folder what the request may cost',
    remedy: 'operator: make room on the disk, or let this user write the folder; the log has the reason',
  },
  LOADING: {
    meaning: 'the model is not ready yet',
    remedy: 'caller: ask again later',
  },
  DEADLINE: {
    meaning: "no answer was ready within the caller's time-out",
    remedy: 'operator: use a faster model or fewer tokens, and run `miner check`; caller: allow more time',
  },
}
