"""A miner on taowire, with one worker: answers POST /v1/prompting with an echo, on a free port of loopback.

    python taowire.py HOTKEY…

The hotkeys are the validators that may ask. Prints one line {"port"} once it serves; stops on SIGTERM.
"""
import asyncio
import json
import socket
import sys
import tempfile
from pathlib import Path

# This file must not stand for the package of the same name.
sys.path.pop(0)

import uvicorn  # noqa: E402
from pydantic import BaseModel  # noqa: E402
from taowire.config import MinerSettings  # noqa: E402
from taowire.miner.app import Miner  # noqa: E402
from taowire.observability.logging import configure_logging  # noqa: E402
from taowire.testing.fake_chain import FakeChain  # noqa: E402
from taowire.testing.keys import dev_key  # noqa: E402
from taowire.testing.metagraph import FakeMetagraphSource  # noqa: E402

NETUID = 1


class Prompting(BaseModel):
    roles: list[str]
    messages: list[str]


class Completion(BaseModel):
    completion: str


def miner(port):
    bob = dev_key("bob").keypair
    chain = FakeChain()
    chain.add_subnet(NETUID)
    chain.register(NETUID, bob.ss58_address)
    for hotkey in sys.argv[1:]:
        chain.register(NETUID, hotkey, validator_permit=True, stake_tao=1000)
    gateway = chain.with_signer(bob.ss58_address)
    settings = MinerSettings(
        netuid=NETUID,
        wallet_name="bench",
        wallet_path=Path(tempfile.gettempdir()),  # not read, because the hotkey is passed in
        external_ip="127.0.0.2",
        bind_host="127.0.0.1",
        bind_port=port,
        allow_private_axons=True,
        ntp_servers=(),
        rate_ip_per_s=1_000_000,
        rate_ip_burst=1_000_000,
        rate_hotkey_per_s=1_000_000,
        rate_hotkey_burst=1_000_000,
        # As long as the other servers of the bench accept a request, and the store twice as long.
        auth_max_age_s=60,
        nonce_retention_s=124,
    )
    metagraph = FakeMetagraphSource(gateway, NETUID)
    echo = Miner(settings, gateway=gateway, metagraph=metagraph, hotkey=bob, check_sdk=False)

    @echo.route("/v1/prompting", request=Prompting, response=Completion)
    async def prompting(request: Prompting, _context) -> Completion:
        return Completion(completion=request.messages[-1])

    return echo


async def main():
    configure_logging("WARNING")
    # asyncio sets TCP_NODELAY only where the socket names its protocol; without it each reply takes 40 ms more.
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP) as listening:
        listening.bind(("127.0.0.1", 0))
        port = listening.getsockname()[1]
        echo = miner(port)
        async with echo.running() as app:
            options = {key: value for key, value in echo.uvicorn_options().items() if key not in ("host", "port")}
            server = uvicorn.Server(uvicorn.Config(app, lifespan="off", **options))
            serving = asyncio.create_task(server.serve([listening]))
            while not server.started:  # uvicorn has no event for it
                await asyncio.sleep(0.01)
            print(json.dumps({"port": port}), flush=True)
            await serving


asyncio.run(main())
