# Copyright: Contributors to the vsphere_ops.client_plugin collection
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: Contributors to the vsphere_ops.client_plugin collection

"""What real web servers on loopback send, whole or not, over TLS or not."""

from __future__ import annotations

import contextlib
import socket
import ssl
import struct
import time

import pytest
from ansible_collections.vsphere_ops.client_plugin.plugins.module_utils._certificate.thumbprint import (
    compute_thumbprint,
)
from ansible_collections.vsphere_ops.client_plugin.plugins.module_utils._errors import HttpError, OptionError, UrlError
from ansible_collections.vsphere_ops.client_plugin.plugins.module_utils._tls import http_get
from ansible_collections.vsphere_ops.client_plugin.tests.unit.plugins.module_utils import web
from ansible_collections.vsphere_ops.client_plugin.tests.unit.plugins.module_utils.web import finish, request, sends

BODY = b"PK\x03\x04" + bytes(range(256)) * 1024


def answer(body=BODY, status="200 OK", **headers):
    return web.answer(body, status, **headers)


def chunked(*pieces, end=b"0\r\n\r\n"):
    body = b"".join(f"{len(piece):x}\r\n".encode() + piece + b"\r\n" for piece in pieces) + end
    return answer(body, Content_Length=None, Transfer_Encoding="chunked")


@pytest.fixture
def trusted(authority, tmp_path):
    path = tmp_path / "authority.pem"
    path.write_text(authority.pem)
    return str(path)


def get(url, **options):
    return http_get.download(url, **{"limit": 1_000_000, "timeout": 5, **options})


def fails(url, kind=None, **options):
    with pytest.raises(HttpError) as caught:
        get(url, **options)
    assert caught.value.kind == kind if kind else caught.value.kind not in ("pin", "ca_path")
    return checked(caught.value)


def checked(error):
    message = str(error)
    assert error.remedy and "; " in message
    assert message.isprintable() and not message.endswith(".")
    return message


@pytest.mark.parametrize(
    "data",
    [
        answer(),
        answer(Content_Length=None),
        chunked(BODY),
        chunked(BODY[:1], BODY[1:70_000], BODY[70_000:]),
        answer(Content_Encoding="identity"),
        b"HTTP/1.1 100 Continue\r\n\r\n" + answer(),
        answer().replace(b"HTTP/1.1", b"HTTP/1.0"),
    ],
    ids=["length", "until closed", "one chunk", "chunks", "identity", "100 first", "HTTP/1.0"],
)
def test_a_body_comes_whole(listen, data):
    assert get(f"http://127.0.0.1:{listen(sends(data))}/a.zip") == BODY


def test_an_empty_body_is_one(listen):
    assert get(f"http://127.0.0.1:{listen(sends(answer(b'')))}/") == b""


@pytest.mark.parametrize(
    ("path", "target"),
    [
        ("", b"/"),
        ("/", b"/"),
        ("/a/b%20c.zip?x=1&y=/z#part", b"/a/b%20c.zip?x=1&y=/z"),
        ("?x", b"/?x"),
        ("/a%2fb/../100%.html", b"/a%2fb/../100%.html"),
        ("//a", b"//a"),
    ],
    ids=["nothing", "slash", "all", "query", "as it is", "two slashes"],
)
def test_what_is_asked_for(listen, path, target):
    requests = []
    port = listen(sends(answer(), requests))
    get(f"HTTP://LOCALHOST:{port}{path}")
    lines = requests[0].split(b"\r\n")
    assert lines[0] == b"GET " + target + b" HTTP/1.1"
    assert {
        f"Host: LOCALHOST:{port}".encode(),
        b"Accept: */*",
        b"Accept-Encoding: identity",
        b"Connection: close",
        b"User-Agent: vsphere_ops.client_plugin",
    } == set(lines[1:-2])


def test_no_proxy_is_used(listen, monkeypatch):
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:1")
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    assert get(f"http://127.0.0.1:{listen(sends(answer()))}/") == BODY


def test_ipv6(listen):
    requests = []
    port = listen(sends(answer(), requests), socket.AF_INET6)
    assert get(f"http://[::1]:{port}/") == BODY
    assert f"Host: [::1]:{port}".encode() in requests[0]


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
def test_tls_with_a_trusted_ca(secured, local, trusted, host):
    port = secured(local, sends(answer()))
    assert get(f"https://{host}:{port}/a.zip", ca_path=trusted) == BODY


