# Copyright: Contributors to the vsphere_ops.client_plugin collection
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: Contributors to the vsphere_ops.client_plugin collection

"""What shall be registered."""

from __future__ import annotations


class ModuleDocFragment:
    DOCUMENTATION = r"""
options:
  key:
    description:
      - Key of the extension, for example V(com.example.fleet-notes). It must be the same in every version of the
        plug-in.
      - Printable ASCII only, without comma, semicolon, slash, backslash, hash, plus, greater, less, equals and quotes.
      - Needed unless O(definition) or O(package) tells it.
    type: str
    aliases: [extension_key]
  definition:
    description:
      - File with an XML document of type C(vim.Extension), as it is pasted into a Managed Object Browser, on the host
        where the task runs. Its elements may be in any order, and C(lastHeartbeatTime) does not matter.
      - It stands for the options that say the same. An option that the task gives itself wins, and elements that the
        document does not have keep what is registered. Its clients and servers are all there shall be.
      - The filter P(vsphere_ops.client_plugin.extension_xml#filter) writes such a document.
    type: path
  package:
    description:
      - File with a legacy plug-in package, a C(.zip) with C(plugin-package.xml), on the host where the task runs.
      - O(key), O(version), O(label), O(summary), O(company) and O(client_type) are taken from it. O(key) and O(version)
        cannot differ from it, because clients refuse such a package; for the others, the task wins.
      - The package itself is not sent anywhere. O(url) tells where it is served.
    type: path
  state:
    description:
      - With V(present), the extension is registered, or updated in place where an option differs.
      - With V(absent), it is unregistered. Only O(key) matters then (and O(takeover)), and an unknown key is fine.
    type: str
    choices: [present, absent]
    default: present
  version:
    description:
      - Version of the plug-in, 1 to 4 numbers with dots between them. The vSphere Client cannot read anything else.
      - Needed to register. Raise it whenever the content changes, because clients keep what they downloaded for a
        version.
    type: str
  label:
    description: Name of the extension, as lists of extensions show it. Empty when it is registered without one.
    type: str
    aliases: [name]
  summary:
    description: What the extension does, in a sentence. Empty when it is registered without one.
    type: str
    aliases: [description]
  company:
    description: Who made the plug-in.
    type: str
  url:
    description:
      - Where the vSphere Client finds the plug-in. Normally the https URL of its C(plugin.json); a multi-manifest or a
        plug-in package is a C(.zip).
      - It must be reachable from the vCenter itself. Spell it alike in every vCenter, since another spelling is another
        instance of the plug-in.
    type: str
  client_type:
    description:
      - V(vsphere-client-remote) for a remote plug-in, V(vsphere-client-serenity) for a legacy plug-in package.
      - Registered as V(vsphere-client-remote) when left out. What is registered already is never converted unless this
        option asks for it.
    type: str
  server_type:
    description:
      - Type of the manifest server in the record. The developer of the plug-in may choose any string.
      - Registered as V(MANIFEST_SERVER) when left out, or as V(HTTPS) for a plug-in package.
      - The empty string removes the server element.
    type: str
  admin_email:
    description:
      - Addresses of those who look after the manifest server.
      - The API requires one; registered as V(noreply@vmware.com) when left out, which is what VMware's own tool writes.
    type: list
    elements: str
    aliases: [email]
  server_certificate:
    description:
      - Certificate of the manifest server, PEM. Of a chain, the first one counts.
      - Its thumbprint is registered together with it, SHA-256, or SHA-1 for a plug-in package. A vCenter older than 8.0
        Update 2 gets the thumbprint only.
      - It must be valid, and its subjectAltName must hold the host of the URL.
      - The empty string removes the certificate.
    type: str
  server_certificate_path:
    description:
      - File that holds O(server_certificate), PEM or DER, on the host where the module runs.
    type: path
  server_thumbprint:
    description:
      - Thumbprint of the manifest server's certificate, SHA-256, or SHA-1 for old clients.
      - Colons, spaces or nothing between the pairs, upper or lower case. It is registered as upper case pairs with
        colons.
      - Not needed beside a certificate. Given alone, it removes a registered certificate that it does not belong to.
    type: str
    aliases: [ssl_thumbprint]
  plugin_servers:
    description:
      - Auxiliary servers of the plug-in, in this order. The list replaces what is registered, V([]) removes them all.
    type: list
    elements: dict
    suboptions:
      url:
        description: Address of the server. It must end with C(/) where it answers for dynamic extensions.
        type: str
        required: true
      type:
        description: The name under which the manifest and the user interface of the plug-in know this server.
        type: str
        default: PLUGIN_SERVER
      label:
        description: Name of the server.
        type: str
      summary:
        description: What the server does.
        type: str
      company:
        description: Who made it.
        type: str
      admin_email:
        description: Addresses of those who look after it; V(noreply@vmware.com) when left out.
        type: list
        elements: str
        aliases: [adminEmail]
      server_certificate:
        description: Its certificate, PEM.
        type: str
      server_certificate_path:
        description: File that holds its certificate, PEM or DER, on the host where the module runs.
        type: path
        aliases: [serverCertificateFile]
      server_thumbprint:
        description: Thumbprint of its certificate; computed where the certificate is given.
        type: str
        aliases: [serverThumbprint]
  tasks:
    description: Types of tasks that the plug-in defines. The list replaces what is registered.
    type: list
    elements: dict
    suboptions:
      id:
        description: Id of the task type.
        type: str
        required: true
        aliases: [taskId]
  events:
    description: Types of events that the plug-in defines. The list replaces what is registered.
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
    description: Types of faults that the plug-in defines. The list replaces what is registered.
    type: list
    elements: dict
    suboptions:
      id:
        description: Id of the fault type.
        type: str
        required: true
        aliases: [faultId]
  privileges:
    description: Privileges that the plug-in defines, by group. The list replaces what is registered.
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
            description: Id to be registered as it is, for one that does not begin with its group.
            type: str
  resources:
    description:
      - Texts for the ids above, a dictionary of locales with a dictionary of messages each. It replaces what is
        registered.
      - A list of dictionaries with C(locale), C(module) and C(messages) is taken as well, for modules other than
        C(resources).
    type: raw
  shown_in_solution_manager:
    description: Show the extension among the solutions of the vCenter. Not shown when it is registered without this
      option.
    type: bool
    aliases: [visible]
  client:
    description: Values of the client element that shall differ from those of the extension itself. Rarely needed.
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
    description: Values of the manifest server that shall differ from those of the extension itself. Rarely needed.
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
      - A field that is given replaces what is registered, V(null) removes it. Those that are left out stay.
      - vCenter takes the login certificate of an extension away when another C(subjectName) is registered.
    type: dict
  allow_downgrade:
    description: Allow a O(version) that is lower than the registered one. Numbers are compared, so 5.10 is above 5.9.
    type: bool
    default: false
  takeover:
    description:
      - What to do with a registered record whose URL is on another host than O(url), or whose company is another than
        O(company). V(refuse) fails then, and neither changes nor removes it; V(allow) goes on, and the diff tells whose
        it was.
      - For plug-ins of which more than one appliance may claim the same key.
    type: str
    choices: [allow, refuse]
    default: allow
  verify_servers:
    description:
      - Before anything is written, open each https URL of the record from where the task runs, and fail unless the
        certificate there is the one that is, or would be, registered. With a certificate in the record, its
        subjectAltName must hold the host name of the URL.
      - Also done where nothing would change, and in check mode. It is what finds a certificate that was renewed and not
        registered.
    type: bool
    default: false
  verify_manifest:
    description:
      - Before anything is written, download what O(url) names from where the task runs, trusting exactly the
        certificate or thumbprint that is, or would be, registered, and fail unless a client could use it.
      - A C(plugin.json) is checked as M(vsphere_ops.client_plugin.plugin_manifest) does, each manifest of a
        multi-manifest as well. A plug-in package must have the key as its id, and the version.
      - Needs the Python library C(jsonschema). Of extensions that are no plug-ins of the vSphere Client, nothing is
        downloaded.
    type: bool
    default: false
  verify_files:
    description:
      - As O(verify_manifest), which it implies, and then ask the same server, with the same trust, for each file that
        the manifest names, the same ones that M(vsphere_ops.client_plugin.plugin_manifest) looks for with its
        O(vsphere_ops.client_plugin.plugin_manifest#module:content_path). Fail unless each is answered with status 200,
        is not empty, and has a content type that a browser takes, C(text/html) for a view and that of an image for
        icons.
      - The URL of a file is relative to the folder of the manifest. For a multi-manifest and for a plug-in package
        nothing is added to O(verify_manifest); of a multi-manifest no source says what its URLs are relative to.
      - It takes at most O(timeout) seconds for all files together, beside as many for the manifest. No more than 250
        files of 16 MiB are taken.
    type: bool
    default: false
notes:
  - An option that is left out keeps what is registered. An empty value empties it.
  - What a record holds can be fed back as it was read, even where it is not what this collection would write. It is
    only ever refused where it would be written.
  - Writing needs the privileges C(Extension.Register), C(Extension.Update) or C(Extension.Unregister) on the root
    folder of the vCenter; check mode tells when the account lacks the one that it would take.
  - O(server_certificate) and O(server_certificate_path) need the Python library C(cryptography).
"""
