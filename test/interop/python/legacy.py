"""Sends requests that a dendrite of SDK 6 once sent, signed anew as it signs: by //Alice, for this axon, with a nonce that
counts from the boot of this machine.

    python legacy.py --port 8091 --axon-hotkey 5F…

Reads from stdin one {"path", "headers", "body"} a line, and prints one line a reply: {"status", "headers", "body"}. Each line
is sent twice, the second time unchanged.
"""
import argparse
import asyncio
import json
import sys
import time
import uuid

import aiohttp
from bittensor_sdk import Keypair, arguments, result

FRAMING = {"host", "content-length"}


def signed(request, alice, receiver, dendrite):
    """As 6.1 dendrite.py preprocess_synapse_for_request does."""
    nonce = time.monotonic_ns()
    headers = {name: value for name, value in request["headers"].items() if name.lower() not in FRAMING}
    text = f"{nonce}.{alice.ss58_address}.{receiver}.{dendrite}.{headers['computed_body_hash']}"
    terminal = {"nonce": nonce, "uuid": dendrite, "hotkey": alice.ss58_address, "signature": f"0x{alice.sign(text).hex()}"}
    headers |= {f"bt_header_dendrite_{name}": str(value) for name, value in terminal.items()}
    body = json.loads(request["body"])
    body["dendrite"] |= terminal
    return headers | {"bt_header_axon_hotkey": receiver}, json.dumps(body)


async def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--axon-hotkey", required=True, help="ss58 address that the axon serves for")
    options = parser.parse_args(arguments)
    alice, dendrite = Keypair.create_from_uri("//Alice"), str(uuid.uuid1())

    async with aiohttp.ClientSession() as session:
        for line in sys.stdin:
            request = json.loads(line)
            headers, body = signed(request, alice, options.axon_hotkey, dendrite)
            for _ in range(2):
                url = f"http://127.0.0.1:{options.port}{request['path']}"
                async with session.post(url, headers=headers, data=body) as reply:
                    said = {"status": reply.status, "headers": dict(reply.headers), "body": await reply.json()}
                    print(json.dumps(said), file=result)


if __name__ == "__main__":
    asyncio.run(main())