@pytest.mark.parametrize("algorithm", ["sha256", "sha1"])
def test_tls_with_a_pin_needs_neither_ca_nor_name(secured, make, algorithm):
    made = make("elsewhere", ("DNS:elsewhere.example.com",), days=(-9, -1))
    pin = compute_thumbprint(made.der, algorithm)
    # Whatever else is said: the pin is what counts.
    for options in ({}, {"validate_certs": False}, {"ca_path": "/no/such/file"}):
        assert get(f"https://127.0.0.1:{secured(made, sends(answer()))}/", thumbprint=pin, **options) == BODY


@pytest.mark.parametrize("validate_certs", [True, False])
def test_another_certificate_than_the_pinned_one(secured, local, make, trusted, validate_certs):
    requests = []
    port = secured(local, sends(answer(), requests))
    pin = compute_thumbprint(make().der)
    url = f"https://localhost:{port}/a.zip"
    message = fails(url, "pin", thumbprint=pin, ca_path=trusted, validate_certs=validate_certs)
    assert f"localhost:{port} presents the certificate {compute_thumbprint(local.der)}, not {pin}; " in message
    assert not any(requests), "nothing was asked"


def test_tls_unchecked_only_when_asked_for(secured, make):
    made = make("elsewhere", ("DNS:elsewhere.example.com",))
    url = f"https://127.0.0.1:{secured(made, sends(answer()))}/"
    assert get(url, validate_certs=False) == BODY
    message = fails(url)
    assert message.startswith(f"{url} cannot be downloaded: the certificate of 127.0.0.1:")
    assert "is not trusted" in message


def test_a_certificate_for_another_name(secured, make, authority, trusted):
    made = make("x", ("DNS:x.example.com",), issuer=authority)
    url = f"https://localhost:{secured(made, sends(answer()))}/"
    assert "is not issued for localhost" in fails(url, "untrusted", ca_path=trusted)


def test_a_client_certificate_is_wanted(secured, local, trusted):
    def demand(context):
        context.verify_mode = ssl.CERT_REQUIRED
        context.load_verify_locations(trusted)

    url = f"https://127.0.0.1:{secured(local, sends(answer()), demand)}/"
    message = fails(url, ca_path=trusted)
    # TLS 1.3 tells by an alert, which a reset may overtake.
    assert message.startswith(f"{url} cannot be downloaded: ") or "was interrupted" in message


def test_a_ca_path_that_cannot_be_used(listen):
    connections = []
    url = f"https://127.0.0.1:{listen(connections.append)}/"
    assert fails(url, "ca_path", ca_path="/no/such/file").startswith("/no/such/file does not exist")
    assert not connections


def test_a_pin_for_what_is_not_secured():
    message = fails("http://127.0.0.1:1/", "pin", thumbprint=compute_thumbprint(b""))
    assert message.startswith("http://127.0.0.1:1/ has no certificate to compare")


