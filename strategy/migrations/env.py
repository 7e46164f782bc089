"""Alembic's entry: runs on the connection that `strategy.state` hands over, else on the configured URL."""

from alembic import context
from sqlalchemy import create_engine

from strategy.rooms import load
from strategy.tables import Base

load()
config = context.config
connection = config.attributes.get("connection")
if connection is None:
    connection = create_engine(config.get_main_option("sqlalchemy.url") or "").connect()
context.configure(connection=connection, target_metadata=Base.metadata, render_as_batch=True)
with context.begin_transaction():
    context.run_migrations()
