"""tongguan 通关: an open, self-hosted single window for cross-border e-commerce."""

__version__ = "0.1.0"