REDIRECT = "which is not followed"
ANSWERS = {
    "not found": (answer(b"", "404 Gone fishing"), "is answered with 404 Not Found; correct the URL"),
    "unauthorized": (
        answer(b"", "401 No"),
        "is answered with 401 Unauthorized; make it readable without an account",
    ),
    "unknown status": (answer(b"", "299 Odd"), "is answered with 299; check the log of the server"),
    "partial": (answer(BODY, "206 Partial Content"), "is answered with 206 Partial Content; "),
    "redirect": (
        answer(b"", "302 Found", Location="https://other.example.com/a.zip"),
        f"is answered with 302 Found, a redirect to https://other.example.com/a.zip, {REDIRECT}; give that URL",
    ),
    "relative redirect": (
        answer(b"", "308 x", Location="/b.zip"),
        f"is answered with 308 Permanent Redirect, a redirect to http://127.0.0.1:PORT/b.zip, {REDIRECT}; give that",
    ),
    "redirect to nowhere": (answer(b"", "301 x"), f"{REDIRECT}; give the URL of the file itself"),
    "redirect to itself": (answer(b"", "301 x", Location="/a.zip"), f"{REDIRECT}; give the URL of the file itself"),
    "redirect with a password": (answer(b"", "301 x", Location="https://a:s3cret@b/"), f"{REDIRECT}; give the URL of"),
    "redirect to no URL": (answer(b"", "301 x", Location="https://[::1/"), f"{REDIRECT}; give the URL of the file"),
    "redirect with escapes": (answer(b"", "301 x", Location="https://b/\x1b[2J"), f"{REDIRECT}; give the URL of the"),
    "redirect of any length": (answer(b"", "301 x", Location="/" + "b" * 999), f"{REDIRECT}; give the URL of the"),
    "compressed": (answer(Content_Encoding="gzip"), "is sent compressed, which was not asked for; "),
    "announced too long": (answer(b"", Content_Length=1_000_001), "is larger than the 1000000 bytes that are read"),
    "too long": (answer(bytes(1_000_001), Content_Length=None), "is larger than the 1000000 bytes that are read"),
    "chunks too long": (chunked(bytes(600_000), bytes(600_000)), "is larger than the 1000000 bytes that are read"),
    "broken off": (answer(Content_Length=len(BODY) + 1), "was interrupted by the server or on the way; "),
    "chunk broken off": (chunked(BODY, end=b"5\r\nab"), "was interrupted"),
    "last chunk missing": (chunked(BODY, end=b""), "was interrupted"),
    "chunk size of words": (chunked(end=b"five\r\nabcde\r\n"), "was interrupted"),
    "nothing at all": (b"", "was interrupted"),
    "headers broken off": (b"HTTP/1.1 200 OK\r\nContent-Length: 5", "was interrupted"),
    "not HTTP": (b"SSH-2.0-OpenSSH_9.2p1\r\n", "is not answered in HTTP; correct its scheme or its port"),
    "two lengths": (answer(Content_Length="5, 6"), "is not answered in HTTP"),
    "too many headers": (b"HTTP/1.1 200 OK\r\n" + b"a: b\r\n" * 200 + b"\r\n", "is not answered in HTTP"),
    "a header too long": (b"HTTP/1.1 200 OK\r\na: " + b"b" * 70_000 + b"\r\n\r\n", "is not answered in HTTP"),
}


@pytest.mark.parametrize(("data", "says"), ANSWERS.values(), ids=ANSWERS)
def test_answers_that_will_not_do(listen, data, says):
    port = listen(sends(data))
    url = f"http://127.0.0.1:{port}/a.zip"
    message = fails(url)
    assert message.startswith(url)
    assert says.replace("PORT", str(port)) in message
    assert "s3cret" not in message and len(message) < 400


def test_exactly_the_limit(listen):
    data = answer(bytes(1000))
    assert len(get(f"http://127.0.0.1:{listen(sends(data))}/", limit=1000)) == 1000
    assert "is larger than the 999 bytes" in fails(f"http://127.0.0.1:{listen(sends(data))}/", limit=999)


ENDLESS = {
    "until closed": (answer(b"", Content_Length=None), "is larger than"),
    "one chunk": (chunked(end=b"ffffffffffff\r\n"), "is larger than"),
    "a chunk of a negative size": (chunked(end=b"-1\r\n"), "is not answered in HTTP"),
    "the size of a chunk": (answer(b"1" * 70_000, Content_Length=None, Transfer_Encoding="chunked"), ""),
    "a trailer": (chunked(end=b"0\r\na: "), ""),
}


@pytest.mark.parametrize(("start", "says"), ENDLESS.values(), ids=ENDLESS)
def test_an_endless_body_is_left_at_the_limit(listen, start, says):
    sent = []

    def flood(connection):
        request(connection)
        connection.sendall(start)
        while len(sent) < 5_000:
            connection.sendall(bytes(65536))
            sent.append(1)

    assert says in fails(f"http://127.0.0.1:{listen(flood)}/", limit=100_000)
    assert len(sent) < 1000


def reset(connection):
    request(connection)
    connection.sendall(answer(BODY[:1000], Content_Length=len(BODY)))
    # Linger of 0 seconds: the close is a reset.
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    connection.close()


def test_a_reset_in_the_middle(listen):
    assert "was interrupted" in fails(f"http://127.0.0.1:{listen(reset)}/")


def silent(connection):
    connection.recv(65536)
    connection.recv(1)


def drips(start, drop):
    def talk(connection):
        request(connection)
        connection.sendall(start)
        for _drop in range(100):
            connection.sendall(drop)
            time.sleep(0.05)

    return talk


