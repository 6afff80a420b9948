"""`paragon db`, `doctor` and `member` on an installation."""

import asyncio

import asyncpg
import pytest

from backend.kit.clock import utc_now
from backend.members.tokens import read_token
from tests.cli.conftest import Paragon
from tests.fixtures.world import World


async def _execute(url: str, sql: str) -> None:
    connection = await asyncpg.connect(url)
    try:
        await connection.execute(sql)
    finally:
        await connection.close()


def test_inf_46_a_database_that_is_right_is_said_to_be(installed: Paragon) -> None:
    ran = installed("db", "check", "--json")
    assert (ran.status, ran.value) == (0, {"findings": []})
    assert installed("db", "upgrade").status == 0
    assert "right" in installed("db", "check").out


def test_what_was_changed_by_hand_is_found_and_mended(installed: Paragon, owner_url: str) -> None:
    asyncio.run(_execute(owner_url, "alter table receipt disable row level security"))
    try:
        ran = installed("db", "check", "--json")
        assert ran.status == 1
        assert ran.value["findings"]
    finally:
        assert installed("db", "upgrade").status == 0
    assert installed("db", "check").status == 0


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        (["jobs", "list", "--limit", "many"], "--limit"),
        (["jobs", "list", "--no-such-option"], "--no-such-option"),
        (["jobs", "retry"], "--all-dead"),
        (["receipt", "read"], "Missing argument"),
        (["tenant", "apply", "/nowhere.toml"], "/nowhere.toml"),
        (["no-such-command"], "no-such-command"),
    ],
)
def test_wrong_arguments_are_told_to_programs_as_json(paragon: Paragon, arguments: list[str], named: str) -> None:
    ran = paragon(*arguments, "--json")
    assert (ran.status, ran.value["code"], named in ran.value["title"]) == (2, "bad-arguments", True), ran
    assert named in ran.err
    for_people = paragon(*arguments)
    assert (for_people.status, for_people.out, named in for_people.err) == (2, "", True)


def test_inf_46_the_doctor_finds_a_sound_installation_sound(installed: Paragon) -> None:
    ran = installed("doctor", "--json")
    states = {finding["what"]: finding["state"] for finding in ran.value}
    assert (ran.status, set(states.values()) <= {"ok", "warning"}) == (0, True), ran.value
    assert {"Python", "picture reading", "key", "database server", "database shape", "application role"} <= set(states)
    assert installed("doctor").status == 0


def test_the_doctor_names_a_database_that_is_away(installed: Paragon, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("DATABASE_URL", "PARAGON_OWNER_URL"):
        monkeypatch.setenv(name, "postgresql://paragon_app@127.0.0.1:1/paragon")
    ran = installed("doctor", "--json")
    assert ran.status == 1
    (failed,) = (finding for finding in ran.value if finding["state"] == "failed")
    assert failed["what"] == "database server"
    assert failed["says"].startswith("The database cannot be used: it does not answer (")
    assert not {"database shape", "application role"} & {finding["what"] for finding in ran.value}
    serving = installed("db", "check")
    assert (serving.status, "(database-refused)" in serving.err, "Traceback" in serving.err) == (1, True, False)


@pytest.mark.parametrize(
    ("variable", "value", "what", "says"),
    [
        ("PARAGON_SECRET_KEY", "short", "key", "The secret key in PARAGON_SECRET_KEY has 5 bytes"),
        ("PARAGON_RETRY_UNIT_S", "soon", "settings", "PARAGON_RETRY_UNIT_S cannot be used: "),
        ("PARAGON_OWNER_URL", "nonsense", "database server", "The database cannot be used: the address cannot be read"),
    ],
)
def test_the_doctor_says_in_a_sentence_what_is_wrong(
    installed: Paragon, monkeypatch: pytest.MonkeyPatch, variable: str, value: str, what: str, says: str
) -> None:
    monkeypatch.setenv(variable, value)
    ran = installed("doctor", "--json")
    (failed,) = (finding for finding in ran.value if finding["state"] == "failed")
    assert (ran.status, failed["what"], failed["says"].startswith(says)) == (1, what, True), failed


@pytest.mark.parametrize(
    "url", ["nonsense", "postgresql://host:port/x", "postgresql://[::1", "postgresql://h/x?sslmode=x"]
)
def test_a_database_address_that_cannot_be_read_is_refused(
    installed: Paragon, monkeypatch: pytest.MonkeyPatch, app_url: str, owner_url: str, url: str
) -> None:
    for owner, app in ((url, app_url), (owner_url, url)):
        monkeypatch.setenv("PARAGON_OWNER_URL", owner)
        monkeypatch.setenv("DATABASE_URL", app)
        ran = installed("tenant", "list")
        assert (ran.status, "the address cannot be read" in ran.err, "(database-refused)" in ran.err) == (1, True, True)


@pytest.mark.parametrize("command", [("db", "upgrade"), ("db", "check"), ("tenant", "list")])
def test_a_login_without_rights_is_refused(
    installed: Paragon, monkeypatch: pytest.MonkeyPatch, command: tuple[str, ...]
) -> None:
    monkeypatch.delenv("PARAGON_OWNER_URL")
    ran = installed(*command)
    assert (ran.status, "Traceback" in ran.err) == (1, False)
    assert "(database-refused)" in ran.err
    assert "PARAGON_OWNER_URL" in ran.err


@pytest.mark.parametrize("command", [("receipt", "read"), ("member", "join", "--name"), ("qr", "read")])
def test_an_argument_that_is_no_text_is_refused(paragon: Paragon, command: tuple[str, ...]) -> None:
    ran = paragon(*command, "a\udcff")
    assert (ran.status, ran.out, "(argument-malformed)" in ran.err) == (1, "", True)


@pytest.fixture
async def tenant_slug(world: World) -> str:
    return world.tenant_id.hex


def test_inf_01_joining_by_phone_prints_a_token_and_twice_is_once(
    installed: Paragon, tenant_slug: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PARAGON_SECRET_KEY", "a key that the shell knows, and long enough")
    command = ("member", "join", "--tenant", tenant_slug, "--phone", "+381 60 555 123", "--name", "Ana", "--json")
    first, again = installed(*command), installed(*command)
    assert (first.status, again.status) == (0, 0)
    assert first.value["member"] == again.value["member"]
    caller = read_token(b"a key that the shell knows, and long enough", first.value["token"], now=utc_now())
    assert str(caller.member_id) == first.value["member"]
    people = installed(*command[:-1])
    assert "token" in people.out


@pytest.mark.parametrize(
    ("change", "status", "says"),
    [
        ({"--phone": "060"}, 1, "(phone-malformed)"),
        ({"--tenant": "nobody"}, 2, "no such tenant"),
        ({"--language": "de"}, 2, "spoken are"),
        ({"--days": "0"}, 2, "--days"),
    ],
)
def test_joining_with_bad_words_is_refused(
    installed: Paragon, tenant_slug: str, change: dict[str, str], status: int, says: str
) -> None:
    options = {"--tenant": tenant_slug, "--phone": "+38160555124", "--name": "Ana"} | change
    ran = installed("member", "join", *(word for pair in options.items() for word in pair))
    assert (ran.status, "Traceback" in ran.err) == (status, False), ran.err
    assert says in ran.err
