"""Brings a database to the shape that the code expects, and says where it differs.

Tables change by dated Alembic revisions. Functions, policies and grants are files beside their slice
(`backend/<slice>/sql/*.sql`), idempotent, reinstalled after every migration; what they made of the database is kept as
a fingerprint, so that a change by hand is found.
"""
