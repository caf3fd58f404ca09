import { spawnSync } from 'node:child_process'
import { type LiveRun, liveMiner } from './cli.ts'

// Python has a terminal to give, of COLUMNS columns. What it is sent is typed into the terminal; SIGTERM and SIGHUP reach the program.
const terminal = `
import fcntl, os, pty, select, signal, struct, sys, termios
pid, fd = pty.fork()
if pid == 0:
    fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack('HHHH', 50, int(sys.argv[1]), 0, 0))
    os.execvp(sys.argv[2], sys.argv[2:])
for passed in signal.SIGTERM, signal.SIGHUP:
    signal.signal(passed, lambda number, _: os.kill(pid, number))
sources = [0, fd]
while True:
    for source in select.select(sources, [], [])[0]:
        try:
            data = os.read(source, 65536)
        except OSError:
            data = b''
        if source == 0 and not data:
            sources.remove(0)
        elif source == 0:
            os.write(fd, data)
        elif data:
            os.write(1, data)
        else:
            sys.exit(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
`

/** Returns whether this machine has what {@link onTerminal} needs. */
export function hasTerminal(): boolean {
  return spawnSync('python3', ['-c', 'import pty']).status === 0
}

const ERASE = '\r\u001b[2K'

/** Removes the line that shows on a slow machine that the program waits. */
export function withoutStatus(text: string): string {
  return text
    .split(ERASE)
    .filter(part => !/^[⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏]/.test(part))
    .join('')
}

type Options = {
  readonly env?: Record<string, string>
  readonly columns?: number
  /** a program to run instead of the miner, before its arguments */
  readonly program?: readonly string[]
}

/** Starts the real program, or another one, on a terminal; what is written to its standard input is typed. */
export function onTerminal(
  args: readonly string[],
  { env, columns = 80, program = ['sh', '-c', 'exec "$NODE" "$MINER" "$@"', 'sh'] }: Options = {},
): LiveRun {
  return liveMiner([String(columns), ...program, ...args], {
    command: 'exec python3 -c "$TERMINAL" "$@"',
    env: { TERMINAL: terminal, ...env },
  })
}
