// pm2 start ecosystem.config.cjs: runs `miner serve` with the settings of the configuration file.
// No secret belongs here, since pm2 keeps its environment in ~/.pm2: let the configuration name keys as file:PATH.
module.exports = {
  apps: [
    {
      name: 'miner',
      // The file itself: npx, and `miner` in a shell, do not pass signals on. Name the folder of your clone or install here.
      script: './node_modules/bittensor-miner/bin/run.js',
      args: 'serve',
      interpreter: 'node',
      interpreter_args: '--max-semi-space-size=4',
      // One process: several need a Redis, and an address of their own (docs/replicas.md).
      instances: 1,
      exec_mode: 'fork',
      autorestart: true,
      // No restart mends a mistake in the configuration (2), or the loss of the place in the subnet (69).
      stop_exit_codes: [0, 2, 69],
      exp_backoff_restart_delay: 1000,
      // Longer than the 30 s in which the miner finishes its requests. pm2 sends SIGINT, and kills after this.
      kill_timeout: 45000,
      // The log is JSON, a record a line; pm2 would put its own time before each.
      time: false,
      merge_logs: true,
    },
  ],
}
