# Copyright: Contributors to the vsphere_ops.client_plugin collection
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: Contributors to the vsphere_ops.client_plugin collection

"""Define the JSON schema (draft 7) of a plugin.json.

It is a reconstruction of our own; no vendor schema was copied. Each node names its source in ``x-certainty``:

``documented-70``, ``documented-80U3``  the schema reference of that SDK
``guide``     a vendor guide, release note or knowledge base article
``sample``    the samples of the SDK
``seen``      accepted or refused by a real vCenter
``inferred``  follows from the others, but no source says it

``x-closed`` is the certainty that an object allows no further members: ``documented`` or ``inferred``.
``x-open-names`` matches names that may exist in a client although no source shows them.
``description`` completes the sentence "it must be ...".
"""

from __future__ import annotations

from . import schema_nodes as nodes
from .knowledge import LOCALE_PATTERN, MANIFEST_VERSIONS
from .schema_nodes import END, Schema

_VERSIONS = list(MANIFEST_VERSIONS)
_LOCALE = f"^{LOCALE_PATTERN}{END}"
# Spaces are matched behind each number, not on both sides of it, so that a long row of them is read once.
_INTERVAL_PATTERN = (
    r"^\s*(([\(\[]\s*([0-9]+(\.[0-9]+){0,3}\s*)?,\s*([0-9]+(\.[0-9]+){0,3}\s*)?[\)\]])|[0-9]+(\.[0-9]+){0,3})\s*" + END
)
_REQUIREMENT_PATTERN = r"^[a-z][a-z0-9]*([.-][a-z0-9]+)+" + END
_OBJECT_TYPE_PATTERN = "^[A-Z][A-Za-z]*(:[A-Z][A-Za-z]*)?" + END

_NAME = {"minLength": 1, "description": "a name of at least one character"}
_KEY = "the name of a text below definitions.i18n.definitions"
_ID = "an id of your choice"


def _label(certainty: str = "sample") -> Schema:
    # A literal text is shown as it is, so the schema allows any text; rule R1 checks that the key exists.
    return nodes.text(certainty, _KEY)


def _server_uri(certainty: str) -> Schema:
    """Return the schema of a uri: a text, or an object that names a server (guide: dynamicUri; inferred elsewhere)."""
    path = nodes.text("guide", "the path on that server")
    server_type = nodes.text("guide", "the type of a server of the registration")
    description = "a path relative to plugin.json such as 'index.html', or an object of path and serverType"
    node = nodes.record(
        certainty, "inferred", description, {"path": path, "serverType": server_type}, ("path", "serverType")
    )
    # Each keyword applies to values of its own type only, so one node describes both forms and errors stay exact.
    return node | {"type": ["string", "object"], "minLength": 1}


_ICON = nodes.record(
    "documented-80U3",
    "documented",
    "an object with the name of the icon",
    {"name": nodes.text("documented-80U3", "the name of an icon below definitions.iconSpriteSheet.definitions")},
    ("name",),
)

_ENVIRONMENT = nodes.record(
    "documented-70",
    "inferred",
    "an object of version and environments",
    {
        "version": {
            "type": "string",
            "pattern": _INTERVAL_PATTERN,
            "description": "a version such as '8.0' or an interval such as '[7.0,9.0)'",
            "x-certainty": "documented-70",
        },
        "environments": nodes.array(
            "documented-70",
            "a list of environments",
            nodes.text("documented-70", "an environment", enum=["onprem", "cloud", "gateway"]),
        ),
    },
)

_REQUIREMENTS = nodes.record(
    "documented-70",
    "documented",
    "an object with what the plug-in needs of the client",
    {
        "plugin.api.version": nodes.text("documented-70", "the version of the plug-in API", enum=_VERSIONS),
        "vcenter.server": _ENVIRONMENT,
        "vsphere.client": _ENVIRONMENT,
        "confirmation.modal.api": nodes.capability("documented-70", "1.0.0"),
        "open.modal.api": nodes.capability("guide", "1.1.0", **{"x-since": "8.0"}),
        "proxied.plugin.server.origin.api": nodes.capability("sample", "1.0.0"),
        "icon.sprite.sheet.theming": nodes.capability("sample", "1.0.0"),
        "plugin.backend.info.api": nodes.capability("sample", "1.0.0"),
        "action.accepts.multiple.targets": nodes.flag("sample", **{"x-since": "7.0 U1"}),
        "plugin.dynamic.extensions": nodes.capability("sample", "1.0.0", **{"x-since": "7.0 U1"}),
    },
    ("plugin.api.version",),
) | {"x-open-names": _REQUIREMENT_PATTERN}

