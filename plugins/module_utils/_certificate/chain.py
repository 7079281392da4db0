# Copyright: Contributors to the vsphere_ops.client_plugin collection
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: Contributors to the vsphere_ops.client_plugin collection

"""Check and order chains of certificates: the leaf first, then each issuer, verified by their signatures."""

from __future__ import annotations

import itertools
from collections.abc import Sequence

from .._errors import ChainError
from .._foreign_text import one_line
from .x509 import Certificate, is_signed_by


def check_chain(chain: Sequence[Certificate], public_key: bytes) -> None:
    """Check that a chain begins with the certificate of the key, followed by each issuer.

    ``public_key`` is in DER. Raises :class:`ChainError`.
    """
    if chain[0].public_key != public_key:
        if any(link.public_key == public_key for link in chain):
            raise ChainError(
                f"begins with {_subject(chain[0])}, not with the certificate of the private key",
                remedy="put that one first, followed by each issuer",
            )
        raise _wrong_key(chain[0])
    for position, (link, issuer) in enumerate(itertools.pairwise(chain), start=1):
        if not is_signed_by(link, issuer):
            raise ChainError(
                f"is not a chain: certificate {position} was issued by {one_line(link.issuer)}, and certificate "
                f"{position + 1} is {_subject(issuer)}, whose key did not sign it",
                remedy="put the leaf first and each issuer after the certificate that it signed",
            )


def order_chain(certificates: Sequence[Certificate], public_key: bytes) -> tuple[Certificate, ...]:
    """Return the certificate of the key, followed by each issuer, from certificates in any order.

    ``public_key`` is in DER. Raises :class:`ChainError`.
    """
    rest = list(dict.fromkeys(certificates))
    leaves = [link for link in rest if link.public_key == public_key]
    if not leaves:
        raise _wrong_key(rest[0])
    chain = leaves[:1]
    rest.remove(chain[0])
    while issuers := [link for link in rest if is_signed_by(chain[-1], link)]:
        # Of a root and its cross-signed twin, take the twin first: the root can still follow it.
        issuers.sort(key=lambda link: link.self_signed)
        chain.append(issuers[0])
        rest.remove(issuers[0])
    if rest:
        raise ChainError(
            f"holds {_subject(rest[0])}, which is not an issuer in the chain of {_subject(chain[0])}",
            remedy="remove it",
        )
    return tuple(chain)


def _subject(certificate: Certificate) -> str:
    return one_line(certificate.subject)


def _wrong_key(certificate: Certificate) -> ChainError:
    return ChainError(
        f"does not belong to the private key: {_subject(certificate)} was issued for another one",
        remedy="give the key that it was requested with, or have a certificate issued for this key",
    )
