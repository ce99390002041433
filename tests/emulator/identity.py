# Copyright (c) huaweicloud.dbops contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Who is calling: AK/SK signatures, verified as the contract describes them, and tokens."""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
import time
from dataclasses import dataclass, field
from datetime import datetime, timezone
from typing import Any, Mapping
from urllib.parse import quote, unquote_to_bytes

from .answers import Refusal
from .clock import Clock, timestamp
from .power import Record
from .state import State

TOKEN_LIFETIME = 24 * 3600  # s
CLOCK_WINDOW = 15 * 60  # s
STRIKES, LOCK_TIME = 5, 5 * 60  # wrong signatures in a row, s
ALGORITHM = "SDK-HMAC-SHA256"
_AUTHORIZATION = re.compile(ALGORITHM + r" Access=([^,\s]+), ?SignedHeaders=([^,\s]+), ?Signature=([0-9a-f]{64})")


@dataclass(frozen=True)
class Caller:
    """Who is calling, and the ids of the projects that they may use."""

    projects: frozenset[str]


@dataclass
class _Key:
    record: Record
    caller: Caller
    strikes: int = 0
    locked_until: float = 0.0


@dataclass
class _Token:
    caller: Caller
    expires: float


@dataclass
class Signable:
    """What a signature covers. Text is latin-1 as it came over the wire; header names in lower case."""

    method: str
    target: str
    headers: Mapping[str, str]
    body: bytes = b""
    signed: list[str] = field(default_factory=list)


def canonical_request(request: Signable) -> bytes:
    """The canonical request, as the contract's AkSkSignature describes it."""
    path, _mark, query = request.target.partition("?")
    uri = quote(unquote_to_bytes(path.encode("latin-1")), safe="/~")
    pairs = sorted(tuple(map(_decoded, one.partition("=")[::2])) for one in query.split("&") if one)
    lines = [
        request.method.upper(),
        uri if uri.endswith("/") else uri + "/",
        "&".join(f"{quote(key, safe='~')}={quote(value, safe='~')}" for key, value in pairs),
        *(f"{name}:{request.headers[name].strip()}" for name in request.signed),
        "",
        ";".join(request.signed),
        payload_hash(request),
    ]
    return "\n".join(lines).encode("latin-1")


def _decoded(part: str) -> bytes:
    return unquote_to_bytes(part.replace("+", " ").encode("latin-1"))


def payload_hash(request: Signable) -> str:
    """Hex SHA-256 of the body, or what X-Sdk-Content-Sha256 says of a body that is there."""
    claimed = request.headers.get("x-sdk-content-sha256") if request.body else None
    return claimed or hashlib.sha256(request.body).hexdigest()


def signature(secret_key: str, request: Signable) -> str:
    """Hex signature of a request whose X-Sdk-Date is set."""
    digest = hashlib.sha256(canonical_request(request)).hexdigest()
    text = f"{ALGORITHM}\n{request.headers['x-sdk-date'].strip()}\n{digest}"
    return hmac.new(secret_key.encode(), text.encode("latin-1"), hashlib.sha256).hexdigest()


def _unauthenticated(text: str) -> Refusal:
    return Refusal(401, "APIGW.0301", f"Incorrect IAM authentication information: {text}")


