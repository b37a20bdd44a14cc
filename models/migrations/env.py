"""Alembic's entry: runs the revisions on the connection it is handed."""

from alembic import context

from models.tables import Base

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=Base.metadata,
    render_as_batch=True,
    transactional_ddl=True,
    user_module_prefix="",
)
context.run_migrations()
