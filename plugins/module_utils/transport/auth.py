# Copyright (c) huaweicloud.dbops contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Who calls: credentials, the AK/SK signature, tokens, the password login and the project lookup."""

from __future__ import annotations

import hashlib
import hmac
import threading
import time
from itertools import count
from typing import Any, Callable, Mapping, NamedTuple
from urllib.parse import parse_qsl, quote, unquote, urlsplit

from ansible_collections.huaweicloud.dbops.plugins.module_utils.vocabulary.answers import Unreadable, rows
from ansible_collections.huaweicloud.dbops.plugins.module_utils.vocabulary.errors import DbopsError, UsageError
from ansible_collections.huaweicloud.dbops.plugins.module_utils.vocabulary.given import trim
from ansible_collections.huaweicloud.dbops.plugins.module_utils.vocabulary.operation import Answer, Operation

try:
    from requests.auth import AuthBase
except ImportError:  # reported by client.py
    AuthBase = object  # type: ignore[assignment,misc]

ALGORITHM = "SDK-HMAC-SHA256"

CREATE_TOKEN = Operation("createTokenByPassword", "iam", "POST", "/v3/auth/tokens", "log in as")
_PROJECTS_PER_PAGE = 1000
LIST_PROJECTS = Operation("listProjects", "iam", "GET", "/v3/projects", "look up")


class Credentials(NamedTuple):
    """Credentials that are complete by one method. The options that it does not take are None."""

    method: str  # a key of METHODS
    auth_token: str | None = None
    access_key: str | None = None
    secret_key: str | None = None
    security_token: str | None = None
    user_name: str | None = None
    password: str | None = None
    domain_name: str | None = None

    @property
    def secrets(self) -> list[str]:
        """The values that must never be shown."""
        return [value for value in (self.auth_token, self.secret_key, self.security_token, self.password) if value]


class Method(NamedTuple):
    """A way to say who calls: the options it takes, and the families of variables for them, in the same order."""

    options: tuple[str, ...]
    optional: tuple[str, ...]  # those of the options that may be absent
    variables: tuple[tuple[str, ...], ...]


# In the order in which they win.
METHODS: dict[str, Method] = {
    "token": Method(("auth_token",), (), (("HW_AUTH_TOKEN",),)),
    "key": Method(
        ("access_key", "secret_key", "security_token"),
        ("security_token",),
        (
            ("HW_ACCESS_KEY", "HW_SECRET_KEY", "HW_SECURITY_TOKEN"),
            ("HUAWEICLOUD_SDK_AK", "HUAWEICLOUD_SDK_SK", "HUAWEICLOUD_SDK_SECURITY_TOKEN"),
        ),
    ),
    "password": Method(
        ("user_name", "password", "domain_name"), (), (("HW_USER_NAME", "HW_USER_PASSWORD", "HW_DOMAIN_NAME"),)
    ),
}


def choose_credentials(options: Mapping[str, Any], environ: Mapping[str, str]) -> Credentials:
    """Choose the credentials: the first complete method in the task, then in the environment. Empty counts as absent.

    @param options: the task's options
    @param environ: the environment variables
    @raises UsageError: when no method is complete, or the task gives only part of one
    """
    half_set = ""
    for name, method in METHODS.items():
        values, missing = _take(method, method.options, options)
        if not missing:
            return Credentials(name, **values)
        if any(values.values()):
            raise UsageError(
                f"The credentials in the task are incomplete: {_and(missing)} must be given too, because a part from "
                "the environment is never added to a part from the task."
            )
    for name, method in METHODS.items():
        for family in method.variables:
            values, missing = _take(method, family, environ)
            if not missing:
                return Credentials(name, **values)
            present = [variable for variable, value in zip(family, values.values()) if value]
            if present:
                half_set = f"; {_and(present)} is set but {_and(missing)} is not"
    raise UsageError(
        "No credentials: give access_key and secret_key (or HW_ACCESS_KEY and HW_SECRET_KEY, or HUAWEICLOUD_SDK_AK and "
        "HUAWEICLOUD_SDK_SK), auth_token (HW_AUTH_TOKEN), or user_name, password and domain_name (HW_USER_NAME, "
        f"HW_USER_PASSWORD and HW_DOMAIN_NAME){half_set}."
    )


def _take(method: Method, names: tuple[str, ...], source: Mapping[str, Any]) -> tuple[dict[str, str | None], list[str]]:
    """Return the method's options with their values in the source, and the names of those that are missing there."""
    values = {option: trim(option, source.get(name)) or None for option, name in zip(method.options, names)}
    missing = [
        name for option, name in zip(method.options, names) if not values[option] and option not in method.optional
    ]
    return values, missing


