# Copyright (c) huaweicloud.dbops contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What AWX 24.6.1 accepts, shows and hands to a job, as pure functions."""

from __future__ import annotations

from typing import Any

import yaml
from jsonschema import Draft4Validator

ENCRYPTED = "$encrypted$"
# Types of questions, and of their answers and defaults.
TYPES = {
    "text": str,
    "textarea": str,
    "password": str,
    "integer": int,
    "float": (int, float),
    "multiplechoice": str,
    "multiselect": list,
}


class Refused(Exception):
    """What AWX does not do: the status and the body of its answer."""

    def __init__(self, status: int, body: dict[str, Any]) -> None:
        super().__init__(f"{status} {body}")
        self.status, self.body = status, body


def complaints(question: dict[str, Any], answers: dict[str, Any]) -> list[str]:
    """Return what AWX says against an answer. A required question needs one, whatever its default."""
    name = question["variable"]
    if name not in answers:
        return [f"'{name}' value missing"] if question["required"] else []
    answer = answers[name]
    if not isinstance(answer, TYPES[question["type"]]) or isinstance(answer, bool):
        return [f"Value {answer} for '{name}' expected to be a {question['type']}."]
    if "choices" in question:
        chosen = answer if isinstance(answer, list) else [answer]
        wrong = [one for one in chosen if one not in question["choices"]]
        return [f"Value {one} for '{name}' expected to be one of {question['choices']}." for one in wrong]
    size = len(answer) if isinstance(answer, str) else answer
    limits = [(question.get("min"), -1, "small"), (question.get("max"), 1, "large")]
    return [
        f"'{name}' value {answer} is too {word}."
        for limit, sign, word in limits
        if limit not in (None, "") and sign * (size - limit) > 0
    ]


def accept(template: dict[str, Any], answers: dict[str, Any], *, saved: bool) -> None:
    """Accept the answers for a launch, or, `saved`, for a schedule, which may name no further variables."""
    questions = template["survey_spec"]["spec"] if template.get("survey_enabled") else []
    wrong = [one for question in questions for one in complaints(question, answers)]
    if wrong:
        raise Refused(400, {"variables_needed_to_start": wrong})
    others = sorted(set(answers) - {question["variable"] for question in questions})
    if others and saved:
        raise Refused(400, {"extra_data": [f"Variables {', '.join(others)} are not allowed on launch."]})


def check_prompts(template: dict[str, Any], prompts: dict[str, Any]) -> None:
    """Accept what a schedule says instead of its template: only what the template asks for on launch."""
    for name, value in prompts.items():
        if value is not None and value != template.get(name) and not template.get(f"ask_{name}_on_launch"):
            raise Refused(400, {name: ["Field is not configured to prompt on launch."]})


def check_survey(survey: dict[str, Any]) -> None:
    """Accept a survey."""
    for index, question in enumerate(survey["spec"]):
        for key, kind in {"type": str, "question_name": str, "variable": str, "required": bool}.items():
            if not isinstance(question.get(key), kind):
                raise Refused(400, {"error": f"'{key}' in survey question {index} expected to be {kind.__name__}."})
        default = question.get("default", "")
        if default != "" and (not isinstance(default, TYPES[question["type"]]) or isinstance(default, bool)):
            raise Refused(
                400, {"error": f"Default value {default} in survey question {index} expected to be {question['type']}."}
            )
        if "choices" in question and default not in ("", *question["choices"]):
            raise Refused(400, {"error": "Default choice must be answered from the choices listed."})


def extra_vars(template: dict[str, Any], answers: dict[str, Any]) -> dict[str, Any]:
    """Return the extra variables of a job: each default that is valid, an empty text too, and over them the answers."""
    defaults = {
        question["variable"]: question["default"]
        for question in template["survey_spec"]["spec"]
        if question.get("default") is not None and not complaints(question, {question["variable"]: question["default"]})
    }
    return {**defaults, **answers}


class _Unsafe(yaml.SafeDumper):
    pass


_Unsafe.add_representer(str, lambda dumper, text: dumper.represent_scalar("!unsafe", text))


def as_yaml(variables: dict[str, Any]) -> str:
    """Return the file of extra variables: text, also as a key, is marked so that it can be no template.

    ansible-core 2.19 and later read what is marked as they read plain YAML: '' is null, 'true' a boolean, '0123' 83.
    """
    return "".join(
        yaml.dump({name: value}, Dumper=_Unsafe, default_flow_style=False) for name, value in variables.items()
    )


def secrets(credential_type: dict[str, Any]) -> list[str]:
    """Return the IDs of the inputs that are secret."""
    return [field["id"] for field in credential_type["inputs"]["fields"] if field.get("secret")]


def check_inputs(credential_type: dict[str, Any], inputs: dict[str, Any]) -> None:
    """Accept the inputs of a credential: those that its type has, of their types, none of which is required."""
    properties = {field["id"]: {"type": field["type"]} for field in credential_type["inputs"]["fields"]}
    schema = {"type": "object", "properties": properties, "additionalProperties": False}
    for error in Draft4Validator(schema).iter_errors(inputs):
        raise Refused(400, {"inputs": {".".join(error.path) or "inputs": [error.message]}})


def keep_secrets(credential_type: dict[str, Any], before: dict[str, Any], inputs: dict[str, Any]) -> dict[str, Any]:
    """Return the inputs to store. They replace all others; a secret comes back as it was, an empty one goes."""
    kept = {key: before.get(key) if value == ENCRYPTED else value for key, value in inputs.items()}
    return {key: value for key, value in kept.items() if value != "" or key not in secrets(credential_type)}


def shown(credential_type: dict[str, Any], inputs: dict[str, Any]) -> dict[str, Any]:
    """Return the inputs of a credential as AWX shows them."""
    return {key: ENCRYPTED if key in secrets(credential_type) else value for key, value in inputs.items()}