SLOW = {
    "nothing": silent,
    "a body byte by byte": drips(answer(b"", Content_Length=1000), b"x"),
    "a status byte by byte": drips(b"", b"x"),
    "headers without end": drips(b"HTTP/1.1 200 OK\r\n", b"a: b\r\n"),
    "chunks without end": drips(answer(b"", Content_Length=None, Transfer_Encoding="chunked"), b"1\r\nx\r\n"),
}


@pytest.mark.parametrize("talk", SLOW.values(), ids=SLOW)
def test_the_timeout_holds_for_the_whole(listen, talk):
    url = f"http://127.0.0.1:{listen(talk)}/"
    started = time.monotonic()
    assert f"{url} was not complete after 0.5 seconds; " in fails(url, timeout=0.5)
    assert 0.4 < time.monotonic() - started < 2


def test_the_timeout_holds_over_tls(secured, local, trusted):
    port = secured(local, drips(answer(b"", Content_Length=1000), b"x"))
    started = time.monotonic()
    assert "was not complete after 0.5 seconds" in fails(f"https://127.0.0.1:{port}/", timeout=0.5, ca_path=trusted)
    assert time.monotonic() - started < 2


def test_a_handshake_that_never_ends(listen):
    message = fails(f"https://127.0.0.1:{listen(silent)}/", timeout=0.5)
    assert "cannot be downloaded: 127.0.0.1:" in message and "did not answer in time" in message


def free_port():
    with contextlib.closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@pytest.mark.parametrize("scheme", ["http", "https"])
def test_nobody_there(scheme):
    url = f"{scheme}://127.0.0.1:{free_port()}/"
    message = fails(url)
    assert message.startswith(f"{url} cannot be downloaded: 127.0.0.1:") and "refused the connection" in message


@pytest.mark.parametrize(
    ("url", "says"),
    [
        ("http://no-such-host.invalid/", "'no-such-host.invalid' cannot be resolved"),
        ("http://a..example.com/", "is not a host name|cannot be resolved"),
        (f"http://{'a' * 64}.example.com/", "is not a host name|cannot be resolved"),
    ],
    ids=["unknown", "empty label", "long label"],
)
def test_names_that_lead_nowhere(url, says):
    message = fails(url)
    assert message.startswith(url) and any(words in message for words in says.split("|"))


def test_https_asked_of_http(listen):
    def complain(connection):
        connection.recv(65536)
        connection.sendall(answer(b"", "400 Bad Request"))
        finish(connection)

    url = f"https://127.0.0.1:{listen(complain)}/"
    assert "answers without TLS" in fails(url)


def test_http_asked_of_https(secured, local):
    message = fails(f"http://127.0.0.1:{secured(local, sends(answer()))}/")
    assert "is not answered in HTTP" in message or "was interrupted" in message


def page(body=b"page", **headers):
    return answer(body, Content_Type="text/html; charset=utf-8", **headers)


LOOKS = {
    "kept open": ({}, [["/a", "/b", "/a"]]),
    "closed, and said so": ({"Connection": "close"}, [["/a"], ["/b"], ["/a"]]),
    "not found": (None, [["/a"], ["/b"], ["/a"]]),
}


@pytest.mark.parametrize(("headers", "asked"), LOOKS.values(), ids=LOOKS)
def test_a_look_keeps_what_the_server_keeps(secured, local, headers, asked):
    connections = []
    data = answer(b"gone", "404 x") if headers is None else page(**headers)
    port = secured(local, web.keeps_open({"/a": data, "/b": data}, connections))
    urls = [f"https://127.0.0.1:{port}/{name}" for name in "aba"]
    seen = http_get.request_all(urls, limit=100, timeout=5, thumbprint=compute_thumbprint(local.der))
    status, size, kind = (404, 0, "") if headers is None else (200, 4, "text/html")
    assert seen == tuple(http_get.Answer(url, status, kind, size) for url in urls)
    assert connections == asked


@pytest.mark.parametrize("end", [finish, lambda connection: connection.close()], ids=["said", "without a word"])
def test_a_look_goes_on_where_a_server_closes(secured, local, end):
    connections = []

    def once(connection):
        connections.append(request(connection))
        connection.sendall(page())
        end(connection)

    port = secured(local, once)
    urls = [f"https://127.0.0.1:{port}/{name}" for name in "abc"]
    seen = http_get.request_all(urls, limit=100, timeout=5, thumbprint=compute_thumbprint(local.der))
    assert [one.status for one in seen] == [200] * 3
    assert len(connections) == 3


