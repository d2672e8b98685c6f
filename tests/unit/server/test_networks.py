"""Which address of a machine others in its network reach."""

import pytest

from desktop.server.http.networks import best_address


@pytest.mark.parametrize(
    ("addresses", "routed", "best"),
    [
        (["127.0.0.1", "172.17.0.1", "192.168.1.20"], "192.168.1.20", "192.168.1.20"),
        (["127.0.0.1", "10.0.0.7"], None, "10.0.0.7"),  # a network without a way out
        (["8.8.8.8", "192.168.1.20"], "8.8.8.8", "192.168.1.20"),
        (["8.8.8.8"], "8.8.8.8", "8.8.8.8"),  # a university's network, for example
        (["8.8.8.8"], None, None),
        (["127.0.0.1", "169.254.3.4"], None, None),
        ([], None, None),
        (["192.168.1.20"], "10.9.9.9", "192.168.1.20"),
    ],
)
def test_the_network_that_people_mean(addresses: list[str], routed: str | None, best: str | None) -> None:
    assert best_address(addresses, routed) == best
