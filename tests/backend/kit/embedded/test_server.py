"""What a server is like once it runs: whom it lets in, what they may do, how it keeps data."""

import stat
from collections.abc import Callable, Iterator
from pathlib import Path

import asyncpg
import pytest

from backend.kit.embedded import EmbeddedServer, erase_server, running_server

Sql = Callable[[EmbeddedServer, str], str]


RIGHTS = """select rolcanlogin, rolsuper, rolbypassrls, rolcreatedb, rolcreaterole, rolreplication
              from pg_roles where rolname = 'paragon_app'"""


@pytest.fixture(scope="module")
def server_data(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    folder = tmp_path_factory.mktemp("server")
    yield folder
    erase_server(folder)


@pytest.fixture(scope="module")
def server(server_data: Path) -> Iterator[EmbeddedServer]:
    with running_server(server_data, settings={"work_mem": "5MB"}) as running:
        yield running


def test_the_application_may_log_in_and_nothing_more(server: EmbeddedServer, sql: Sql) -> None:
    assert sql(server, RIGHTS) == "t|f|f|f|f|f"


@pytest.mark.parametrize("right", ["superuser", "bypassrls", "createdb", "createrole", "replication", "nologin"])
def test_rights_the_application_was_given_are_taken_back_at_the_next_start(
    right: str, server: EmbeddedServer, server_data: Path, sql: Sql
) -> None:
    sql(server, f"alter role paragon_app {right}")
    with running_server(server_data):
        test_the_application_may_log_in_and_nothing_more(server, sql)


async def test_both_addresses_are_taken_by_the_driver(server: EmbeddedServer) -> None:
    for url, role in ((server.owner_url, "paragon_owner"), (server.app_url, "paragon_app")):
        connection = await asyncpg.connect(url)
        try:
            row = await connection.fetchrow("select current_user::text, current_database()::text")
        finally:
            await connection.close()
        assert tuple(row) == (role, "paragon")


def test_names_in_an_address_are_quoted(server: EmbeddedServer) -> None:
    assert server.url(role="a b", database="c/d").startswith("postgresql://a%20b@/c%2Fd?host=/")


def test_only_the_owner_of_the_socket_folder_gets_in(server: EmbeddedServer, sql: Sql) -> None:
    assert sql(server, "show listen_addresses") == ""
    assert stat.S_IMODE(server.socket_dir.stat().st_mode) == 0o700
    assert stat.S_IMODE(server.log_file.stat().st_mode) == 0o600


@pytest.mark.parametrize(
    ("setting", "value"),
    [("fsync", "on"), ("data_checksums", "on"), ("server_encoding", "UTF8"), ("timezone", "UTC"), ("work_mem", "5MB")],
)
def test_settings(setting: str, value: str, server: EmbeddedServer, sql: Sql) -> None:
    assert sql(server, f"show {setting}") == value


def test_letters_beyond_ascii_are_letters(server: EmbeddedServer, sql: Sql) -> None:
    assert sql(server, "select lower('ЂЋШ Š'), upper('đ')") == "ђћш š|Đ"


def test_the_server_is_postgresql_18_and_so_are_the_programs(server: EmbeddedServer, sql: Sql) -> None:
    assert sql(server, "show server_version").startswith("18.")
    assert (server.bin_dir / "pgbench").is_file()
