"""Train a model: `pipeline` says in which order, the other files do one step each."""

from detector.training.pipeline import train

__all__ = ["train"]
