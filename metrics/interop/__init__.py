"""Definitions of others: dbt's semantic manifests and YAML, Apache Ossie documents, read and written."""