def test_a_look_at_nothing_opens_nothing():
    assert http_get.request_all((), limit=1, timeout=0) == ()


LOOKS_THAT_FAIL = {
    "too long": (sends(page(bytes(101))), "/a is larger than the 100 bytes"),
    "broken off": (sends(b""), "/a was interrupted"),
    "not HTTP": (sends(b"SSH-2.0-OpenSSH_9.2p1\r\n"), "/a is not answered in HTTP"),
    "slow": (drips(b"HTTP/1.1 200 OK\r\n", b"a: b\r\n"), "/a was not complete after 0.5 seconds"),
}


@pytest.mark.parametrize(("talk", "says"), LOOKS_THAT_FAIL.values(), ids=LOOKS_THAT_FAIL)
def test_a_look_that_fails(listen, talk, says):
    with pytest.raises(HttpError, match=says):
        http_get.request_all([f"http://127.0.0.1:{listen(talk)}/a"], limit=100, timeout=0.5)


def test_a_look_at_another_certificate_asks_nothing(secured, local, make):
    connections = []
    port = secured(local, web.keeps_open({}, connections))
    with pytest.raises(HttpError) as caught:
        http_get.request_all(
            [f"https://localhost:{port}/a"], limit=9, timeout=5, thumbprint=compute_thumbprint(make().der)
        )
    assert caught.value.kind == "pin"
    assert not any(connections)


HOST = "URL with a host and, if any, a port from 1 to 65535"
SPACE = "contains white space or control characters"
USER = "contains a user name or a password"
URLS = {
    "empty": ("", f"{HOST}, got ''"),
    "file": ("file:///etc/passwd", f"{HOST}, got 'file:///etc/passwd'"),
    "ftp": ("ftp://a/b", HOST),
    "no scheme": ("plugins.example.com/a.zip", HOST),
    "no host": ("https:///a.zip", HOST),
    "port 0": ("https://a:0/", HOST),
    "port too high": ("https://a:65536/", HOST),
    "port of letters": ("https://a:b/", HOST),
    "open bracket": ("https://[::1/", HOST),
    "space": ("http://127.0.0.1:1/a b", SPACE),
    "line break": ("http://127.0.0.1:1/a\r\nX: y", f"{SPACE}, got 'http://127.0.0.1:1/a\\r\\nX: y'"),
    "umlaut": ("http://127.0.0.1:1/\u00e4", "contains characters that a URL must not contain"),
    "user and password": ("https://admin:s3cret@127.0.0.1/", USER),
    "user": ("https://s3cret@127.0.0.1/", USER),
    "password with a slash": ("https://admin:s3cr/et@127.0.0.1/", HOST),
    "password with a hash": ("https://admin:s3cr#et@127.0.0.1/", HOST),
    "password without a scheme": ("admin:s3cret@127.0.0.1/", HOST),
    "one slash": ("https:/admin:s3cret@127.0.0.1/", HOST),
    "password and line break": ("https://admin:s3\ncret@127.0.0.1/", SPACE),
    "password and odd letter": ("https://admin:s3cret@a\u2100b/", HOST),
    "password and umlaut": ("https://admin:s3cret@127.0.0.1/\u00e4", USER),
}


@pytest.mark.parametrize(("url", "says"), URLS.values(), ids=URLS)
def test_urls_that_cannot_be_used(url, says):
    with pytest.raises(UrlError) as caught:
        get(url)
    message = checked(caught.value)
    assert says in message
    assert not any(part in message for part in ("s3cr", "cret", "admin"))


@pytest.mark.parametrize("timeout", [0, -1, float("nan"), float("inf"), 1e300])
def test_times_that_cannot_be_waited(timeout):
    with pytest.raises(OptionError) as caught:
        get("http://127.0.0.1:1/", timeout=timeout)
    assert caught.value.option == "timeout"
    assert checked(caught.value).startswith("`timeout` must be above 0")


def test_without_urllib3_the_library_is_named(monkeypatch):
    monkeypatch.setattr(http_get, "URLLIB3_IMPORT_ERROR", "no module")
    assert "requests" in fails("http://127.0.0.1:1/", "library")
