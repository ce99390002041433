# Copyright (c) huaweicloud.dbops contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The contract: which operations exist, and whether a request or an answer obeys it."""

from __future__ import annotations

import json
import re
from functools import cached_property
from pathlib import Path
from typing import Any, Callable, Iterator, Mapping

import yaml
from jsonschema.exceptions import ValidationError, best_match
from openapi_schema_validator import OAS30ReadValidator, OAS30WriteValidator, oas30_format_checker
from referencing import Registry
from referencing.jsonschema import DRAFT4

from .answers import JSON

FOLDER = Path(__file__).parent / "contract"
FILES = ("openapi.yaml", "openapi-2.yaml")
METHODS = ("get", "put", "post", "delete")


class Complaint(Exception):
    """A request breaks the contract: in which place ("path", "query", "header", "body") and how, without the value."""

    def __init__(self, place: str, text: str):
        super().__init__(text)
        self.place = place


_SENTENCES: Mapping[Any, Callable[[Any, Any, Any], str]] = {
    "additionalProperties": lambda _rule, value, schema: (
        "unknown key " + ", ".join(sorted(repr(key) for key in value if key not in schema["properties"]))
    ),
    "required": lambda rule, value, _schema: "required: " + ", ".join(key for key in rule if key not in value),
    "enum": lambda rule, _value, _schema: f"must be one of {', '.join(map(str, rule))}",
}


def explain(error: ValidationError) -> str:
    """One sentence on a broken rule. It names the place and the rule, never the value, which may be a secret."""
    where = "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in error.absolute_path).lstrip(".")
    keyword, rule = error.validator, error.validator_value
    sentence = _SENTENCES.get(keyword, lambda *_: f"must have {keyword} {json.dumps(rule)}")
    text = sentence(rule, error.instance, error.schema)
    return f"{where}: {text}" if where else text


class Operation:
    """One operation of the contract: its identity, and the rules for its request and its answers."""

    def __init__(self, contract: Contract, path: str, method: str, item: dict[str, Any], spec: dict[str, Any]):
        self._contract, self._spec = contract, spec
        self.id: str = spec["operationId"]
        self.service: str = spec["tags"][0]
        self.method, self.path = method.upper(), path
        security = spec.get("security")
        self.open: bool = security == []  # it takes no credentials
        self.anonymous: bool = bool(security and {} in security)  # it can do without
        parameters = [contract.deref(one) for one in (*item.get("parameters", ()), *spec.get("parameters", ()))]
        self._checks = [(one, contract.validator(one["schema"])) for one in parameters]

    @property
    def takes_body(self) -> bool:
        """Whether a request may have a body."""
        return "requestBody" in self._spec

    @property
    def reads(self) -> bool:
        """Whether it changes nothing, also where it is a POST."""
        return self.method == "GET" or self._spec.get("x-effect") == "read" or self.id.startswith("list")

    @cached_property
    def error_shape(self) -> str:
        """Documented shape of the service's own failure bodies: "nested", "flat", or the service itself."""
        if self.service != "dbss":
            return self.service
        shape = self._contract.deref(self._spec["responses"]["400"])["x-documented-shape"]
        return {"DbssErrorNested": "nested", "DbssErrorFlat": "flat"}[shape]

    @cached_property
    def _body_rule(self) -> OAS30WriteValidator | None:
        body = self._spec.get("requestBody")
        return body and self._contract.validator(body["content"][JSON]["schema"])

    @cached_property
    def _contents(self) -> dict[int, dict[str, Any]]:
        """What each documented status may answer with: media type to schema, nothing for an empty answer."""
        answers = {int(status): self._contract.deref(answer) for status, answer in self._spec["responses"].items()}
        return {
            status: {media: content.get("schema") for media, content in answer.get("content", {}).items()}
            for status, answer in answers.items()
        }

    @cached_property
    def _answer_rules(self) -> dict[int, OAS30WriteValidator]:
        return {
            status: self._contract.validator(content[JSON], OAS30ReadValidator)
            for status, content in self._contents.items()
            if JSON in content
        }

    @property
    def ok_schema(self) -> str:
        """Name of the component that describes a good answer, "" when it has none."""
        schema = self._contents.get(200, {}).get(JSON, {})
        return str(schema.get("$ref", "")).rpartition("/")[2]

    def read_parameters(self, places: Mapping[str, Mapping[str, str]], strict: bool = True) -> dict[str, Any]:
        """The query of a request as the contract types it, defaults filled in.

        In: "path", "query" and "header", each name (of a header in lower case) to text. Raises Complaint when `strict`.
        """
        query: dict[str, Any] = {}
        for rule, validator in self._checks:
            name, place, schema = rule["name"], rule["in"], rule["schema"]
            text = places[place].get(name.lower() if place == "header" else name)
            if text is None:
                value = schema.get("default")
                if rule.get("required"):
                    raise Complaint(place, f"{name}: required")
            else:
                value = _typed(schema.get("type"), text)
                flaw = strict and _flaw(rule, validator, value)
                if flaw:
                    raise Complaint(place, f"{name}: {flaw}")
            if place == "query":
                query[name] = value
        return query

    def read_body(self, body: bytes, content_type: str, strict: bool = True) -> Any:
        """The parsed JSON body, None for an operation that takes none.

        Raises Complaint, about what the schema demands only when `strict`.
        """
        if not self._body_rule:
            return None
        if not body:
            if self._spec["requestBody"].get("required"):
                raise Complaint("body", "a body is required")
            return None
        if content_type.partition(";")[0].strip().lower() != JSON:
            raise Complaint("body", f"Content-Type must be {JSON}")
        try:
            value = json.loads(body, parse_constant=_no_constant)
        except (ValueError, RecursionError):
            raise Complaint("body", "the body is not JSON") from None
        error = strict and best_match(self._body_rule.iter_errors(value))
        if error:
            raise Complaint("body", explain(error))
        return self._contract.known(self._spec["requestBody"]["content"][JSON]["schema"], value)

    def flaw_of_answer(self, status: int, body: bytes, media: str = JSON) -> str | None:
        """What is wrong with an answer of ours, None when it obeys the contract.

        A status that the operation does not document must carry the gateway's failure body.
        """
        # The gateway does not stand before the metadata, which have their own plain words.
        content = self._contents.get(status, {} if self.service == "metadata" else {JSON: None})
        if content and media not in content:
            return f"must be {' or '.join(content)}, not {media or 'empty'}"
        if media != JSON:
            return None
        rule = self._answer_rules.get(status) or self._contract.gateway_rule
        error = best_match(rule.iter_errors(json.loads(body)))
        return explain(error) if error else None


