"""Answers, a line of JSON each, what a request means to Python: the numbers of its head, its key, the hash of its body,
and the question that its body holds. Uses Python's own json, int, float, repr and Enum, and nothing of this project."""

import base64
import enum
import hashlib
import json
import sys

ALPHABET = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
ABSENT = object()


class Role(str, enum.Enum):
    SYSTEM = "system"
    USER = "user"


def number(convert, text):
    if text is None:
        return None
    try:
        return str(convert(text))
    except ValueError:
        return None


def public_key(address):
    """Decodes an ss58 address of prefix 42; None for anything else."""
    if address is None or not all(c in ALPHABET for c in address) or len(address) > 60:
        return None
    value = 0
    for c in address:
        value = value * 58 + ALPHABET.index(c)
    raw = value.to_bytes(64, "big").lstrip(b"\0")
    leading = len(address) - len(address.lstrip("1"))
    raw = b"\0" * leading + raw
    if len(raw) != 35 or raw[0] != 42:
        return None
    checksum = hashlib.blake2b(b"SS58PRE" + raw[:33], digest_size=64).digest()
    return raw[1:33].hex() if checksum[:2] == raw[33:] else None


def sha3(text):
    return hashlib.sha3_256(text.encode()).hexdigest()


def as_float(value):
    return float(value) if isinstance(value, int) and not isinstance(value, bool) else value


def as_model(value):
    if isinstance(value, list):
        return [as_model(item) for item in value]
    if isinstance(value, dict):
        return {key: value[key] for key in ("b", "a") if key in value}
    return value


def as_role(value):
    if isinstance(value, list):
        return [as_role(item) for item in value]
    if isinstance(value, dict):
        return {key: as_role(item) for key, item in value.items()}
    try:
        return Role(value) if isinstance(value, str) else value
    except ValueError:
        return value


def same(value):
    return value


GITTENSOR = [("messages", same, ABSENT), ("model_id", same, ABSENT), ("max_tokens", same, 64), ("logprobs", same, False)]
HASHED = {
    "Prompting": [[("messages", same, ABSENT)]],
    "StreamPrompting": [[("messages", same, ABSENT)]],
    "StreamPromptingSynapse": [[("messages", same, ABSENT)]],
    "InferenceSynapse": [GITTENSOR, GITTENSOR + [("release_id", same, None)]],
    "Typed": [
        [
            ("number", as_float, ABSENT),
            ("count", same, ABSENT),
            ("note", same, "none"),
            ("model", as_model, ABSENT),
            ("models", as_model, ABSENT),
            ("role", as_role, ABSENT),
            ("roles", as_role, ABSENT),
            ("table", same, ABSENT),
        ]
    ],
    "Free": [[("text", same, ABSENT)]],
}


def field_text(body, name, convert, default):
    value = body.get(name, default)
    if value is ABSENT:
        raise KeyError(name)
    value = convert(value)
    return value if type(value) is str else str(value)


def body_hash(body, fields):
    try:
        return sha3("".join(sha3(field_text(body, *field)) for field in fields))
    except (KeyError, OverflowError, UnicodeEncodeError, ValueError):
        return None


def prompting(body):
    roles, messages = body["roles"], body["messages"]
    return {"messages": [list(pair) for pair in zip(roles, messages, strict=True)]}


def gittensor(body):
    return {
        "messages": [[message["role"], message["content"]] for message in body["messages"]],
        "model": body["model_id"],
        "maxTokens": min(max(int(body.get("max_tokens", 64)), 1), 1024),
        "logprobs": body.get("logprobs", False),
    }


def typed(body):
    count = body["count"]
    content = {
        "number": as_float(body["number"]),
        "count": str(count) if isinstance(count, int) and abs(count) >= 2**53 else count,
        "note": body.get("note", "none"),
        "model": as_model(body["model"]),
        "models": as_model(body["models"]),
        "role": body["role"],
        "roles": body["roles"],
        "table": body["table"],
    }
    return {"content": content}


def texts(body):
    return {"messages": [["user", body["text"]]]}


# True: the question is none of the body's fields alone, and the hash covers none of them.
QUESTIONS = {
    "Prompting": prompting,
    "StreamPrompting": prompting,
    "StreamPromptingSynapse": prompting,
    "InferenceSynapse": gittensor,
    "Typed": typed,
    "Free": texts,
    "Open": texts,
    "Observation": lambda _: True,
    "CgSynapse": lambda _: True,
}


def question(body, synapse):
    try:
        asks = QUESTIONS[synapse](body)
        json.dumps(asks, allow_nan=False)
        return asks
    except (KeyError, TypeError, ValueError, AttributeError, OverflowError):
        return None


def answer(asked):
    synapse = asked["synapse"]
    result = {
        "nonce": number(int, asked["nonce"]),
        "timeout": number(float, asked["timeout"]),
        "key": public_key(asked["hotkey"]),
        "hashes": [],
        "question": None,
    }
    try:
        body = json.loads(base64.b64decode(asked["body"]))
    except (ValueError, RecursionError):
        return result
    if not isinstance(body, dict):
        return result
    hashes = [body_hash(body, fields) for fields in HASHED.get(synapse, [[]])]
    return result | {"hashes": [value for value in hashes if value], "question": question(body, synapse)}


for line in sys.stdin:
    sys.stdout.write(json.dumps(answer(json.loads(line))) + "\n")
    sys.stdout.flush()
