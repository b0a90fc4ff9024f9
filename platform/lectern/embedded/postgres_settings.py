"""The server settings of the embedded Postgres, sized to the machine it runs on."""

import shutil
from pathlib import Path

import psutil

from lectern.embedded.ports import LOOPBACK

# initdb chooses these for the machine; they are repeated because our file replaces its file.
LOCALE = "C.UTF-8"
MEGABYTE = 2**20


def settings_file(*, port: int, socket_folder: Path | None) -> str:
    """The text of postgresql.conf; without ``socket_folder`` the server listens on TCP only."""
    memory_mb = psutil.virtual_memory().total // MEGABYTE
    values: dict[str, str | int] = {
        "listen_addresses": LOOPBACK,
        "port": port,
        "unix_socket_directories": str(socket_folder or ""),
        "unix_socket_permissions": "0700",
        "max_connections": 100,
        "password_encryption": "scram-sha-256",
        "shared_buffers": f"{min(512, max(256, memory_mb // 16))}MB",
        "work_mem": "32MB",
        "maintenance_work_mem": f"{_maintenance_mb(memory_mb)}MB",
        "max_parallel_maintenance_workers": 2,
        "random_page_cost": "1.1",
        "jit": "off",
        "wal_compression": "on",
        "max_wal_size": "4GB",
        "synchronous_commit": "on",
        "dynamic_shared_memory_type": "posix",
        "log_timezone": "UTC",
        "timezone": "UTC",
        "lc_messages": LOCALE,
        "default_text_search_config": "pg_catalog.english",
        "log_checkpoints": "off",
        "log_line_prefix": "%m [%p] %u@%d ",
        # A failing statement would carry people's questions and passages into the log.
        "log_min_error_statement": "panic",
        "log_parameter_max_length_on_error": 0,
    }
    return "".join(f"{name} = {_quoted(value)}\n" for name, value in values.items())


def _maintenance_mb(memory_mb: int) -> int:
    """Memory to build an index with; parallel builds take it from /dev/shm, small in containers."""
    shared = Path("/dev/shm")
    available = shutil.disk_usage(shared).free // MEGABYTE if shared.is_dir() else memory_mb
    return max(64, min(1024, memory_mb // 8, available // 2))


def _quoted(value: str | int) -> str:
    return str(value) if isinstance(value, int) else "'" + value.replace("'", "''") + "'"
