# Copyright: Contributors to the vsphere_ops.client_plugin collection
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: Contributors to the vsphere_ops.client_plugin collection

"""Sign a request like a CA: ``sign.py FOLDER`` reads FOLDER/server.csr and writes certificates beside it.

They are good.pem, expired.pem and unnamed.pem (no subjectAltName). chain.pem has their issuer, then the root. The keys
of the CA are not kept.
"""

from __future__ import annotations

import datetime
import sys
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

NOW = datetime.datetime.now(datetime.timezone.utc)
DAY = datetime.timedelta(days=1)


def named(name: str) -> x509.Name:
    """Return a name that has a common name only."""
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])


def issue(subject: x509.Name, key: Any, issuer: str, signer: Any, *, days: int = 90, names: Any = None) -> str:
    """Return a new certificate in PEM, valid for ``days`` from now."""
    builder = x509.CertificateBuilder().subject_name(subject).issuer_name(named(issuer)).public_key(key)
    builder = builder.serial_number(x509.random_serial_number())
    builder = builder.not_valid_before(NOW - 30 * DAY).not_valid_after(NOW + days * DAY)
    builder = builder.add_extension(x509.BasicConstraints(ca=names is None and days > 90, path_length=None), True)
    if names is not None:
        builder = builder.add_extension(names, False)
    return builder.sign(signer, hashes.SHA256()).public_bytes(serialization.Encoding.PEM).decode()


def main(name: str) -> None:
    """Write the certificates."""
    folder = Path(name)
    root, middle = (ec.generate_private_key(ec.SECP256R1()) for _key in range(2))
    chain = issue(named("Example Issuing CA"), middle.public_key(), "Example Root", root, days=900)
    chain += issue(named("Example Root"), root.public_key(), "Example Root", root, days=900)
    (folder / "chain.pem").write_text(chain)
    request = x509.load_pem_x509_csr((folder / "server.csr").read_bytes())
    names = request.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    for file, days, asked in (("good", 90, names), ("expired", -1, names), ("unnamed", 90, None)):
        signed = issue(request.subject, request.public_key(), "Example Issuing CA", middle, days=days, names=asked)
        (folder / f"{file}.pem").write_text(signed)


if __name__ == "__main__":
    main(*sys.argv[1:])
