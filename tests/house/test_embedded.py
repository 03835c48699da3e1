"""The supervisor of the embedded servers."""

from tpa.embedded import places
from tpa.embedded.postgres import EmbeddedPostgres


def test_postgres_starts_again_after_a_crash(tmp_path_factory):
    home = places.temporary_home()
    server = EmbeddedPostgres(home / "postgres", fsync=False)
    server.start()
    server.kill()
    server.start()
    server.stop()
