# Copyright: Contributors to the vsphere_ops.client_plugin collection
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: Contributors to the vsphere_ops.client_plugin collection

"""Document the options of modules that create a private key and a file that goes with it."""

from __future__ import annotations


class ModuleDocFragment:
    """The options of ``_private_key_spec`` in ``module_utils/_argument_specs_files.py``."""

    DOCUMENTATION = r"""
options:
  private_key_path:
    description:
      - File of the private key, unencrypted PEM (PKCS 8). Its folder must exist.
    type: path
    required: true
  key_type:
    description:
      - Type of the key. Every TLS implementation supports V(RSA). V(ECC) is smaller and faster; use it where the CA,
        all vCenters and load balancers in between support it.
    type: str
    choices: [RSA, ECC]
    default: RSA
  key_size:
    description:
      - Size of the key in bits, 2048, 3072, 4096 or 8192 for V(RSA), 256 (P-256) or 384 (P-384) for V(ECC).
      - The default is 3072 for V(RSA), whose strength is expected to last beyond 2030, and 256 for V(ECC).
    type: int
  force:
    description:
      - Replace the private key and the file that goes with it in any case, also files that this module did not create.
    type: bool
    default: false
  backup:
    description:
      - Keep a copy of each replaced file beside it, with the time in its name. Copies of a private key have mode 0600.
    type: bool
    default: false
"""
