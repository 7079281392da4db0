# Copyright: Contributors to the vsphere_ops.client_plugin collection
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: Contributors to the vsphere_ops.client_plugin collection

"""Options of a task together with the document that it names."""

from __future__ import annotations

import io
import os
import zipfile
from datetime import datetime, timezone
from pathlib import Path

import pytest
from ansible_collections.vsphere_ops.client_plugin.plugins.module_utils._errors import OptionError
from ansible_collections.vsphere_ops.client_plugin.plugins.module_utils._extension.from_options import (
    desired_from_options,
)
from ansible_collections.vsphere_ops.client_plugin.plugins.module_utils._extension.option_sources import (
    with_documents,
)
from ansible_collections.vsphere_ops.client_plugin.plugins.module_utils._extension.plan import plan

NOW = datetime(2030, 1, 1, tzinfo=timezone.utc)
URL = "https://plugins.example.com/plugin.json"
OLD, NEW = ":".join(["AA"] * 32), ":".join(["BB"] * 32)
CLIENT = f"<client><url>{URL}</url><type>vsphere-client-remote</type><version>1.0.0</version></client>"
SERVER = (
    f"<server><url>{URL}</url><type>MANIFEST_SERVER</type><serverThumbprint>{OLD}</serverThumbprint>"
    "<adminEmail>a@example.com</adminEmail></server>"
)


@pytest.fixture
def document(tmp_path: Path):
    def write(*elements: str) -> str:
        path = tmp_path / "extension.xml"
        path.write_text(f"<extension><key>k</key><version>1.0.0</version>{''.join(elements)}</extension>")
        return str(path)

    return write


@pytest.fixture
def package(tmp_path: Path) -> str:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        archive.writestr("plugin-package.xml", '<pluginPackage id="com.example.p" version="1.4" name="P" vendor="V"/>')
    path = tmp_path / "package.zip"
    path.write_bytes(content.getvalue())
    return str(path)


def test_options_without_a_document() -> None:
    options = {"key": "k", "definition": None, "package": None}
    assert with_documents(options) is options


def test_options_of_a_document(document) -> None:
    desired = desired_from_options(
        {"definition": document(CLIENT, SERVER), "key": None, "version": None, "allow_downgrade": False}
    )
    assert (desired.key, desired.version, desired.url, desired.thumbprint) == ("k", "1.0.0", URL, OLD)
    assert desired.admin_email == ("a@example.com",)
    assert (desired.tasks, desired.label) == (None, None)


def test_options_of_the_task_have_priority(document) -> None:
    path = document(CLIENT, SERVER)
    desired = desired_from_options(
        {"definition": path, "version": "2", "label": "Label", "server_thumbprint": NEW, "tasks": []}
    )
    assert (desired.version, desired.label, desired.thumbprint, desired.tasks) == ("2", "Label", NEW, ())


def test_a_certificate_of_the_task_replaces_the_pair(document) -> None:
    merged = with_documents({"definition": document(CLIENT, SERVER), "server_certificate_path": "/x.pem"})
    assert "server_thumbprint" not in merged


def test_a_document_without_a_server(document) -> None:
    path = document(CLIENT)
    assert desired_from_options({"definition": path}).server_type == ""
    assert desired_from_options({"definition": path, "server_thumbprint": NEW}).server_type is None


@pytest.mark.parametrize(
    "options",
    [
        {"server_type": "HTTPS"},
        {"admin_email": ["b@example.com"]},
        {"server": {"label": "L"}},
        {"server_thumbprint": NEW},
        {"server_certificate": ""},
        {"server_certificate_path": "/x.pem"},
    ],
)
def test_a_task_that_describes_a_server_gets_one_whatever_the_document_has(document, options: dict) -> None:
    merged = with_documents({"definition": document(CLIENT), "server_type": None, **options})
    assert merged["server_type"] == options.get("server_type")
    assert merged["plugin_servers"] == []
    desired = desired_from_options({**merged, "definition": None, "server_certificate_path": None})
    record = plan(desired, None, now=NOW).after
    assert record is not None
    assert [server.type for server in record.servers] == [options.get("server_type", "MANIFEST_SERVER")]


def test_a_task_without_a_server_removes_that_of_the_document(document) -> None:
    desired = desired_from_options({"definition": document(CLIENT, SERVER), "server_type": ""})
    record = plan(desired, None, now=NOW).after
    assert record is not None and record.servers == ()


def test_options_of_a_package(package: str) -> None:
    desired = desired_from_options({"package": package, "url": "https://plugins.example.com/p.zip", "label": "Label"})
    assert (desired.key, desired.version, desired.label, desired.company) == ("com.example.p", "1.4", "Label", "V")
    assert desired.client_type == "vsphere-client-serenity"
    assert desired_from_options({"package": package, "state": "absent"}).key == "com.example.p"


@pytest.mark.parametrize(
    ("options", "option", "part"),
    [({"key": "com.example.q"}, "key", "id"), ({"version": "1.5"}, "version", "version")],
)
def test_a_package_that_a_client_would_refuse(package: str, options: dict, option: str, part: str) -> None:
    with pytest.raises(OptionError) as caught:
        desired_from_options({"package": package, **options})
    assert (caught.value.option, caught.value.value) == (option, options[option])
    assert f"must be the {part} of the package {package}" in caught.value.reason


@pytest.fixture(params=["missing", "directory", "fifo", "device", "empty", "text"])
def unusable(request, tmp_path: Path) -> str:
    """A path that no document can be read from."""
    path = tmp_path / "document"
    if request.param == "directory":
        path.mkdir()
    elif request.param == "fifo":
        os.mkfifo(path)
    elif request.param == "device":
        return "/dev/zero"
    elif request.param in ("empty", "text"):
        path.write_text("nonsense" if request.param == "text" else "")
    return str(path)


@pytest.mark.parametrize("option", ["definition", "package"])
def test_a_document_that_cannot_be_used(unusable: str, option: str) -> None:
    with pytest.raises(OptionError) as caught:
        desired_from_options({option: unusable})
    assert caught.value.option == option
    assert unusable in caught.value.problem()
    assert "\n" not in str(caught.value)


def test_a_definition_that_is_too_large(tmp_path: Path) -> None:
    path = tmp_path / "extension.xml"
    path.write_text(" " * (1024 * 1024 + 1))
    with pytest.raises(OptionError, match="larger than 1 MiB"):
        desired_from_options({"definition": str(path)})


def test_a_task_changes_the_server_of_a_document_without_losing_its_type(document) -> None:
    path = document(CLIENT, SERVER.replace("MANIFEST_SERVER", "HTTPS"))
    desired = desired_from_options({"definition": path, "admin_email": ["b@example.com"]})
    assert (desired.server_type, desired.admin_email) == ("HTTPS", ("b@example.com",))
    assert desired_from_options({"definition": document(), "admin_email": ["b@example.com"]}).server_type is None
