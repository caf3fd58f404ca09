"""The bittensor SDK of this Python, 6 to 10: its names have moved, and it must not ask the internet who we are."""
import os
import sys
from typing import List

os.environ.setdefault("NO_VERSION_CHECKING", "1")
sys.argv, arguments = sys.argv[:1], sys.argv[1:]  # the SDK reads sys.argv by itself
# The SDK logs to stdout, from threads of its own, and would tear a long line of ours.
result, sys.stdout = sys.stdout, sys.stderr
import bittensor as bt  # noqa: E402

try:
    from bittensor.utils import networking
except ImportError:
    import bittensor.utils.networking as networking
networking.get_external_ip = lambda: "203.0.113.7"

try:
    from bittensor.core.chain_data import AxonInfo
except ImportError:
    AxonInfo = bt.AxonInfo
try:
    from bittensor.core.stream import StreamingSynapse
except ImportError:
    StreamingSynapse = bt.StreamingSynapse
try:
    from bittensor_wallet import Keypair
except ImportError:
    Keypair = bt.Keypair
# Lower-case names are modules in some versions, and classes in others.
Axon, Dendrite = (
    lower if isinstance(lower := getattr(bt, name.lower(), None), type) else getattr(bt, name) for name in ("Axon", "Dendrite")
)


class Prompting(bt.Synapse):
    """The synapse of opentensor/text-prompting."""

    roles: List[str]
    messages: List[str]
    completion: str = ""
    required_hash_fields: List[str] = ["messages"]


class StreamPromptingSynapse(StreamingSynapse):
    """The streamed synapse of opentensor/prompting 2, reading and all (prompting/protocol.py)."""

    roles: List[str]
    messages: List[str]
    completion: str = ""
    required_hash_fields: List[str] = ["messages"]

    async def process_streaming_response(self, response):
        async for chunk in response.content.iter_any():
            text = chunk.decode("utf-8")
            self.completion += text
            yield text

    def deserialize(self):
        return self.completion

    def extract_response_json(self, response):
        headers = {k.decode("utf-8"): v.decode("utf-8") for k, v in response.__dict__["_raw_headers"]}

        def extract_info(prefix):
            return {key.split("_")[-1]: value for key, value in headers.items() if key.startswith(prefix)}

        return {
            "name": headers.get("name", ""),
            "timeout": float(headers.get("timeout", 0)),
            "total_size": int(headers.get("total_size", 0)),
            "header_size": int(headers.get("header_size", 0)),
            "dendrite": extract_info("bt_header_dendrite"),
            "axon": extract_info("bt_header_axon"),
            "roles": self.roles,
            "messages": self.messages,
            "completion": self.completion,
        }


def loopback(port, hotkey):
    """What a metagraph says of an axon on this machine."""
    return AxonInfo(version=1, ip="127.0.0.1", port=port, ip_type=4, hotkey=hotkey, coldkey=hotkey)


async def close(dendrite):
    if dendrite._session:
        await dendrite._session.close()
        dendrite._session = None
