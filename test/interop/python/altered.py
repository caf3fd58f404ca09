"""Sends requests as the dendrite of SDK 10 makes them, but altered on the way, or made in a wrong way.

    python altered.py --port 8091 --axon-hotkey 5F… ALTERATION…

Prints one line an alteration: {"status", "headers", "body"} of the reply that its last request got.
"""
import argparse
import asyncio
import json
import time
from unittest import mock

from bittensor_sdk import Dendrite, Keypair, Prompting, arguments, close, loopback, result

SIGNATURE = "bt_header_dendrite_signature"


def set_header(name, value):
    """value: a text, or what is made of the one that is there"""

    def alter(headers, body):
        headers[name] = value(headers[name]) if callable(value) else value

    return alter


def drop_header(name):
    return lambda headers, body: headers.pop(name)


def set_field(name, value):
    return lambda headers, body: body.update({name: value})


# What happens to the signed request.
ALTERED = {
    "unsigned": drop_header(SIGNATURE),
    "empty signature": set_header(SIGNATURE, ""),
    "signature without 0x": set_header(SIGNATURE, lambda text: text[2:]),
    "signature of odd length": set_header(SIGNATURE, lambda text: text[:-1]),
    "signature cut short": set_header(SIGNATURE, "0x" + "ab" * 10),
    "signature of another text": set_header(SIGNATURE, lambda _: "0x" + Keypair.create_from_uri("//Alice").sign("hi").hex()),
    "signature of another key": set_header("bt_header_dendrite_hotkey", Keypair.create_from_uri("//Charlie").ss58_address),
    "no hotkey": drop_header("bt_header_dendrite_hotkey"),
    "hotkey that is none": set_header("bt_header_dendrite_hotkey", "5Abc"),
    "no nonce": drop_header("bt_header_dendrite_nonce"),
    "nonce that is no number": set_header("bt_header_dendrite_nonce", "1.5"),
    "other nonce": set_header("bt_header_dendrite_nonce", lambda text: str(int(text) + 1)),
    "other uuid": set_header("bt_header_dendrite_uuid", "f3c1b0de-8a52-11ee-8c99-0242ac120002"),
    "no body hash": drop_header("computed_body_hash"),
    "other messages": set_field("messages", ["Pay //Eve."]),
    "other hotkey in the body": set_field("dendrite", {"hotkey": Keypair.create_from_uri("//Eve").ss58_address}),
    "other receiver in the head": set_header("bt_header_axon_hotkey", Keypair.create_from_uri("//Eve").ss58_address),
}
# How it is made: seconds by which the validator's clock is wrong, the timeout it names, the axon it means, times it is sent.
MADE = {
    "unaltered": {},
    "replayed": {"times": 2},
    "stale": {"clock": -20},
    "signed before the axon began": {"clock": -40, "timeout": 60},
    "stale for any timeout": {"clock": -300, "timeout": 3600},
    "future": {"clock": 3600},
    "wrong receiver": {"receiver": "//Charlie"},
    "stranger": {"uri": "//Stranger"},
}


async def send(options, alteration):
    made = MADE.get(alteration, {})
    receiver = Keypair.create_from_uri(made["receiver"]).ss58_address if "receiver" in made else options.axon_hotkey
    dendrite = Dendrite(wallet=Keypair.create_from_uri(made.get("uri", "//Alice")))
    real_time = time.time_ns
    with mock.patch("time.time_ns", lambda: real_time() + made.get("clock", 0) * 10**9):
        synapse = dendrite.preprocess_synapse_for_request(
            loopback(options.port, receiver),
            Prompting(roles=["system", "user"], messages=["You answer briefly.", "hello"]),
            made.get("timeout", 12.0),
        )
    headers, body = synapse.to_headers(), synapse.model_dump()
    if alteration in ALTERED:
        ALTERED[alteration](headers, body)
    try:
        for _ in range(made.get("times", 1)):
            async with (await dendrite.session).post(f"http://127.0.0.1:{options.port}/Prompting", headers=headers, json=body) as reply:
                got = {"status": reply.status, "headers": dict(reply.headers), "body": await reply.json()}
        return got
    finally:
        await close(dendrite)


async def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--axon-hotkey", required=True)
    parser.add_argument("alterations", nargs="+", metavar="ALTERATION", choices=[*MADE, *ALTERED])
    options = parser.parse_args(arguments)
    for alteration in options.alterations:
        print(json.dumps(await send(options, alteration)), file=result)


if __name__ == "__main__":
    asyncio.run(main())
