"""The embedded Postgres comes up from whatever state it was left in, and keeps its roles apart."""

import os
import shutil
import signal
import stat
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import psycopg
import pytest

from lectern.embedded import ports
from lectern.embedded.account import account_for
from lectern.embedded.postgres import DatabaseAddresses, EmbeddedPostgres
from lectern.embedded.postgres_home import PostgresHome
from lectern.errors import Conflict, Unavailable


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The home of a server that each test finds and leaves in whatever state it likes."""
    folder = tmp_path_factory.mktemp("shared") / "postgres"
    yield folder
    EmbeddedPostgres(folder).remove()


@pytest.fixture
def own_home(tmp_path: Path) -> Iterator[Path]:
    """The home of a server that only this test uses, because it breaks it for good."""
    yield tmp_path / "postgres"
    EmbeddedPostgres(tmp_path / "postgres").remove()


@pytest.fixture(scope="module")
def roles(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DatabaseAddresses]:
    """A running server with a table of the owner, for looking at what each role may do."""
    server = EmbeddedPostgres(tmp_path_factory.mktemp("roles") / "postgres")
    addresses = server.start()
    with psycopg.connect(addresses.owner_url) as owner:
        owner.execute("CREATE TABLE page (id bigserial PRIMARY KEY, words text)")
    yield addresses
    server.remove()


def store(addresses: DatabaseAddresses, words: str) -> None:
    with psycopg.connect(addresses.owner_url) as owner:
        owner.execute("CREATE TABLE IF NOT EXISTS kept (words text)")
        owner.execute("INSERT INTO kept VALUES (%s)", [words])


def stored(addresses: DatabaseAddresses) -> list[str]:
    with psycopg.connect(addresses.app_url) as app:
        return [row[0] for row in app.execute("SELECT words FROM kept")]


def pid_file(home: Path) -> Path:
    return PostgresHome(home).pid_file


def test_a_second_start_finds_the_running_server(home):
    server = EmbeddedPostgres(home)
    first, first_pid = server.start(), server.pid()

    second = EmbeddedPostgres(home).start()

    assert (second, server.pid()) == (first, first_pid)


def test_a_later_start_keeps_addresses_and_rows(home):
    server = EmbeddedPostgres(home)
    first = server.start()
    store(first, "kept")
    server.stop()

    later = server.start()

    assert later == first
    assert "kept" in stored(later)


def test_stopping_says_whether_it_ran(home):
    server = EmbeddedPostgres(home)
    server.start()

    assert [server.stop(), server.stop(), server.running()] == [True, False, False]


def test_starts_at_the_same_moment_make_one_server(own_home):
    command = [
        *(sys.executable, "-c"),
        "import sys, pathlib; from lectern.embedded.postgres import EmbeddedPostgres as E;"
        "s = E(pathlib.Path(sys.argv[1])); s.start(); print(s.pid())",
        str(own_home),
    ]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}

    starts = [
        subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment)
        for _ in range(3)
    ]

    assert {start.communicate()[0] for start in starts} == {f"{EmbeddedPostgres(own_home).pid()}\n"}


def test_a_killed_server_starts_again_with_its_rows(home):
    server = EmbeddedPostgres(home)
    addresses = server.start()
    store(addresses, "survived")
    killed = server.pid()
    os.kill(killed, signal.SIGKILL)

    again = EmbeddedPostgres(home).start()

    assert server.pid() != killed
    assert "survived" in stored(again)


def test_sessions_that_outlive_a_killed_server_do_not_hinder_the_next(home):
    server = EmbeddedPostgres(home)
    addresses = server.start()
    with psycopg.connect(addresses.superuser_url, autocommit=True) as session:
        # Stopped, it cannot notice that its server has gone, and keeps the shared memory.
        held = session.info.backend_pid
        os.kill(held, signal.SIGSTOP)
        os.kill(server.pid(), signal.SIGKILL)

        server.start()

    assert server.running()


def test_a_pid_file_that_names_a_living_stranger_does_not_hinder_the_start(home):
    server = EmbeddedPostgres(home)
    store(server.start(), "still here")
    server.stop()
    # Of the server's own user: Postgres takes no notice of a process it may not signal.
    user = account_for(PostgresHome(home).data).uid
    with subprocess.Popen(["sleep", "60"], user=user) as stranger:
        lines = f"{stranger.pid}\n{PostgresHome(home).data}\n1700000000\n5432\n\n127.0.0.1\n"
        pid_file(home).write_text(lines)

        addresses = server.start()

        assert "still here" in stored(addresses)
        assert stranger.poll() is None
        stranger.kill()


@pytest.mark.parametrize("left", ["", "12", "no number\n", "99999999\n/some"])
def test_a_half_written_pid_file_does_not_hinder_the_start(home, left):
    server = EmbeddedPostgres(home)
    server.start()
    server.stop()
    pid_file(home).write_text(left)

    server.start()

    assert server.running()


def test_a_running_server_is_found_without_its_pid_file(home):
    server = EmbeddedPostgres(home)
    server.start()
    pid = server.pid()
    pid_file(home).write_text("")

    assert EmbeddedPostgres(home).pid() == pid


def test_a_first_start_that_was_interrupted_is_made_anew(own_home):
    server = EmbeddedPostgres(own_home)
    server.start()
    server.stop()
    files = PostgresHome(own_home)
    files.data.rename(files.cluster / "data.new")

    server.start()

    assert server.running()


def test_files_of_another_major_version_are_refused(home):
    server = EmbeddedPostgres(home)
    server.start()
    server.stop()
    version = PostgresHome(home).data / "PG_VERSION"
    version.write_text("16\n")

    with pytest.raises(Conflict, match="Postgres 16"):
        server.start()

    version.write_text("18\n")


def test_a_server_that_cannot_start_says_what_its_log_says(own_home):
    server = EmbeddedPostgres(own_home)
    server.start()
    server.stop()
    (PostgresHome(own_home).data / "global" / "pg_control").unlink()

    with pytest.raises(Unavailable, match="pg_control"):
        server.start()


def test_a_lost_password_file_is_named(own_home):
    server = EmbeddedPostgres(own_home)
    server.start()
    (own_home / "passwords.json").unlink()

    with pytest.raises(Unavailable, match=r"passwords\.json"):
        server.start()


def test_a_port_taken_meanwhile_is_left_to_its_taker(home):
    server = EmbeddedPostgres(home)
    first = server.start()
    server.stop()
    taken = psycopg.conninfo.conninfo_to_dict(first.app_url)["port"]
    with ports.socket.create_server((ports.LOOPBACK, int(taken))):
        second = server.start()

    assert f":{taken}/" not in second.app_url
    assert server.running()


def test_a_copied_home_is_refused(own_home, tmp_path):
    elsewhere = tmp_path / "elsewhere"
    own_home.mkdir()
    (own_home / "cluster").symlink_to(elsewhere)
    tmp_path.chmod(0o755)
    server = EmbeddedPostgres(own_home)
    server.start()
    copy = tmp_path / "copy"
    shutil.copytree(own_home, copy, symlinks=True)

    with pytest.raises(Conflict, match="is a copy of"):
        EmbeddedPostgres(copy).start()


def test_what_is_secret_is_closed_to_other_users(home):
    EmbeddedPostgres(home).start()
    files = PostgresHome(home)

    modes = [stat.S_IMODE(p.stat().st_mode) for p in (files.password_file, files.cluster)]

    assert modes == [0o600, 0o700]


def test_the_server_never_runs_as_root(home):
    server = EmbeddedPostgres(home)
    server.start()

    assert psutil.Process(server.pid()).uids().effective != 0


def test_removing_leaves_nothing(own_home):
    server = EmbeddedPostgres(own_home)
    server.start()
    cluster = PostgresHome(own_home).cluster

    server.remove()

    assert not own_home.exists()
    assert not cluster.exists()


def test_a_failing_statement_leaves_its_text_out_of_the_log(home):
    addresses = EmbeddedPostgres(home).start()
    with psycopg.connect(addresses.app_url) as app, pytest.raises(psycopg.errors.DataError):
        app.execute("SELECT 1 / (length('a private question') - 18)")
    time.sleep(0.2)

    assert "private question" not in PostgresHome(home).log.read_text()


def test_a_wrong_password_is_refused(roles):
    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        psycopg.connect(roles.app_url, password="guessed")


def test_the_application_is_bound_by_every_policy(roles):
    with psycopg.connect(roles.app_url) as app:
        found = app.execute(
            "SELECT rolsuper, rolbypassrls, rolcreaterole, rolcreatedb, "
            "pg_has_role(rolname, 'lectern_owner', 'MEMBER'), "
            "pg_has_role(rolname, 'lectern_search', 'MEMBER') "
            "FROM pg_roles WHERE rolname = current_user"
        ).fetchone()

    assert found == (False,) * 6


def test_the_application_uses_the_owners_tables(roles):
    with psycopg.connect(roles.app_url) as app:
        app.execute("INSERT INTO page (words) VALUES ('read me')")
        app.execute("UPDATE page SET words = words || '!'")
        app.execute("DELETE FROM page WHERE words = 'read me!'")

        assert app.execute("SELECT count(*) FROM page").fetchone() == (0,)


@pytest.mark.parametrize(
    "statement",
    [
        "TRUNCATE page",
        "DROP TABLE page",
        "CREATE TABLE mine (id int)",
        "ALTER TABLE page DISABLE ROW LEVEL SECURITY",
        "SET ROLE lectern_search",
        "SELECT pg_read_file('postgresql.conf')",
    ],
)
def test_the_application_is_denied(roles, statement):
    with (
        psycopg.connect(roles.app_url) as app,
        pytest.raises(psycopg.errors.InsufficientPrivilege),
    ):
        app.execute(statement)


def test_the_application_never_reuses_a_plan_of_another_tenant(roles):
    with psycopg.connect(roles.app_url) as app:
        assert app.execute("SHOW plan_cache_mode").fetchone() == ("force_custom_plan",)


def test_a_migration_gives_a_search_function_to_its_role(roles):
    with psycopg.connect(roles.owner_url) as owner:
        owner.execute(
            "CREATE FUNCTION found() RETURNS bigint LANGUAGE sql SECURITY DEFINER "
            "AS 'SELECT count(*) FROM page'"
        )
        owner.execute("ALTER FUNCTION found() OWNER TO lectern_search")
        owner.execute("ALTER TABLE page ENABLE ROW LEVEL SECURITY")
        owner.execute("INSERT INTO page (words) VALUES ('hidden by row-level security')")

    with psycopg.connect(roles.app_url) as app:
        seen = app.execute("SELECT found(), (SELECT count(*) FROM page)").fetchone()

    assert seen == (1, 0)


def test_vectors_of_half_precision_are_there(roles):
    with psycopg.connect(roles.app_url) as app:
        product = app.execute("SELECT '[1,2]'::halfvec(2) <#> '[3,4]'::halfvec(2)").fetchone()

    assert product == (-11.0,)


def test_another_database_has_the_same_roles_and_other_tables(home):
    server = EmbeddedPostgres(home)
    server.start()
    other = server.create_database("other")
    store(server.start(), "in the first one")
    store(other, "in the other one")

    assert stored(other) == ["in the other one"]


def test_a_dropped_database_is_gone_with_its_sessions(home):
    server = EmbeddedPostgres(home)
    server.start()
    other = server.create_database("doomed")
    with psycopg.connect(other.app_url):
        server.drop_database("doomed")

    with pytest.raises(psycopg.OperationalError, match="does not exist"):
        psycopg.connect(other.app_url)
