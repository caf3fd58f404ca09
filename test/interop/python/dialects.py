"""A validator of subnets that speak dialects of their own: asks an axon with the dendrite of the SDK.

    python dialects.py --port 8091 --axon-hotkey 5F… [--uri //Alice] [--timeout 12] [--announce-null]

Reads questions from stdin, one {"synapse", "fields"} a line, and prints one line an answer, in the same order:
{"status_code", "status_message", "fields"} as the SDK has checked them, "types" of those, "deserialized" where the class
says how, "bytes" of a stream in base64, and "signed": whether what Bitrecs wants signed is.
"""
import argparse
import asyncio
import base64
import hashlib
import json
import sys
from typing import Any, ClassVar, Dict, List, Optional, Tuple

import pydantic

from bittensor_sdk import Dendrite, Keypair, StreamingSynapse, arguments, bt, close, loopback, result


class InferenceSynapse(StreamingSynapse):
    """Subnet 74, Gittensor."""

    required_hash_fields: ClassVar[Tuple[str, ...]] = ("messages", "model_id", "max_tokens", "logprobs")

    messages: List[Dict[str, str]]
    model_id: str
    max_tokens: int = 64
    logprobs: bool = False
    completion: Optional[str] = None
    served_model_id: Optional[str] = None
    generation_ms: Optional[float] = None
    ttft_ms: Optional[float] = None
    decode_tps: Optional[float] = None
    tokens: Optional[List[str]] = None
    token_ids: Optional[List[int]] = None
    token_logprobs: Optional[List[float]] = None
    finish_reason: Optional[str] = None
    usage: Optional[Dict[str, int]] = None

    async def process_streaming_response(self, response):
        async for piece in response.content.iter_any():
            yield piece

    def extract_response_json(self, response):
        headers = {name.lower(): value for name, value in response.headers.items()}
        terminals = {
            side: {name[len(start) :]: value for name, value in headers.items() if name.startswith(start)}
            for side, start in (("axon", "bt_header_axon_"), ("dendrite", "bt_header_dendrite_"))
        }
        asked = {name: getattr(self, name) for name in self.required_hash_fields}
        return {"name": headers.get("name", ""), **terminals, **asked}


class AttestSynapse(bt.Synapse):
    """Subnet 74, Gittensor."""

    seed: int
    iters: int
    fill: bool = False
    devices: List[dict] = []
    wall_ms: float = 0.0
    queued_ms: float = 0.0
    error: str = ""


class CgSynapse(bt.Synapse):
    """Subnet 33, ReadyAI."""

    time_elapsed: int = 0
    cgp_input: List[dict]
    cgp_output: Optional[List[dict]] = None

    def deserialize(self):
        return self.cgp_output


class Item(pydantic.BaseModel):
    name: str
    description: str
    count: int


class Sensor(pydantic.BaseModel):
    lidar: List[Tuple[str, ...]]
    odometry: Tuple[str, ...]


class Perception(pydantic.BaseModel):
    environment: str
    objects: str
    interactions: List[Tuple[str, ...]]


class Observation(bt.Synapse):
    """Eastworld."""

    stats: dict
    items: List[Item]
    sensor: Optional[Sensor] = None
    perception: Optional[Perception] = None
    action_log: List[str]
    action_space: List[dict]
    action: List[dict]
    reward: float


class BitrecsRequest(bt.Synapse):
    """Subnet 122, Bitrecs: its fields are required, and may be null all the same."""

    created_at: Optional[str]
    user: Optional[str]
    num_results: int = 0
    query: Optional[str]
    context: Optional[str]
    site_key: Optional[str]
    results: Optional[list]
    models_used: Optional[list]
    miner_uid: Optional[str]
    miner_hotkey: Optional[str]
    miner_signature: Optional[str] = None
    verified_proof: Optional[Dict[str, Any]] = None

    announce_null: ClassVar[bool] = False

    def to_headers(self):
        """The SDK announces the required fields, but none that is null."""
        null = [name for name in self.get_required_fields() if getattr(self, name) is None and self.announce_null]
        return {**super().to_headers(), **{f"bt_header_input_obj_{name}": "bnVsbA==" for name in null}}

    def is_signed(self):
        payload = {
            "name": self.name,
            "axon_hotkey": self.axon.hotkey,
            "dendrite_hotkey": self.dendrite.hotkey,
            **self.model_dump(include=own_fields(self) - {"user", "context", "miner_signature"}),
        }
        digest = hashlib.sha256(json.dumps(payload, sort_keys=True).encode()).digest()
        return Keypair(ss58_address=self.miner_hotkey).verify(digest, bytes.fromhex(self.miner_signature))


synapses = {each.__name__: each for each in (InferenceSynapse, AttestSynapse, CgSynapse, Observation, BitrecsRequest)}


def own_fields(synapse):
    return set(type(synapse).model_fields) - set(bt.Synapse.model_fields)


async def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--axon-hotkey", required=True, help="ss58 address that the axon serves for")
    parser.add_argument("--uri", default="//Alice", help="who asks: a development key")
    parser.add_argument("--timeout", type=float, default=12.0)
    parser.add_argument("--announce-null", action="store_true", help="in the headers, also required fields that are null")
    options = parser.parse_args(arguments)
    BitrecsRequest.announce_null = options.announce_null

    dendrite = Dendrite(wallet=Keypair.create_from_uri(options.uri))
    how = {"target_axon": loopback(options.port, options.axon_hotkey), "timeout": options.timeout, "deserialize": False}

    async def ask(question):
        synapse, more = synapses[question["synapse"]](**question["fields"]), {}
        if isinstance(synapse, StreamingSynapse):
            pieces = []
            async for part in dendrite.call_stream(synapse=synapse, **how):
                if isinstance(part, bytes):
                    pieces.append(part)
                else:
                    answer = part  # the SDK yields the synapse last, also after an error
            more["bytes"] = base64.b64encode(b"".join(pieces)).decode()
        else:
            answer = await dendrite.call(synapse=synapse, **how)
        if answer.is_success and isinstance(answer, BitrecsRequest):
            more["signed"] = answer.is_signed()
        if type(answer).deserialize is not bt.Synapse.deserialize:
            more["deserialized"] = answer.deserialize()
        fields = answer.model_dump(include=own_fields(answer))
        return {
            "status_code": answer.dendrite.status_code,
            "status_message": answer.dendrite.status_message,
            "fields": fields,
            "types": {name: type(value).__name__ for name, value in fields.items()},
            **more,
        }

    for line in sys.stdin:
        answer = await ask(json.loads(line))
        print(json.dumps(answer), file=result)
    await close(dendrite)


if __name__ == "__main__":
    asyncio.run(main())
