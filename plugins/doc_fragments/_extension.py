# Copyright: Contributors to the vsphere_ops.client_plugin collection
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: Contributors to the vsphere_ops.client_plugin collection

"""Document the options that describe an extension record."""

from __future__ import annotations


class ModuleDocFragment:
    """The options of ``extension_spec`` in ``module_utils/_argument_specs.py``."""

    DOCUMENTATION = r"""
options:
  key:
    description:
      - Key of the extension, for example V(com.example.fleet-notes). It must be the same in every version of the
        plug-in.
      - Printable ASCII only, without comma, semicolon, slash, backslash, hash, plus, greater, less, equals and quotes.
      - Required unless O(definition) or O(package) is given.
    type: str
    aliases: [extension_key]
  definition:
    description:
      - Path of an XML document of type C(vim.Extension), as it is pasted into a Managed Object Browser, on the host
        where the task runs. Its elements may be in any order, and C(lastHeartbeatTime) is ignored.
      - The elements of the document replace the options of the same meaning. Options that the task sets have priority,
        and elements that the document does not have keep what is registered. Its clients and servers replace all
        registered clients and servers.
      - The filter P(vsphere_ops.client_plugin.extension_xml#filter) writes such a document.
    type: path
  package:
    description:
      - Path of a legacy plug-in package, a C(.zip) with C(plugin-package.xml), on the host where the task runs.
      - O(key), O(version), O(label), O(summary), O(company) and O(client_type) are taken from it. O(key) and O(version)
        must not differ from it, because clients refuse such a package; for the others, the task has priority.
      - The package itself is not sent to the vCenter. O(url) is where it is served.
    type: path
  state:
    description:
      - V(present) registers the extension, or updates it in place where an option differs.
      - V(absent) unregisters it, if it is registered. Apart from O(key), only O(takeover) with O(url) and O(company) is
        used then.
    type: str
    choices: [present, absent]
    default: present
  version:
    description:
      - Version of the plug-in, 1 to 4 numbers with dots between them. The vSphere Client cannot read any other form.
      - Required to register. Raise it whenever the content changes, because clients cache what they downloaded for a
        version.
    type: str
  label:
    description: Name of the extension in lists of extensions. Registered as an empty text if omitted.
    type: str
    aliases: [name]
  summary:
    description: What the extension does, in a sentence. Registered as an empty text if omitted.
    type: str
    aliases: [description]
  company:
    description: Vendor of the plug-in. Registered as an empty text if omitted.
    type: str
  url:
    description:
      - URL from which the vSphere Client loads the plug-in. Normally the https URL of its C(plugin.json); a
        multi-manifest or a plug-in package is a C(.zip).
      - It must be reachable from the vCenter itself. Use the same spelling in every vCenter, because another spelling
        is another instance of the plug-in.
    type: str
  client_type:
    description:
      - V(vsphere-client-remote) for a remote plug-in, V(vsphere-client-serenity) for a legacy plug-in package.
      - Registered as V(vsphere-client-remote) if omitted. A registered extension is converted only if this option is
        set.
    type: str
  server_type:
    description:
      - Type of the manifest server in the record. The developer of the plug-in can choose any string.
      - Registered as V(MANIFEST_SERVER) if omitted, or as V(HTTPS) for a plug-in package.
      - The empty string removes the server element.
    type: str
  admin_email:
    description:
      - Email addresses of the administrators of the manifest server.
      - The API requires one. Registered as V(noreply@vmware.com) if omitted, as VMware's own tool does.
    type: list
    elements: str
    aliases: [email]
  server_certificate:
    description:
      - Certificate of the manifest server in PEM. Of a chain, the first certificate is used.
      - Its thumbprint is registered together with it, SHA-256, or SHA-1 for a plug-in package. In a vCenter older than
        8.0 Update 2 only the thumbprint is registered.
      - It must be valid, and its subjectAltName must contain the host of the URL.
      - The empty string removes the certificate.
    type: str
  server_certificate_path:
    description:
      - Path of a file with O(server_certificate) in PEM or DER, at most 1 MiB, on the host where the module runs.
    type: path
  server_thumbprint:
    description:
      - Thumbprint of the certificate of the manifest server, SHA-256, or SHA-1 for old clients.
      - Pairs of hex digits with colons, spaces or nothing between them, in upper or lower case. It is registered as
        upper-case pairs with colons.
      - Computed where a certificate is given. Without one, it removes a registered certificate that it does not belong
        to.
    type: str
    aliases: [ssl_thumbprint]
  plugin_servers:
    description:
      - Auxiliary servers of the plug-in, in this order. The list replaces the registered ones, V([]) removes them all.
    type: list
    elements: dict
    suboptions:
      url:
        description: URL of the server. It must end with C(/) for a server of dynamic extensions.
        type: str
        required: true
      type:
        description: Name by which the manifest and the user interface of the plug-in refer to this server.
        type: str
        default: PLUGIN_SERVER
      label:
        description: Name of the server.
        type: str
      summary:
        description: Purpose of the server.
        type: str
      company:
        description: Vendor of the server.
        type: str
      admin_email:
        description: Email addresses of its administrators; V(noreply@vmware.com) if omitted.
        type: list
        elements: str
        aliases: [adminEmail]
      server_certificate:
        description: Certificate of the server in PEM.
        type: str
      server_certificate_path:
        description: Path of a file with its certificate, as O(server_certificate_path).
        type: path
        aliases: [serverCertificateFile]
      server_thumbprint:
        description: Thumbprint of its certificate; computed where a certificate is given.
        type: str
        aliases: [serverThumbprint]
  tasks:
    description: Types of tasks that the plug-in defines. The list replaces the registered one.
    type: list
    elements: dict
    suboptions:
      id:
        description: Id of the task type.
        type: str
        required: true
        aliases: [taskId]
  events:
    description: Types of events that the plug-in defines. The list replaces the registered one.
    type: list
    elements: dict
    suboptions:
      id:
        description: Id of the event type.
        type: str
        required: true
        aliases: [eventId]
      schema:
        description: XML text that describes the arguments of the event.
        type: str
        aliases: [eventTypeSchema]
  faults:
    description: Types of faults that the plug-in defines. The list replaces the registered one.
    type: list
    elements: dict
    suboptions:
      id:
        description: Id of the fault type.
        type: str
        required: true
        aliases: [faultId]
  privileges:
    description: Privileges that the plug-in defines, by group. The list replaces the registered one.
    type: list
    elements: dict
    suboptions:
      group:
        description: Id of the group.
        type: str
        required: true
        aliases: [groupId]
      privileges:
        description: The privileges of the group.
        type: list
        elements: dict
        required: true
        suboptions:
          id:
            description: Id of the privilege within the group; registered as C(group.id).
            type: str
            aliases: [privilegeId]
          full_id:
            description: Id that is registered unchanged, for one that does not begin with the id of its group.
            type: str
  resources:
    description:
      - Texts for the ids above, a dictionary of locales with a dictionary of messages each. It replaces the registered
        texts.
      - A list of dictionaries with C(locale), C(module) and C(messages) is possible as well, for modules other than
        C(resources).
    type: raw
  shown_in_solution_manager:
    description: Show the extension among the solutions of the vCenter. Not shown if it is registered without this
      option.
    type: bool
    aliases: [visible]
  client:
    description: Values of the client element that differ from those of the extension itself. Rarely needed.
    type: dict
    suboptions:
      version:
        description: Differs from O(version).
        type: str
      label:
        description: Differs from O(label).
        type: str
      summary:
        description: Differs from O(summary).
        type: str
      company:
        description: Differs from O(company).
        type: str
  server:
    description: Values of the manifest server that differ from those of the extension itself. Rarely needed.
    type: dict
    suboptions:
      url:
        description: Differs from O(url).
        type: str
      label:
        description: Differs from O(label).
        type: str
      summary:
        description: Differs from O(summary).
        type: str
      company:
        description: Differs from O(company).
        type: str
  other:
    description:
      - Fields of the record that have no option of their own, in the names and shapes of the API, V(type),
        V(subjectName), V(healthInfo), V(ovfConsumerInfo), V(extendedProductInfo), V(managedEntityInfo),
        V(solutionManagerInfo), and V(client) for clients after the first.
      - A field that is given replaces the registered one, V(null) removes it. Omitted fields are kept.
      - vCenter removes the login certificate of an extension when another C(subjectName) is registered.
    type: dict
  allow_downgrade:
    description: Allow a O(version) that is lower than the registered one. Numbers are compared, so 5.10 is above 5.9.
    type: bool
    default: false
  takeover:
    description:
      - What to do with a registered record whose URL has another host than O(url), or whose company differs from
        O(company). V(refuse) fails, and neither changes nor removes it; V(allow) continues, and the diff shows the
        previous company and host.
      - For plug-ins of which more than one appliance may register the same key.
    type: str
    choices: [allow, refuse]
    default: allow
  verify_servers:
    description:
      - Before anything is written, open each https URL of the record from where the task runs, and fail unless the
        certificate there is the one that is, or would be, registered. With a certificate in the record, its
        subjectAltName must contain the host name of the URL.
      - Also done where nothing would change, and in check mode. It finds a certificate that was renewed and not
        registered.
    type: bool
    default: false
  verify_manifest:
    description:
      - Before anything is written, download O(url) from where the task runs, trusting exactly the certificate or
        thumbprint that is, or would be, registered, and fail unless a client could use it.
      - A C(plugin.json) is checked as M(vsphere_ops.client_plugin.plugin_manifest) does, each manifest of a
        multi-manifest as well. A plug-in package must have the id O(key) and the version O(version).
      - Requires the Python libraries C(jsonschema) and C(requests). Nothing is downloaded for extensions that are not
        plug-ins of the vSphere Client.
    type: bool
    default: false
  verify_files:
    description:
      - As O(verify_manifest), which it implies, and then request each file that the manifest names from the same
        server with the same trust. These are the files that M(vsphere_ops.client_plugin.plugin_manifest) checks with
        O(vsphere_ops.client_plugin.plugin_manifest#module:content_path). Fail unless each answer has status 200, is not
        empty, and has a content type that a browser accepts, C(text/html) for a view and that of an image for icons.
      - The URL of a file is relative to the folder of the manifest. For a multi-manifest and for a plug-in package this
        is the same as O(verify_manifest), because no source documents what the URLs of a multi-manifest are relative
        to.
      - All files together take at most O(timeout) seconds, in addition to those of the manifest. At most 250 files of
        16 MiB are downloaded.
    type: bool
    default: false
notes:
  - An omitted option keeps what is registered. An empty value empties it.
  - A record can be given back as it was read, even if it has values that this collection does not write. They are
    refused only where they would be written.
  - Writing requires the privilege C(Extension.Register), C(Extension.Update) or C(Extension.Unregister) on the root
    folder of the vCenter; check mode fails if the account lacks the required one.
  - O(server_certificate) and O(server_certificate_path) require the Python library C(cryptography).
"""
