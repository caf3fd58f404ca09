"""A validator: asks an axon with the dendrite of the SDK.

    python validator.py --port 8091 --axon-hotkey 5F… [--uri //Alice] [--timeout 12] [--concurrency 1] [--monotonic]
        [--stream [--leave-after N]]

Reads questions from stdin, one {"roles", "messages"} a line, and prints one line an answer, in the same order:
{"completion", "status_code", "status_message", "process_time"}; with --stream also "chunks", [text, seconds after the
question] of each that was read. With --leave-after, closes the connection after so many chunks. With --monotonic, nonces count
from the boot of this machine, as in SDK 6.0 to 7.1.
"""
import argparse
import asyncio
import contextlib
import json
import sys
import time

from bittensor_sdk import Dendrite, Keypair, Prompting, StreamPromptingSynapse, arguments, close, loopback, result


async def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--axon-hotkey", required=True, help="ss58 address that the axon serves for")
    parser.add_argument("--uri", default="//Alice", help="who asks: a development key")
    parser.add_argument("--timeout", type=float, default=12.0)
    parser.add_argument("--concurrency", type=int, default=1)
    parser.add_argument("--monotonic", action="store_true")
    parser.add_argument("--stream", action="store_true")
    parser.add_argument("--leave-after", type=int)
    options = parser.parse_args(arguments)

    dendrite = Dendrite(wallet=Keypair.create_from_uri(options.uri))
    if options.monotonic:
        time.time_ns = time.monotonic_ns
    axon = loopback(options.port, options.axon_hotkey)
    free = asyncio.Semaphore(options.concurrency)

    async def ask_stream(synapse):
        """What was read, and when; the SDK yields the synapse last, also after an error."""
        asked_at, chunks = time.perf_counter(), []
        parts = dendrite.call_stream(axon, synapse=synapse, timeout=options.timeout, deserialize=False)
        async for part in parts:
            if not isinstance(part, str):
                return part, chunks
            chunks.append([part, time.perf_counter() - asked_at])
            if len(chunks) == options.leave_after:
                with contextlib.suppress(RuntimeError):  # the SDK yields once more, after it has closed the connection
                    await parts.aclose()
                return synapse, chunks

    async def ask(question):
        async with free:
            synapse = (StreamPromptingSynapse if options.stream else Prompting)(**question)
            more = {}
            if options.stream:
                answer, more["chunks"] = await ask_stream(synapse)
            else:
                answer = await dendrite.call(axon, synapse=synapse, timeout=options.timeout, deserialize=False)
            return {
                "completion": answer.completion,
                "status_code": answer.dendrite.status_code,
                "status_message": answer.dendrite.status_message,
                "process_time": answer.axon.process_time,
                **more,
            }

    for answer in await asyncio.gather(*(ask(json.loads(line)) for line in sys.stdin)):
        print(json.dumps(answer), file=result)
    await close(dendrite)


if __name__ == "__main__":
    asyncio.run(main())