_CONFIGURATION: Schema = {
    "type": "object",
    "required": ["nameKey"],
    "properties": {"nameKey": _label("documented-70"), "icon": _ICON},
    # 8.0 U3 documents further members of any type here, so this object is open.
    "additionalProperties": True,
    "description": "an object with the plug-in's name and icon",
    "x-certainty": "documented-80U3",
}

_GLOBAL = nodes.record(
    "sample",
    "inferred",
    "an object with the view that opens from the navigator",
    {
        "view": nodes.record(
            "sample",
            "inferred",
            "an object that describes one view",
            {
                "navigationId": nodes.text("guide", _ID),
                "navigationVisible": nodes.flag("sample"),
                "isPublic": nodes.flag("guide", **{"x-since": "9.0 or before"}),
                "uri": _server_uri("sample"),
            },
            ("uri",),
        )
    },
    ("view",),
)

_CARD = nodes.record(
    "sample",
    "inferred",
    "an object that describes one card",
    {
        "id": nodes.text("sample", _ID),
        "navigationId": nodes.text("inferred", _ID),
        "labelKey": _label("inferred"),
        "icon": _ICON,
        "dynamic": nodes.flag("sample"),
        "size": nodes.pair("guide", "widthSpan", "heightSpan", "a whole number, at least 1", 1, whole=False),
        "uri": _server_uri("sample"),
    },
    ("uri",),
)

_SUMMARY = nodes.record(
    "sample",
    "inferred",
    "an object with the cards of the summary page",
    {
        "dynamicUri": _server_uri("guide"),
        "view": _CARD,
        # The name of this member is inferred. Rule R15 checks the number of cards.
        "views": nodes.array("inferred", "a list of cards", _CARD, minItems=1),
    },
) | {"anyOf": [{"required": ["view"]}, {"required": ["views"]}]}


_VIEW = nodes.record(
    "sample",
    "inferred",
    "an object that describes one view",
    {
        "navigationId": nodes.text("guide", _ID),
        "labelKey": _label(),
        "dynamic": nodes.flag("sample"),
        "isPublic": nodes.flag("guide", **{"x-since": "9.0 or before"}),
        "uri": _server_uri("sample"),
    },
    ("labelKey", "uri"),
)
_CATEGORY = nodes.record(
    "sample",
    "inferred",
    "an object with a list of views",
    {
        "dynamicUri": _server_uri("guide"),
        "forceExpand": nodes.flag("seen"),
        "views": nodes.array("sample", "a list of views", _VIEW, minItems=1),
    },
    ("views",),
)

_TRIGGERS = {
    "modal": nodes.record(
        "sample",
        "inferred",
        "a trigger that opens a dialog",
        {
            "type": {},
            "titleKey": _label(),
            "accessibilityTitleKey": _label("guide"),
            "closable": nodes.flag("inferred"),
            "size": nodes.pair("sample", "width", "height", "a whole number of pixels, at least 1", 1),
            "uri": _server_uri("sample"),
        },
        ("uri",),
    ),
    "navigation": nodes.record(
        "guide",
        "inferred",
        "a trigger that opens a view",
        {"type": {}, "targetViewId": nodes.text("guide", "the navigationId of a view of this manifest")},
        ("targetViewId",),
    ),
}


def _when_type(value: str) -> Schema:
    return {"type": "object", "required": ["type"], "properties": {"type": {"const": value}}}


_ACTION = nodes.record(
    "sample",
    "inferred",
    "an object that describes one action",
    {
        "id": nodes.text("sample", _ID),
        "labelKey": _label(),
        "icon": _ICON,
        "acceptsMultipleTargets": nodes.flag("sample", **{"x-since": "7.0 U1"}),
        "dynamic": nodes.flag("sample", **{"x-since": "7.0 U1"}),
        "trigger": {
            "type": "object",
            "required": ["type"],
            "properties": {"type": nodes.text("guide", "a kind of trigger", enum=list(_TRIGGERS))},
            "allOf": [{"if": _when_type(kind), "then": node} for kind, node in _TRIGGERS.items()],
            "description": "an object that describes what the action opens",
            "x-certainty": "guide",
        },
    },
    ("labelKey", "trigger"),
)