def _and(names: list[str]) -> str:
    return " and ".join(names)


class AkSkAuth(AuthBase):
    """Signs a request with an access key pair (SDK-HMAC-SHA256; contract: AkSkSignature).

    @param now: returns the time as seconds since the epoch
    """

    def __init__(
        self,
        access_key: str,
        secret_key: str,
        security_token: str | None = None,
        now: Callable[[], float] = time.time,
    ) -> None:
        self._access_key = access_key
        self._secret_key = secret_key
        self._security_token = security_token
        self._now = now

    def __call__(self, request: Any) -> Any:
        """Add C(Host), C(X-Sdk-Date), C(X-Security-Token) and C(Authorization) to a prepared request."""
        headers = request.headers
        headers["Host"] = urlsplit(request.url).netloc
        headers["X-Sdk-Date"] = time.strftime("%Y%m%dT%H%M%SZ", time.gmtime(self._now()))
        if self._security_token:
            headers["X-Security-Token"] = self._security_token
        signed = {
            name.lower(): str(value).strip() for name, value in headers.items() if name.lower() in _SIGNED_HEADERS
        }
        names = ";".join(sorted(signed))
        to_sign = string_to_sign(
            headers["X-Sdk-Date"], canonical_request(request.method, request.url, signed, _as_bytes(request.body))
        )
        signature = hmac.new(self._secret_key.encode(), to_sign.encode(), hashlib.sha256).hexdigest()
        headers["Authorization"] = (
            f"{ALGORITHM} Access={self._access_key}, SignedHeaders={names}, Signature={signature}"
        )
        return request


# What proxies may rewrite on the way (User-Agent, Accept, Connection …) stays out of the signature.
_SIGNED_HEADERS = frozenset({"content-type", "host", "x-project-id", "x-domain-id", "x-sdk-date", "x-security-token"})


def canonical_request(method: str, url: str, signed_headers: Mapping[str, str], body: bytes) -> str:
    """Build the canonical request of the signing procedure.

    @param url: the whole URL as it is sent
    @param signed_headers: lower-case name to trimmed value
    @param body: the body as it is sent, empty for none
    """
    parts = urlsplit(url)
    path = "/".join(_encode(segment) for segment in unquote(parts.path).split("/"))
    pairs = sorted(parse_qsl(parts.query, keep_blank_values=True))  # the official SDK sorts before it encodes
    return "\n".join(
        [
            method.upper(),
            path if path.endswith("/") else path + "/",
            "&".join(f"{_encode(key)}={_encode(value)}" for key, value in pairs),
            *(f"{name}:{signed_headers[name]}" for name in sorted(signed_headers)),
            "",
            ";".join(sorted(signed_headers)),
            hashlib.sha256(body).hexdigest(),
        ]
    )


def string_to_sign(sdk_date: str, canonical: str) -> str:
    """Build the string to sign from the C(X-Sdk-Date) and the canonical request."""
    return "\n".join([ALGORITHM, sdk_date, hashlib.sha256(canonical.encode()).hexdigest()])


def _encode(text: str) -> str:
    return quote(text, safe="~")


def _as_bytes(body: Any) -> bytes:
    return body.encode() if isinstance(body, str) else body or b""


class TokenAuth(AuthBase):
    """Sends an issued token (contract: TokenAuth)."""

    def __init__(self, token: str) -> None:
        self._token = token

    def __call__(self, request: Any) -> Any:
        """Add C(X-Auth-Token) to a prepared request."""
        request.headers["X-Auth-Token"] = self._token
        return request


