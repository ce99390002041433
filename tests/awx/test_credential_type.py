# Copyright (c) huaweicloud.dbops contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The credential type obeys AWX's rules, as its CredentialTypeInputField and CredentialTypeInjectorField have them."""

from __future__ import annotations

import hashlib
import json
import re

import yaml
from ansible_collections.huaweicloud.dbops.plugins.doc_fragments.auth import ModuleDocFragment
from ansible_collections.huaweicloud.dbops.plugins.module_utils.transport.auth import METHODS
from jinja2 import StrictUndefined
from jinja2.sandbox import ImmutableSandboxedEnvironment
from jsonschema import Draft7Validator

from tests.awx.controller import inject

RULES = {
    "type": "object",
    "additionalProperties": False,
    "required": ["name", "kind", "inputs", "injectors"],
    "properties": {
        "name": {"type": "string", "minLength": 1, "maxLength": 512},
        "description": {"type": "string"},
        "kind": {"enum": ["cloud", "net"]},
        "inputs": {
            "type": "object",
            "additionalProperties": False,
            "properties": {
                "required": {"type": "array", "items": {"type": "string"}},
                "fields": {
                    "type": "array",
                    "items": {
                        "type": "object",
                        "additionalProperties": False,
                        "required": ["id", "label"],
                        "properties": {
                            "id": {"type": "string", "pattern": "^[a-zA-Z_]+[a-zA-Z0-9_]*$", "not": {"const": "tower"}},
                            "label": {"type": "string"},
                            "help_text": {"type": "string"},
                            "type": {"enum": ["string", "boolean"]},
                            "format": {"enum": ["ssh_private_key", "url"]},
                            "choices": {"type": "array", "minItems": 1, "items": {"type": "string"}},
                            "multiline": {"type": "boolean"},
                            "secret": {"type": "boolean"},
                            "ask_at_runtime": {"type": "boolean"},
                            "default": {},
                        },
                    },
                },
            },
        },
        "injectors": {
            "type": "object",
            "additionalProperties": False,
            "properties": {
                "env": {
                    "type": "object",
                    "additionalProperties": False,
                    "patternProperties": {
                        "^(?!ANSIBLE_)[a-zA-Z_]+[a-zA-Z0-9_]*$": {"type": "string", "pattern": "^[\\x00-\\x7f]*$"}
                    },
                }
            },
        },
    },
}


def test_the_rules_are_kept(credential_type):
    assert [error.message for error in Draft7Validator(RULES).iter_errors(credential_type)] == []


def test_the_ids_are_unique_and_those_required_exist(credential_type):
    ids = [field["id"] for field in credential_type["inputs"]["fields"]]
    assert len(ids) == len(set(ids))
    assert set(credential_type["inputs"]["required"]) <= set(ids)


def test_the_templates_use_each_field_and_no_other(credential_type):
    environment = ImmutableSandboxedEnvironment(undefined=StrictUndefined)
    fields = {field["id"]: f"<{field['id']}>" for field in credential_type["inputs"]["fields"]}
    rendered = [
        environment.from_string(template).render(fields) for template in credential_type["injectors"]["env"].values()
    ]
    assert sorted(rendered) == sorted(fields.values())


def test_each_field_becomes_the_variable_of_the_option_of_its_name(credential_type):
    """The documentation of each option names its variables; those of credentials are in METHODS, in the same order."""
    options = yaml.safe_load(ModuleDocFragment.DOCUMENTATION)["options"]
    expected = {
        name: re.search(r"E\((HW_\w+)\)", " ".join(options[name]["description"]))[1]
        for name in ("region", "project_id", "project_name", "cloud", "endpoints")
    }
    for kind in METHODS.values():
        expected.update(zip(kind.options, kind.variables[0]))
    injected = {template.strip("{ }"): name for name, template in credential_type["injectors"]["env"].items()}
    assert injected == expected


def test_secrets_are_secret(credential_type):
    secret = {field["id"] for field in credential_type["inputs"]["fields"] if field.get("secret")}
    assert secret == {"secret_key", "security_token", "auth_token", "password"}


def test_what_is_blank_becomes_an_empty_variable(credential_type):
    assert set(inject(credential_type, {"region": "", "password": ""}).values()) == {""}


def test_other_inputs_come_under_another_name(credential_type):
    """AWX changes no inputs of a credential type that is in use, so that a released name stands for its inputs."""
    released = {
        "Huawei Cloud database services": "9898b452",
    }
    inputs = json.dumps(credential_type["inputs"], sort_keys=True)
    assert hashlib.sha256(inputs.encode()).hexdigest()[:8] == released[credential_type["name"]]
