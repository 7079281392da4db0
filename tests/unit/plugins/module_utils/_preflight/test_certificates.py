# Copyright: Contributors to the vsphere_ops.client_plugin collection
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: Contributors to the vsphere_ops.client_plugin collection

"""What a record says of its web servers, compared with real TLS servers on loopback."""

from __future__ import annotations

import re

import pytest
from ansible_collections.vsphere_ops.client_plugin.plugins.module_utils._certificate.thumbprint import (
    compute_thumbprint,
)
from ansible_collections.vsphere_ops.client_plugin.plugins.module_utils._errors import PreflightError
from ansible_collections.vsphere_ops.client_plugin.plugins.module_utils._extension.model import (
    Extension,
    Server,
)
from ansible_collections.vsphere_ops.client_plugin.plugins.module_utils._preflight import certificates
from ansible_collections.vsphere_ops.client_plugin.tests.unit.plugins.module_utils._extension.plans import offered

OTHER = ":".join(["AB"] * 32)


def check(*servers, fetch=None):
    certificates.check_served_certificates(
        Extension("k", "1", servers=servers), fetch or certificates.build_certificate_fetcher(5)
    )


def server(port, host="localhost", **changes):
    return Server(f"https://{host}:{port}/plugin.json", "MANIFEST_SERVER", **changes)


@pytest.mark.parametrize("algorithm", ["sha256", "sha1"])
def test_what_is_served_is_what_would_be_registered(serve, local, algorithm):
    port = serve(local)
    check(server(port, thumbprint=compute_thumbprint(local.der, algorithm), certificate=local.pem))
    check(server(port, thumbprint=compute_thumbprint(local.der, algorithm)))
    check(server(port, certificate=local.pem))
    check(server(port))


def test_another_thumbprint(serve, local):
    with pytest.raises(PreflightError) as caught:
        check(server(serve(local), thumbprint=OTHER))
    assert compute_thumbprint(local.der) in str(caught.value)
    assert OTHER in str(caught.value)
    assert "reload the web server" in str(caught.value)


def test_another_certificate(serve, local, make):
    with pytest.raises(PreflightError, match="but another one would be registered together with no thumbprint"):
        check(server(serve(local), certificate=make().pem))


def test_something_else_than_a_thumbprint_is_another_one(serve, local):
    with pytest.raises(PreflightError, match="but by hand would be registered"):
        check(server(serve(local), thumbprint="by hand"))


def test_a_certificate_for_another_name(serve, make):
    made = make("other", ("DNS:other.example.com",))
    port = serve(made)
    check(server(port, thumbprint=compute_thumbprint(made.der)))
    with pytest.raises(PreflightError, match=re.escape("names DNS:other.example.com, not localhost; ")):
        check(server(port, certificate=made.pem))


def test_a_certificate_without_names(serve, make):
    made = make("localhost")
    with pytest.raises(PreflightError, match="names no host at all, not localhost"):
        check(server(serve(made), certificate=made.pem))


def test_nobody_there(listen):
    port = listen(lambda connection: connection.close())
    with pytest.raises(PreflightError) as caught:
        check(server(port, thumbprint=OTHER))
    assert f"could not check https://localhost:{port}/plugin.json" in str(caught.value)
    assert "set `verify_servers` to false" in str(caught.value)
    assert caught.value.option == "verify_servers"


def test_every_server_of_a_record_is_looked_at_and_those_without_tls_are_not(local):
    asked = []

    def fetch(host, port):
        asked.append((host, port))
        return local.der

    good = compute_thumbprint(local.der)
    plain = Server("http://plugins.example.com/plugin.json", "MANIFEST_SERVER", thumbprint=OTHER)
    api = Server("https://api.example.com:8443/", "API", thumbprint=good)
    manifest = Server("https://plugins.example.com/plugin.json", "MANIFEST_SERVER", thumbprint=good)
    check(manifest, api, plain, fetch=fetch)
    assert asked == [("plugins.example.com", 443), ("api.example.com", 8443)]


def test_a_url_without_a_host_is_not_checked_in_silence():
    with pytest.raises(PreflightError, match="is not a URL with a host; correct the URL") as caught:
        check(Server("https://[nonsense", "MANIFEST_SERVER", thumbprint=OTHER), fetch=None)
    assert caught.value.option == "verify_servers"


def test_what_is_served_is_not_a_certificate(monkeypatch):
    made = offered("nonsense")
    served = Server("https://plugins.example.com/plugin.json", "MANIFEST_SERVER", certificate=made.pem)
    with pytest.raises(PreflightError, match=f"the certificate of {served.url}") as caught:
        check(served, fetch=lambda _host, _port: b"nonsense")
    assert caught.value.option == "verify_servers"
    # Without the library the thumbprints are compared alone.
    monkeypatch.setattr(certificates.x509, "HAS_CRYPTOGRAPHY", False)
    check(served, fetch=lambda _host, _port: b"nonsense")