class Identity:
    """Keys and tokens of the account. Not thread-safe: callers hold the cloud's lock."""

    def __init__(self, state: State, clock: Clock):
        self._state, self._clock = state, clock
        everywhere = Caller(frozenset(state.projects))
        self._keys = {one["access_key"]: _Key(one, everywhere) for one in state.document.get("keys", ())}
        self._metadata_tokens: dict[str, float] = {}
        self._tokens = {
            one["token"]: _Token(self._scoped(one.get("project")), state.expiries[one["token"]])
            for one in state.document.get("tokens", ())
        }

    def _scoped(self, project: str | None) -> Caller:
        """The caller of a token for a project, by id or name; without one, of a token for the account."""
        ids = [one["id"] for one in self._state.projects.values() if project in (one["id"], one["name"])]
        return Caller(frozenset(ids))

    def authenticate(self, request: Signable, key_lock: bool) -> Caller:
        """Who sent the request. Raises Refusal (401)."""
        token = request.headers.get("x-auth-token")
        if token is not None:
            return self._by_token(token)
        header = request.headers.get("authorization")
        if header is None:
            raise _unauthenticated("neither X-Auth-Token nor Authorization is there")
        return self._by_signature(header, request, key_lock)

    def _by_token(self, text: str) -> Caller:
        token = self._tokens.get(text)
        if token is None:
            raise _unauthenticated("the token is not known")
        if self._clock.now() >= token.expires:
            raise Refusal(401, "APIGW.0307", "The token must be updated.")
        return token.caller

    def _by_signature(self, header: str, request: Signable, key_lock: bool) -> Caller:
        match = _AUTHORIZATION.fullmatch(header.strip())
        if not match:
            raise _unauthenticated(f"Authorization is not of the form {ALGORITHM} Access=, SignedHeaders=, Signature=")
        access_key, signed, given = match.groups()
        key, now = self._keys.get(access_key), self._clock.now()
        if key is None:
            raise _unauthenticated("the access key is not known")
        if key_lock and now < key.locked_until:
            raise _unauthenticated("the access key is locked after five wrong signatures in a row; wait five minutes")
        request.signed = signed.split(";")
        self._check_signed(request)
        if not hmac.compare_digest(signature(key.record["secret_key"], request), given):
            key.strikes += 1
            if key.strikes >= STRIKES:
                key.strikes, key.locked_until = 0, now + LOCK_TIME
            raise _unauthenticated("the signature does not match")
        key.strikes = 0
        self._check_security_token(key.record, request.headers.get("x-security-token"), now)
        return key.caller

    @staticmethod
    def _check_signed(request: Signable) -> None:
        missing = [name for name in request.signed if name not in request.headers]
        if missing:
            raise _unauthenticated(f"signed but not sent: {', '.join(missing)}")
        if "x-sdk-date" not in request.signed:
            raise _unauthenticated("X-Sdk-Date is not signed")
        try:
            sent = datetime.strptime(request.headers["x-sdk-date"].strip(), "%Y%m%dT%H%M%SZ")
        except ValueError:
            raise _unauthenticated("X-Sdk-Date is not of the form YYYYMMDDTHHMMSSZ") from None
        # By this host's clock and not by the cloud's own, which may have been advanced: the caller's was not.
        if abs(sent.replace(tzinfo=timezone.utc).timestamp() - time.time()) > CLOCK_WINDOW:
            raise clock_skew()
        if payload_hash(request) not in ("UNSIGNED-PAYLOAD", hashlib.sha256(request.body).hexdigest()):
            raise _unauthenticated("X-Sdk-Content-Sha256 is not the hash of the body")

    def _check_security_token(self, key: Record, given: str | None, now: float) -> None:
        wanted = key.get("security_token")
        if given != wanted:
            raise _unauthenticated("X-Security-Token is missing or does not belong to the access key")
        if wanted and now >= self._state.expiries[key["access_key"]]:
            raise _unauthenticated("the temporary access key has expired")

    def issue_keys(self, projects: frozenset[str], seconds: float) -> Record:
        """New temporary keys for some projects, as IAM tells them; they last so many s."""
        expires = self._clock.now() + seconds
        access = f"TMP{secrets.token_hex(9).upper()}"
        record = {
            "access_key": access,
            "secret_key": secrets.token_urlsafe(30),
            "security_token": secrets.token_urlsafe(60),
        }
        self._keys[access] = _Key(record, Caller(projects))
        self._state.expiries[access] = expires
        return {
            "access": access,
            "secret": record["secret_key"],
            "securitytoken": record["security_token"],
            "expires_at": timestamp(expires),
        }

    def projects_of(self, token: str) -> frozenset[str]:
        """The projects that a token is for. Raises Refusal (401)."""
        return self._by_token(token).projects

    def issue_metadata_token(self, seconds: float) -> str:
        """A token for the metadata of the server, which lasts so many s."""
        token = secrets.token_urlsafe(40)
        self._metadata_tokens[token] = self._clock.now() + seconds
        return token

    def knows_metadata_token(self, token: str) -> bool:
        """Whether a token for the metadata is good."""
        return self._clock.now() < self._metadata_tokens.get(token, 0)

    def log_in(self, auth: Record, sent_token: str | None = None) -> tuple[str, Record]:
        """A new token and its description, for the `auth` object of createTokenByPassword. Raises Refusal."""
        identity = auth["identity"]
        user = self._user_of(identity, sent_token)
        scope = self._scope(auth["scope"])
        token, now = secrets.token_urlsafe(48), self._clock.now()
        projects = frozenset([scope["project"]["id"]] if "project" in scope else [])
        self._tokens[token] = _Token(Caller(projects), now + TOKEN_LIFETIME)
        return token, {
            "catalog": [],
            "expires_at": timestamp(now + TOKEN_LIFETIME),
            "issued_at": timestamp(now),
            "methods": identity["methods"],
            "roles": [{"id": "0", "name": "te_admin"}],
            "user": {
                "id": user["id"],
                "name": user["name"],
                "password_expires_at": "",
                "domain": self._state.account,
            },
            **scope,
        }

    def _user_of(self, identity: Record, sent_token: str | None) -> Record:
        """The user who logs in: by password, or by a token that was issued before. Raises Refusal."""
        users = self._state.document.get("users", ())
        if identity["methods"] == ["token"]:
            self._by_token(identity.get("token", {}).get("id") or sent_token or "")
            return users[0] if users else {"id": "", "name": ""}
        wanted = identity.get("password", {}).get("user")
        if wanted is None:
            raise Refusal(400, "IAM.400", "auth.identity.password is required")
        for user in users:
            known = (user["name"], user["password"], self._state.account["name"])
            if known == (wanted["name"], wanted["password"], wanted["domain"]["name"]):
                return dict(user)
        raise Refusal(401, "IAM.401", "The username or password is wrong.")

    def _scope(self, scope: Record) -> dict[str, Any]:
        account = self._state.account
        if "domain" in scope:
            if any(account[key] != value for key, value in scope["domain"].items()):
                raise Refusal(403, "IAM.0002", "The account is not yours.")
            return {"domain": account}
        wanted = scope["project"]
        for project in self._state.projects.values():
            given = {key: wanted[key] for key in ("id", "name") if key in wanted}
            if given and all(project[key] == value for key, value in given.items()):
                return {"project": {"id": project["id"], "name": project["name"], "domain": account}}
        raise Refusal(404, "IAM.0004", "The project could not be found.")


def clock_skew() -> Refusal:
    """The refusal of a signature whose time is off."""
    return _unauthenticated("X-Sdk-Date is more than 15 minutes away from the server's time; check the clock")