_MENU = nodes.record(
    "sample",
    "inferred",
    "an object with a list of actions",
    {
        "dynamicUri": _server_uri("guide"),
        "actions": nodes.array(
            "sample",
            "a list of actions",
            {
                "type": "object",
                "description": "an action, or an object with type 'separator' alone",
                "x-certainty": "guide",
                "if": _when_type("separator"),
                "then": nodes.record("guide", "inferred", "a separator", {"type": {}}),
                "else": _ACTION,
            },
            minItems=1,
        ),
    },
    ("actions",),
)

# No source gives the closed list of object types, so only the form of the name is checked.
_OBJECTS = nodes.mapping(
    "sample",
    "an object with one member for each type of vSphere object",
    nodes.record(
        "sample",
        "inferred",
        "an object of summary, monitor, configure and menu",
        {
            "summary": _SUMMARY,
            "monitor": _CATEGORY,
            "configure": _CATEGORY,
            "menu": _MENU,
        },
    )
    | {"minProperties": 1},
    {
        "pattern": _OBJECT_TYPE_PATTERN,
        "description": "a type of vSphere object such as VirtualMachine or Folder:RootFolder",
    },
    minimum=1,
) | {
    "x-known-values": ["VirtualMachine", "HostSystem", "Datacenter", "Folder:RootFolder", "ClusterComputeResource"],
}

_TILES = nodes.mapping(
    "sample",
    "an object with the place of each icon",
    nodes.pair("sample", "x", "y", "a whole number of pixels, at least 0", 0),
    _NAME,
    minimum=1,
)
_SHEET_URI = nodes.text("sample", "the path of an image relative to plugin.json such as 'icons.png'")
_THEME = nodes.record(
    "guide",
    "inferred",
    "an object with the uri of the sheet for this theme",
    {"uri": _SHEET_URI, "definitions": _TILES},
    ("uri",),
)

_I18N = nodes.record(
    "documented-80U3",
    "documented",
    "an object of locales and definitions",
    {
        "locales": nodes.array(
            "documented-80U3",
            "a list of locales such as 'en-US'",
            nodes.text("inferred", "a locale such as 'en-US'", pattern=_LOCALE),
            minItems=1,
            uniqueItems=True,
        ),
        "definitions": nodes.mapping(
            "documented-80U3",
            "an object with one member for each text",
            nodes.mapping(
                "documented-80U3",
                "an object with the text in each locale",
                nodes.text("documented-80U3", "a text of at least one character"),
                {"pattern": _LOCALE, "description": "a locale such as en-US"},
            ),
            _NAME,
        ),
    },
    ("locales", "definitions"),
)

_DEFINITIONS = nodes.record(
    "documented-80U3",
    "documented",
    "an object of iconSpriteSheet and i18n",
    {
        "i18n": _I18N,
        "iconSpriteSheet": nodes.record(
            "sample",
            "inferred",
            "an object with the sheet's uri and its icons",
            {
                "uri": _SHEET_URI,
                "definitions": _TILES,
                "themeOverrides": nodes.record(
                    "guide", "inferred", "an object of dark and light", {"dark": _THEME, "light": _THEME}
                )
                | {"minProperties": 1},
            },
            ("uri", "definitions"),
        ),
    },
)

MANIFEST_SCHEMA: Schema = nodes.record(
    "documented-70",
    "documented",
    "a JSON object",
    {
        "manifestVersion": nodes.text("documented-70", "the version of the manifest's format", enum=_VERSIONS),
        "requirements": _REQUIREMENTS,
        "configuration": _CONFIGURATION,
        "global": _GLOBAL,
        "objects": _OBJECTS,
        "definitions": _DEFINITIONS,
    },
    ("manifestVersion", "requirements", "configuration"),
) | {"$schema": "http://json-schema.org/draft-07/schema#", "title": "vSphere Client remote plug-in manifest"}
