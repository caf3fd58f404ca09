"""What the SDK hashes of fields that are Enums: one line a class, {"class", "body", "hash"}.

The body is the JSON that a dendrite sends of the synapse.
"""
import enum
import json
from typing import ClassVar, List, Optional, Tuple

import pydantic

from bittensor_sdk import bt, result


class Role(str, enum.Enum):
    SYSTEM = "system"
    USER = "us'er"


class Kind(enum.Enum):
    CHAT = "chat"


class Level(enum.IntEnum):
    LOW = 1


class Mode(enum.StrEnum):
    FAST = "fast"


class Message(pydantic.BaseModel):
    role: Role
    content: str


class One(bt.Synapse):
    required_hash_fields: ClassVar[Tuple[str, ...]] = ("role", "kind", "level", "mode", "none")
    role: Role = "us'er"
    kind: Kind = Kind.CHAT
    level: Level = Level.LOW
    mode: Mode = Mode.FAST
    none: Optional[Role] = None


class Many(bt.Synapse):
    required_hash_fields: ClassVar[Tuple[str, ...]] = ("roles", "levels", "modes", "messages")
    roles: List[Role]
    levels: List[Level]
    modes: List[Mode]
    messages: List[Message]


synapses = [
    One(role="us'er"),
    Many(
        roles=["system", "us'er"],
        levels=[1],
        modes=["fast"],
        messages=[{"role": "system", "content": "Be brief."}, {"role": "us'er", "content": "system"}],
    ),
]
for synapse in synapses:
    body = json.loads(synapse.model_dump_json())
    print(json.dumps({"class": type(synapse).__name__, "body": body, "hash": synapse.body_hash}), file=result)
