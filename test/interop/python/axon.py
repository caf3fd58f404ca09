"""A miner on the SDK's own axon: answers Prompting with an echo, and StreamPromptingSynapse with one character by
character, on a free port of loopback.

    python axon.py [--uri //Bob] [--delay 0] [--async-forward] [--blacklist REASON]

Prints one line {"hotkey", "port"} once it serves; stops on SIGTERM.
"""
import argparse
import asyncio
import json
import os
import signal
import time
from typing import List, Tuple

from bittensor_sdk import Axon, Keypair, Prompting, arguments, bt, result


class Wallet:
    """As much of a wallet as an axon reads."""

    def __init__(self, uri):
        self.hotkey = self.coldkeypub = self.coldkey = Keypair.create_from_uri(uri)


class StreamPromptingSynapse(bt.StreamingSynapse):
    """The synapse of opentensor/prompting 2, as much of it as an axon needs."""

    roles: List[str]
    messages: List[str]
    completion: str = ""
    required_hash_fields: List[str] = ["messages"]

    async def process_streaming_response(self, response):
        raise NotImplementedError

    def extract_response_json(self, response):
        raise NotImplementedError

    def deserialize(self):
        return self.completion


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--uri", default="//Bob")
    parser.add_argument("--delay", type=float, default=0.0, help="seconds until it answers")
    parser.add_argument("--async-forward", action="store_true")
    parser.add_argument("--blacklist", help="refuse everybody, with this reason")
    options = parser.parse_args(arguments)

    def forward(synapse: Prompting) -> Prompting:
        time.sleep(options.delay)
        synapse.completion = "echo: " + synapse.messages[-1]
        return synapse

    async def forward_async(synapse: Prompting) -> Prompting:
        await asyncio.sleep(options.delay)
        synapse.completion = "echo: " + synapse.messages[-1]
        return synapse

    async def forward_stream(synapse: StreamPromptingSynapse) -> StreamPromptingSynapse:
        async def speak(send):
            for piece in ["echo: ", *synapse.messages[-1]]:
                await send({"type": "http.response.body", "body": piece.encode(), "more_body": True})
                await asyncio.sleep(options.delay)

        return synapse.create_streaming_response(speak)

    def blacklist(synapse: Prompting) -> Tuple[bool, str]:
        return options.blacklist is not None, options.blacklist or ""

    wallet = Wallet(options.uri)
    axon = Axon(wallet=wallet, external_ip="203.0.113.9", external_port=8091)
    axon.attach(forward_fn=forward_async if options.async_forward else forward, blacklist_fn=blacklist)
    axon.attach(forward_fn=forward_stream)
    # The SDK binds every address, and knows no free port.
    axon.fast_config.host, axon.fast_config.port = "127.0.0.1", 0
    signal.signal(signal.SIGTERM, lambda *_: os._exit(0))
    axon.start()
    while not axon.fast_server.started:
        time.sleep(0.01)
    port = axon.fast_server.servers[0].sockets[0].getsockname()[1]
    print(json.dumps({"hotkey": wallet.hotkey.ss58_address, "port": port}), file=result, flush=True)
    while True:
        signal.pause()


if __name__ == "__main__":
    main()
