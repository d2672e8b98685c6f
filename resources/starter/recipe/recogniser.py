"""The starter recogniser's network: a small Whisper, with a spelling output (CTC) that only training uses."""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import partial

import tokens
import torch
from examples import LETTERS
from torch import nn
from torch.nn import functional
from transformers import WhisperConfig, WhisperForConditionalGeneration

WIDTH = 192
CONFIG = WhisperConfig(
    vocab_size=tokens.VOCABULARY_SIZE,
    d_model=WIDTH,
    encoder_layers=4,
    decoder_layers=2,
    encoder_attention_heads=3,
    decoder_attention_heads=3,
    encoder_ffn_dim=4 * WIDTH,
    decoder_ffn_dim=4 * WIDTH,
    max_source_positions=1500,
    max_target_positions=448,
    dropout=0.0,
    pad_token_id=tokens.END,
    bos_token_id=tokens.END,
    eos_token_id=tokens.END,
    decoder_start_token_id=tokens.START,
    attn_implementation="sdpa",
)


class Recogniser(nn.Module):
    """Whisper whose 51,865 tokens cost as much as the `used` ones: all others share one row, `unused`."""

    def __init__(self, used: torch.Tensor) -> None:
        super().__init__()
        self.whisper = WhisperForConditionalGeneration(CONFIG)
        self.spelling = nn.Linear(WIDTH, len(LETTERS) + 1)
        self.unused = nn.Parameter(torch.zeros(WIDTH))
        self.register_buffer("used", used)
        columns = torch.full((tokens.VOCABULARY_SIZE,), len(used))
        columns[used] = torch.arange(len(used))
        self.register_buffer("columns", columns)
        nn.init.normal_(self.embedding.weight, std=0.05)
        self.whisper.model.encoder.embed_positions.weight.requires_grad_(False)  # sinusoids, as in Whisper
        self._queries: dict[int, torch.Tensor] = {}
        for i, layer in enumerate(self.whisper.model.decoder.layers):
            layer.encoder_attn.register_forward_pre_hook(partial(self._remember, i), with_kwargs=True)

    def _remember(self, layer: int, module: nn.Module, inputs: tuple, named: dict) -> None:
        self._queries[layer] = named["hidden_states"] if "hidden_states" in named else inputs[0]

    @property
    def embedding(self) -> nn.Embedding:
        return self.whisper.model.decoder.embed_tokens

    def encode(self, mel: torch.Tensor) -> torch.Tensor:
        """[batch, 80, frames] -> [batch, frames / 2, WIDTH]; unlike Whisper's own, for windows of any length."""
        encoder = self.whisper.model.encoder
        hidden = functional.gelu(encoder.conv2(functional.gelu(encoder.conv1(mel)))).transpose(1, 2)
        hidden = hidden + encoder.embed_positions.weight[: hidden.shape[1]]
        for layer in encoder.layers:
            output = layer(hidden, attention_mask=None)
            hidden = output[0] if isinstance(output, tuple) else output
        return encoder.layer_norm(hidden)

    def logits(self, inputs: torch.Tensor, heard: torch.Tensor) -> torch.Tensor:
        """[batch, length, used + 1]: the last column stands for all unused tokens together."""
        decoder = self.whisper.model.decoder
        self._queries.clear()
        hidden = decoder(input_ids=inputs, encoder_hidden_states=heard, use_cache=False).last_hidden_state
        rows = torch.cat([self.embedding.weight[self.used], self.unused[None]])
        logits = (hidden @ rows.T).float()
        others = logits[..., -1:] + math.log(tokens.VOCABULARY_SIZE - len(self.used))
        return torch.cat([logits[..., :-1], others], -1)

    def attention(self, layer: int, heads: Sequence[int], heard: torch.Tensor) -> torch.Tensor:
        """Where those heads of the decoder looked in the last call of `logits`: [batch, heads, length, frames / 2]."""
        module = self.whisper.model.decoder.layers[layer].encoder_attn
        query, key = (
            projected.unflatten(-1, (CONFIG.decoder_attention_heads, -1)).transpose(1, 2)[:, list(heads)]
            for projected in (module.q_proj(self._queries[layer]), module.k_proj(heard))
        )
        return (query @ key.transpose(-1, -2) / math.sqrt(query.shape[-1])).float().softmax(-1)

    def finished(self) -> WhisperForConditionalGeneration:
        """The plain Whisper model, with the shared row written to every unused token."""
        unused = torch.ones(tokens.VOCABULARY_SIZE, dtype=torch.bool)
        unused[self.used] = False
        self.embedding.weight.data[unused] = self.unused.data
        self.whisper.tie_weights()
        return self.whisper.eval()
