# Copyright: Contributors to the vsphere_ops.client_plugin collection
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: Contributors to the vsphere_ops.client_plugin collection

"""Contradictions between certificate, thumbprint and URL of a registered server."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from ansible_collections.vsphere_ops.client_plugin.plugins.module_utils._certificate.thumbprint import (
    compute_thumbprint,
)
from ansible_collections.vsphere_ops.client_plugin.plugins.module_utils._extension import certificate_pair
from ansible_collections.vsphere_ops.client_plugin.plugins.module_utils._extension.certificate_pair import (
    find_contradictions,
    is_thumbprint_of,
    without_certificate,
)
from ansible_collections.vsphere_ops.client_plugin.plugins.module_utils._extension.model import Server

URL = "https://plugins.example.com/plugin.json"
OTHER = ":".join(["AB"] * 32)


@pytest.fixture
def made(make):
    return make("plugins.example.com", ("DNS:plugins.example.com",))


@pytest.mark.parametrize("algorithm", ["sha256", "sha1"])
def test_a_pair_that_fits(made, algorithm: str) -> None:
    thumbprint = compute_thumbprint(made.der, algorithm)
    assert find_contradictions(Server(URL, "S", thumbprint=thumbprint, certificate=made.pem)) == ()
    assert find_contradictions(Server(URL, "S", thumbprint=thumbprint)) == ()
    assert find_contradictions(Server(URL, "S", certificate=made.pem)) == ()


def test_without_tls_there_is_nothing_to_fit() -> None:
    assert find_contradictions(Server("http://plugins.example.com/plugin.json", "S")) == ()


def test_nothing_is_registered() -> None:
    assert find_contradictions(Server(URL, "S")) == ("Neither a certificate nor a thumbprint is registered.",)


def test_a_stale_half_shows_both(made) -> None:
    (problem,) = find_contradictions(Server(URL, "S", thumbprint=OTHER, certificate=made.pem))
    assert problem == (
        f"The thumbprint {OTHER} is not that of the certificate, which is {compute_thumbprint(made.der, 'sha256')}."
    )


def test_another_host(made) -> None:
    (problem,) = find_contradictions(Server("https://other.example.com/", "S", certificate=made.pem))
    assert problem == "The certificate names DNS:plugins.example.com, not other.example.com."


@pytest.mark.parametrize(
    ("server", "text"),
    [
        (Server(URL, "S", thumbprint="nonsense"), "The thumbprint .*'nonsense'"),
        (Server(URL, "S", certificate="nonsense"), "The registered text .*no certificate"),
        (Server("https://[nonsense", "S", certificate="nonsense"), "The registered text .*no certificate"),
    ],
)
def test_text_that_is_neither(server: Server, text: str) -> None:
    (problem,) = find_contradictions(server)
    assert re.match(text, problem)
    assert problem.endswith(".")


def test_a_url_without_a_host(made) -> None:
    (problem,) = find_contradictions(Server("https://[nonsense", "S", certificate=made.pem))
    assert problem == "The certificate names DNS:plugins.example.com, not the host of the URL."


def test_without_its_certificate_a_server_keeps_or_gets_a_thumbprint(made) -> None:
    server = Server(URL, "S", certificate=made.pem)
    computed = compute_thumbprint(made.der, "sha256")
    assert without_certificate(server) == Server(URL, "S", thumbprint=computed)
    assert without_certificate(replace(server, thumbprint=OTHER)) == Server(URL, "S", thumbprint=OTHER)
    assert without_certificate(Server(URL, "S")) == Server(URL, "S")
    assert without_certificate(Server(URL, "S", certificate="nonsense")) == Server(URL, "S")


def test_the_thumbprint_of_a_certificate(made) -> None:
    assert is_thumbprint_of(compute_thumbprint(made.der, "sha1"), made.pem)
    assert is_thumbprint_of(compute_thumbprint(made.der, "sha256"), made.pem)
    assert not is_thumbprint_of(OTHER, made.pem)
    assert not is_thumbprint_of("nonsense", made.pem)
    assert not is_thumbprint_of(OTHER, "nonsense")


def test_without_cryptography_only_the_thumbprint_is_compared(made, monkeypatch) -> None:
    monkeypatch.setattr(certificate_pair.x509, "HAS_CRYPTOGRAPHY", False)
    url = "https://other.example.com/"
    assert find_contradictions(Server(url, "S", certificate=made.pem)) == ()
    assert len(find_contradictions(Server(url, "S", thumbprint=OTHER, certificate=made.pem))) == 1


def test_a_thumbprint_that_is_none_is_the_only_problem_of_its_pair(made) -> None:
    (problem,) = find_contradictions(Server(URL, "S", thumbprint="nonsense", certificate=made.pem))
    assert problem.startswith("The thumbprint ") and "'nonsense'" in problem