class Contract:
    """The parsed contract, its two files as one; `operations` by operationId."""

    def __init__(self, folder: Path = FOLDER):
        plain, more = (_parsed(folder / name) for name in FILES)
        for path, item in more["paths"].items():
            # The servers and parameters of a path that stands in both files are the same; its methods differ.
            plain["paths"].setdefault(path, {}).update(item)
        plain["components"]["schemas"].update(more["components"]["schemas"])
        # Schemas are used apart from the file, so its inner references must name it.
        self.document = json.loads(json.dumps(_opened(plain)).replace('"#/components/', '"contract:#/components/'))
        self._registry = Registry().with_resource("contract:", DRAFT4.create_resource(self.document))
        self.schemas: dict[str, dict[str, Any]] = self.document["components"]["schemas"]
        self.operations = {operation.id: operation for operation in self._read()}

    def _read(self) -> Iterator[Operation]:
        for path, item in self.document["paths"].items():
            for method in METHODS:
                if method in item:
                    yield Operation(self, path, method, item, item[method])

    @cached_property
    def gateway_rule(self) -> OAS30WriteValidator:
        """The rule for what the API gateway answers itself."""
        return self.validator(self.schemas["GatewayError"], OAS30ReadValidator)

    def deref(self, node: dict[str, Any]) -> dict[str, Any]:
        """The node itself, or the component that it refers to."""
        if "$ref" not in node:
            return node
        _schema, kind, name = node["$ref"].rsplit("/", 2)
        component: dict[str, Any] = self.document["components"][kind][name]
        return component

    def known(self, schema: dict[str, Any], value: Any) -> Any:
        """A value without the keys that its schema does not know, which services pass over."""
        schema = self.deref(schema)
        if isinstance(value, list) and "items" in schema:
            return [self.known(schema["items"], one) for one in value]
        rules = schema.get("properties")
        if not isinstance(value, dict) or not rules:
            return value
        return {key: self.known(rules[key], one) for key, one in value.items() if key in rules}

    def validator(self, schema: dict[str, Any], kind: Any = OAS30WriteValidator) -> OAS30WriteValidator:
        """A validator for a schema that may refer to the contract's components."""
        return kind(schema, registry=self._registry, format_checker=oas30_format_checker)


def _flaw(rule: dict[str, Any], validator: OAS30WriteValidator, value: Any) -> str | None:
    """What is wrong with the value of a parameter, if anything."""
    error = best_match(validator.iter_errors(value))
    if error:
        return explain(error)
    low, high = rule.get("x-integer-range", (None, None))
    # A number of more than 18 digits is out of any range, and need not be read.
    if low is not None and (len(value) > 18 or not low <= int(value) <= (high or int(value))):
        return f"must lie between {low} and {high or 'any number'}"
    return None


def _parsed(path: Path) -> Any:
    return yaml.load(path.read_text(encoding="utf-8"), Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))


def _opened(node: Any) -> Any:
    """A copy that takes the contract as it is meant.

    Value lists that it calls open (x-open-enum) do not bind, and null is good where it says so beside an allOf.
    """
    if isinstance(node, list):
        return [_opened(value) for value in node]
    if not isinstance(node, dict):
        return node
    dropped = "enum" if node.get("x-open-enum") else None
    copy = {key: _opened(value) for key, value in node.items() if key != dropped}
    if copy.get("nullable") is True and "allOf" in copy:
        copy["anyOf"] = [{"allOf": copy.pop("allOf")}, {"enum": [None], "nullable": True}]
    return copy


def _typed(kind: str | None, text: str) -> Any:
    """A parameter's text as its type; text that does not fit stays text, and the validator refuses it."""
    if kind == "integer" and re.fullmatch("-?[0-9]{1,18}", text):
        return int(text)
    return {"true": True, "false": False}.get(text, text) if kind == "boolean" else text


def _no_constant(word: str) -> None:
    raise ValueError(f"{word} is not JSON")
