"""Text to unit vectors; knows nothing of articles."""

from embeddings.encoder import Encoder, EncoderError, Role, Vectors, load_encoder

__all__ = ["Encoder", "EncoderError", "Role", "Vectors", "load_encoder"]