class Identity:
    """Who calls and in which project. Logs in and looks the project up when first needed; safe for several threads.

    @param credentials: from choose_credentials
    @param project_id: the project's ID, or None to find it out
    @param project_name: the project to look up by name
    @param send: sends an operation of IAM: C(send(operation, resource, auth, query, body, parse)) returns what C(parse)
        makes of the Answer
    @param keep_secret: is told each token that a login returns
    """

    def __init__(
        self,
        credentials: Credentials,
        project_id: str | None,
        project_name: str | None,
        send: Callable[..., Any],
        keep_secret: Callable[[str], Any],
    ) -> None:
        self._credentials = credentials
        self._project_id = project_id
        self._project_name = project_name
        self._named = not project_id
        self._send = send
        self._keep_secret = keep_secret
        self._lock = threading.RLock()
        self._auth: Any = self._fixed_auth()
        self._renewed = False
        self._failure: DbopsError | None = None

    @property
    def project(self) -> dict[str, str | None]:
        """The project's C(id), None until a call has needed it, and its C(name), None when it is given by its ID."""
        return {"id": self._project_id, "name": self._project_name if self._named else None}

    def _fixed_auth(self) -> Any:
        known = self._credentials
        if known.auth_token:
            return TokenAuth(known.auth_token)
        if known.access_key and known.secret_key:
            return AkSkAuth(known.access_key, known.secret_key, known.security_token)
        return None

    def auth(self) -> Any:
        """Return the C(AuthBase) for a call; logs in first when there is only a password (createTokenByPassword).

        @raises ApiError: when the login fails
        """
        with self._lock:
            if self._auth is None:
                self._once(self._log_in)
            return self._auth

    def _once(self, ask: Callable[[], Any]) -> Any:
        """Return what IAM tells. A failure counts for all calls that wait for it: many logins could lock a user out."""
        if self._failure:
            raise self._failure
        try:
            return ask()
        except DbopsError as error:
            self._failure = error
            raise

    def renew(self, refused: Any) -> bool:
        """Log in again after C(refused) was answered with 401. Returns whether it is worth sending the call again."""
        with self._lock:
            if self._credentials.method != "password":
                return False
            if self._auth is not refused:
                return True  # another thread has renewed it meanwhile
            if self._renewed:
                return False
            self._renewed = True
            self._log_in()
            return True

    def project_id(self) -> str:
        """Return the project's ID, from the options, the login's answer, or by its name (listProjects).

        @raises UsageError: when there is no name to look for, or not exactly one project of that name
        @raises ApiError: when the login or the lookup fails
        """
        with self._lock:
            if not self._project_id and self._project_name:
                self.auth()  # a login with a password tells the project too
            if not self._project_id:
                self._project_id = self._once(self._look_up_project)
            return self._project_id

    def _log_in(self) -> None:
        known = self._credentials
        user = {"name": known.user_name, "password": known.password, "domain": {"name": known.domain_name}}
        scope = {"id": self._project_id} if self._project_id else {"name": self._needed_project_name()}
        body = {
            "auth": {
                "identity": {"methods": ["password"], "password": {"user": user}},
                "scope": {"project": scope},
            }
        }
        resource = f"user {known.user_name}"
        token, project_id = self._send(CREATE_TOKEN, resource, None, {"nocatalog": "true"}, body, _token_and_project)
        self._keep_secret(token)
        self._auth = TokenAuth(token)
        self._project_id = self._project_id or project_id

    def _look_up_project(self) -> str:
        name = self._needed_project_name()
        projects = self._send(LIST_PROJECTS, f"project {name}", self.auth(), {"name": name}, None, _projects)
        found = [project["id"] for project in projects if project["name"] == name]
        if len(found) != 1:
            many = f"{len(found)} projects ({', '.join(sorted(found))})" if found else "no project"
            raise UsageError(
                f"{many[0].upper()}{many[1:]} named {name} can be seen with these credentials: give project_id."
            )
        return str(found[0])

    def projects(self) -> list[dict[str, Any]]:
        """Return all enabled projects that the caller can see (listProjects).

        @raises ApiError: when the login or the listing fails
        """
        found: dict[str, dict[str, Any]] = {}
        for page in count(1):
            query = {"enabled": "true", "page": str(page), "per_page": str(_PROJECTS_PER_PAGE)}
            listed = self._send(LIST_PROJECTS, "the projects", self.auth(), query, None, _projects)
            new = {project["id"]: project for project in listed if project["id"] not in found}
            found.update(new)
            if not new or len(listed) < _PROJECTS_PER_PAGE:
                break
        return list(found.values())

    def _needed_project_name(self) -> str:
        if not self._project_name:
            raise UsageError(
                "The project is not known: give project_id (HW_PROJECT_ID), project_name (HW_PROJECT_NAME) or region "
                "(HW_REGION_NAME)."
            )
        return self._project_name


def _token_and_project(answer: Answer) -> tuple[str, str | None]:
    """Return the token of a login's answer, and the ID of the project that it is for when that is told."""
    token = answer.headers.get("X-Subject-Token")
    if not token:
        raise Unreadable("answered without a token (X-Subject-Token)")
    told = answer.payload
    for key in ("token", "project", "id"):
        told = told.get(key) if isinstance(told, dict) else None
    return token, told if isinstance(told, str) else None


def _projects(answer: Answer) -> list[dict[str, Any]]:
    return rows(answer.payload, "projects", "id", "name")
