"""Writes a llama model of 4 MB that recites, as GGUF: in it each token has one successor, so its answer is known.

    python recite.py FILE

It answers any question with PASSAGE and ends, and one whose last word is `count` with LOOP for ever. The 😀 of the passage
is four tokens of a byte each, so a server cuts within a character.
"""
import json
import sys

import gguf
import numpy
from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers

PASSAGE = " The quick brown fox jumps over a lazy dog, naïve café 日本語 смайл 😀 and then says: goodbye!"
LOOP = " one two three four five six seven eight nine ten eleven twelve"
TEMPLATE = "{% for m in messages %}<|{{ m['role'] }}|>{{ m['content'] }}{% if not loop.last %}<|end|>{% endif %}{% endfor %}"
SPECIAL = ["<|endoftext|>", "<|end|>", "<|system|>", "<|user|>", "<|assistant|>", "<|tool|>"]
WIDTH, LAYERS, CONTEXT = 256, 2, 32768


def tokenizer():
    """A byte-level BPE in which no token of the passage or the loop occurs twice."""
    made = Tokenizer(models.BPE())
    made.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    made.decoder = decoders.ByteLevel()
    texts = [PASSAGE.replace(" 😀", ""), LOOP, " count", "count"]
    made.train_from_iterator(
        texts * 8,
        trainers.BpeTrainer(
            vocab_size=2000,
            min_frequency=2,
            special_tokens=SPECIAL,
            initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
            show_progress=False,
        ),
    )
    return made


def successors(made):
    """Token → the token that follows it; and the token that follows all others."""
    passage, loop = made.encode(PASSAGE).ids, made.encode(LOOP).ids
    assert len({*passage, *loop}) == len(passage) + len(loop), "a token occurs twice"
    end = made.token_to_id("<|endoftext|>")
    chains = zip(passage + loop, passage[1:] + [end] + loop[1:] + loop[:1])
    count = {made.encode(word).ids[0]: loop[0] for word in (" count", "count")}
    return {**dict(chains), **count}, passage[0]


def weights(size, follows, otherwise):
    """Embeddings and output matrix. All layers are zero, so the last token alone chooses the next."""
    random = numpy.random.default_rng(7)

    def direction():
        vector = random.standard_normal(WIDTH).astype(numpy.float32)
        return vector / numpy.linalg.norm(vector)

    strength = 20 / numpy.sqrt(WIDTH)  # the right token's logit becomes about 20
    common = direction()
    embed = numpy.tile(common, (size, 1))
    output = numpy.zeros((size, WIDTH), numpy.float32)
    for token, successor in follows.items():
        embed[token] = direction()
        output[successor] += strength * embed[token]
    output[otherwise] += strength * common
    return embed, output


def write(path):
    made = tokenizer()
    size = made.get_vocab_size()
    embed, output = weights(size, *successors(made))
    vocabulary = [token for token, _ in sorted(made.get_vocab().items(), key=lambda entry: entry[1])]
    end = made.token_to_id("<|endoftext|>")

    out = gguf.GGUFWriter(path, "llama")
    out.add_context_length(CONTEXT)
    out.add_embedding_length(WIDTH)
    out.add_feed_forward_length(WIDTH)
    out.add_block_count(LAYERS)
    out.add_head_count(4)
    out.add_head_count_kv(4)
    out.add_rope_dimension_count(WIDTH // 4)
    out.add_layer_norm_rms_eps(1e-6)
    out.add_vocab_size(size)
    out.add_tokenizer_model("gpt2")
    out.add_tokenizer_pre("gpt-2")
    out.add_token_list(vocabulary)
    out.add_token_types([gguf.TokenType.CONTROL if token in SPECIAL else gguf.TokenType.NORMAL for token in vocabulary])
    out.add_token_merges(merges(made))
    out.add_bos_token_id(end)
    out.add_eos_token_id(end)
    out.add_eot_token_id(made.token_to_id("<|end|>"))
    out.add_add_bos_token(False)
    out.add_chat_template(TEMPLATE)

    ones = numpy.ones(WIDTH, numpy.float32)
    zeros = numpy.zeros((WIDTH, WIDTH), numpy.float32)
    out.add_tensor("token_embd.weight", embed)
    out.add_tensor("output_norm.weight", ones)
    out.add_tensor("output.weight", output)
    for layer in range(LAYERS):
        for name in ("attn_q", "attn_k", "attn_v", "attn_output", "ffn_gate", "ffn_up", "ffn_down"):
            out.add_tensor(f"blk.{layer}.{name}.weight", zeros)
        for name in ("attn_norm", "ffn_norm"):
            out.add_tensor(f"blk.{layer}.{name}.weight", ones)
    out.write_header_to_file()
    out.write_kv_data_to_file()
    out.write_tensors_to_file()
    out.close()


def merges(made):
    return [one if isinstance(one, str) else " ".join(one) for one in json.loads(made.to_str())["model"]["merges"]]


if __name__ == "__main__":
    write(sys.argv[1])
