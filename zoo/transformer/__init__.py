"""A transformer with a site at every activation, for any checkpoint of its architecture.

``model`` is the network, ``config`` its sizes, ``weights`` reads and writes its parameters.
"""

from zoo.transformer.config import TransformerConfig
from zoo.transformer.model import Transformer, as_model

__all__ = ["Transformer", "TransformerConfig", "as_model"]
