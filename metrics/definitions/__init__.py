"""The language of metrics: what an analyst may write, as strict models."""
