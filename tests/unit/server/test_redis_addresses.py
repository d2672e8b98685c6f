"""Under which addresses Redis is found, and what is shown of them."""

import pytest

from desktop.engine.errors import EngineError
from desktop.server.cluster.address import Address, Layout, read, shown
from desktop.server.cluster.connection import opened


def test_one_server_is_what_redis_py_reads() -> None:
    assert read("rediss://u:p@h:1/2?x=y") == Address(Layout.ONE, "rediss://u:p@h:1/2?x=y")


def test_sentinels_and_what_they_watch() -> None:
    assert read("redis+sentinel://u:p@a,b:7/main/2") == Address(
        Layout.SENTINEL, "redis://u:p@a:26379/2", (("a", 26379), ("b", 7)), "main"
    )
    assert read("rediss+sentinel://[::1]:5/main").url == "rediss://[::1]:5/"


def test_nodes_of_a_cluster() -> None:
    assert read("redis+cluster://a:1,b") == Address(Layout.CLUSTER, "redis://a:1/", (("a", 1), ("b", 6379)))


@pytest.mark.parametrize(
    "url", ["redis+sentinel://a,b", "redis+other://a/b", "http+cluster://a", "redis+cluster://", "redis+cluster://a:x"]
)
def test_others_are_refused_with_a_sentence(url: str) -> None:
    with pytest.raises(ValueError, match=r".*"):
        read(url)
    with pytest.raises(EngineError, match="redis-url-wrong"):
        opened(url)


def test_no_password_is_shown() -> None:
    assert shown("redis+sentinel://u:secret@a:1,b:2/main?password=secret") == "redis+sentinel://a:1,b:2/main"
    assert shown("rediss://:secret@h:6380/0") == "rediss://h:6380/0"
