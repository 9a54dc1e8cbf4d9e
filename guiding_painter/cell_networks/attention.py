"""Attention between the cells of a picture, biased by how each pair lies and touches."""

import torch
import torch.nn.functional as F
from torch import nn


class CellLayer(nn.Module):
    """A pre-norm transformer layer (Vaswani et al. 2017; Xiong et al. 2020) with a bias for every pair of cells."""

    def __init__(self, width: int, heads: int, dropout: float = 0.0, expansion: int = 2):
        super().__init__()
        self.heads = heads
        self.norm_attention, self.norm_forward = nn.LayerNorm(width), nn.LayerNorm(width)
        self.query_key_value = nn.Linear(width, 3 * width)
        self.out = nn.Linear(width, width)
        self.feed_forward = nn.Sequential(
            nn.Linear(width, expansion * width), nn.GELU(), nn.Linear(expansion * width, width)
        )
        self.dropout = nn.Dropout(dropout)

    def forward(self, tokens: torch.Tensor, bias: torch.Tensor) -> torch.Tensor:
        """tokens (B, K, width), bias (B, heads, K, K) -> (B, K, width)."""
        batch, count, width = tokens.shape
        parts = self.query_key_value(self.norm_attention(tokens)).view(batch, count, 3, self.heads, -1)
        query, key, value = parts.permute(2, 0, 3, 1, 4)  # each (B, heads, K, width / heads)
        seen = F.scaled_dot_product_attention(query, key, value, attn_mask=bias.to(query.dtype))
        tokens = tokens + self.dropout(self.out(seen.transpose(1, 2).reshape(batch, count, width)))
        return tokens + self.dropout(self.feed_forward(self.norm_forward(tokens)))
