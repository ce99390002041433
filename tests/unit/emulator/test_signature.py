# Copyright (c) huaweicloud.dbops contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""AK/SK signatures: the contract's vectors, and the forms in which clients really sign."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from urllib.parse import quote

import pytest
import requests
import yaml

from tests.emulator.contract import FOLDER
from tests.emulator.identity import Signable, canonical_request, signature
from tests.unit.emulator import company
from tests.unit.emulator.company import code

VECTORS = yaml.safe_load((FOLDER / "openapi.yaml").read_text(encoding="utf-8"))["components"]["securitySchemes"][
    "AkSkSignature"
]["x-test-vectors"]


@pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: vector["name"])
def test_vectors(vector):
    authorization = vector["authorization"]
    query = "&".join(f"{key}={value}" for key, value in vector["query"])
    headers = {name.lower(): value for name, value in vector["headers"].items()}
    signed = authorization.partition("SignedHeaders=")[2].partition(",")[0].split(";")
    request = Signable(vector["method"], f"{vector['path']}?{query}", headers, vector["body"].encode(), signed)
    assert canonical_request(request).decode() == vector["canonical_request"]
    assert authorization.endswith("=" + signature(vector["secret_key"], request))


class Signer:
    """Sends requests signed by hand, so that each part can be bent."""

    def __init__(self, emulator):
        self.emulator = emulator
        self.access_key, self.secret_key = company.ACCESS_KEY, company.SECRET_KEY
        self.ahead = timedelta()

    def send(self, method="GET", target=company.INSTANCES, body=b"", unsigned=None, **headers):
        """Sign all `headers` (given with underscores) and send them with those that are `unsigned`."""
        date = (datetime.now(timezone.utc) + self.ahead).strftime("%Y%m%dT%H%M%SZ")
        # As the Terraform provider signs: not even the host.
        headers = {"X_Sdk_Date": date, "Accept": "*/*", "User_Agent": "terraform", **headers}
        headers = {name.replace("_", "-"): value for name, value in headers.items() if value is not None}
        wire = {name.lower(): value.encode().decode("latin-1") for name, value in headers.items()}
        request = Signable(method, target, wire, body, sorted(wire))
        text = signature(self.secret_key, request) if "x-sdk-date" in wire else "0" * 64
        headers["Authorization"] = (
            f"SDK-HMAC-SHA256 Access={self.access_key}, SignedHeaders={';'.join(sorted(wire))}, Signature={text}"
        )
        every = {name: value.encode() for name, value in {**headers, **(unsigned or {})}.items()}
        return requests.request(method, self.emulator.url + target, headers=every, data=body, timeout=10)


@pytest.fixture
def signer(emulator):
    return Signer(emulator)


def refused(answer, word):
    return (answer.status_code, code(answer)) == (401, "APIGW.0301") and word in answer.json()["error_msg"]


def test_three_signed_headers_are_enough(signer):
    assert signer.send().status_code == 200
    assert signer.send(target="/v3/auth/domains").status_code == 200


def test_headers_that_are_not_signed_may_be_added(signer):
    assert signer.send(unsigned={"X-Project-Id": company.PROJECT, "X-Domain-Id": "any"}).status_code == 200


def test_query_in_any_order_and_with_any_characters(signer):
    assert signer.send(target=company.INSTANCES + "?offset=0&limit=1&b=2&a=&a=1&~x=%20%2B").status_code == 200
    assert signer.send(target=f"/v3/projects?name={quote('Łódź ü/')}").json()["projects"] == []


def test_path_with_other_than_plain_characters(signer):
    assert code(signer.send(target=f"/v1.0/{company.PROJECT}/clusters/{quote('Łódź x')}")) == "DWS.0001"


def test_header_with_other_than_ascii_characters(signer):
    assert signer.send(X_Note="Łódź", Trailing="blanks  ").status_code == 200


def test_body(signer):
    body = b'{"operation": "addOmUser"}'
    target = f"/v1/{company.PROJECT}/clusters/{company.DWS_PROD}/db-manager/om-user/action"
    assert signer.send("POST", target, body, Content_Type="application/json").status_code == 200


@pytest.mark.parametrize(("claimed", "fine"), [("UNSIGNED-PAYLOAD", True), ("0" * 64, False)])
def test_claimed_hash_of_a_body(signer, claimed, fine):
    body = b'{"operation": "addOmUser"}'
    target = f"/v1/{company.PROJECT}/clusters/{company.DWS_PROD}/db-manager/om-user/action"
    answer = signer.send("POST", target, body, Content_Type="application/json", X_Sdk_Content_Sha256=claimed)
    assert answer.status_code == 200 if fine else refused(answer, "X-Sdk-Content-Sha256")


def test_claimed_hash_without_a_body_is_no_matter(signer):
    request = Signable("GET", "/", {"x-sdk-content-sha256": "UNSIGNED-PAYLOAD"})
    assert canonical_request(request).endswith(b"e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")


def test_wrong_secret(signer):
    signer.secret_key = "wrong"
    assert refused(signer.send(), "signature does not match")


def test_unknown_access_key(signer):
    signer.access_key = "NOBODY"
    assert refused(signer.send(), "access key is not known")


def test_a_signed_header_that_changed_on_the_way(signer):
    assert refused(signer.send(Accept="text/html", unsigned={"Accept": "text/plain"}), "does not match")


def test_the_date_must_be_signed(signer):
    assert refused(signer.send(X_Sdk_Date=None), "X-Sdk-Date is not signed")


def test_a_date_of_another_form(signer):
    assert refused(signer.send(X_Sdk_Date="2026-11-22"), "form YYYYMMDDTHHMMSSZ")


@pytest.mark.parametrize("minutes", [-16, 16])
def test_a_clock_that_is_off(signer, minutes):
    signer.ahead = timedelta(minutes=minutes)
    assert refused(signer.send(), "check the clock")


@pytest.mark.parametrize("minutes", [-14, 14])
def test_a_clock_that_is_off_a_little(signer, minutes):
    signer.ahead = timedelta(minutes=minutes)
    assert signer.send().status_code == 200


@pytest.mark.parametrize("seconds", [36000, -36000])
def test_an_advanced_clock_locks_nobody_out(emulator, signer, seconds):
    emulator.admin("POST", "clock", {"advance": seconds})
    assert signer.send().status_code == 200
    signer.ahead = timedelta(seconds=seconds)
    assert refused(signer.send(), "check the clock")


@pytest.mark.parametrize(
    "header", ["", "Bearer x", "SDK-HMAC-SHA256", f"SDK-HMAC-SM3 Access=a, SignedHeaders=b, Signature={'0' * 64}"]
)
def test_another_authorization(emulator, header):
    answer = requests.get(emulator.url + company.INSTANCES, headers={"Authorization": header}, timeout=10)
    assert refused(answer, "Authorization")


def test_a_signed_header_that_was_not_sent(emulator):
    header = f"SDK-HMAC-SHA256 Access={company.ACCESS_KEY}, SignedHeaders=x-none, Signature={'0' * 64}"
    answer = requests.get(emulator.url + company.INSTANCES, headers={"Authorization": header}, timeout=10)
    assert refused(answer, "x-none")


def test_five_wrong_signatures_in_a_row_lock_the_key(emulator, signer):
    for _attempt in range(5):
        signer.secret_key = "wrong"
        assert refused(signer.send(), "does not match")
    signer.secret_key = company.SECRET_KEY
    assert refused(signer.send(), "locked")
    emulator.advance(5 * 60)
    assert signer.send().status_code == 200


def test_a_right_signature_between_wrong_ones_prevents_the_lock(signer):
    for secret in (*["wrong"] * 4, company.SECRET_KEY, *["wrong"] * 4):
        signer.secret_key = secret
        signer.send()
    signer.secret_key = company.SECRET_KEY
    assert signer.send().status_code == 200


def test_the_lock_can_be_off(emulator, signer):
    emulator.settings(key_lock=False)
    signer.secret_key = "wrong"
    for _attempt in range(6):
        signer.send()
    signer.secret_key = company.SECRET_KEY
    assert signer.send().status_code == 200


def test_temporary_keys_need_their_security_token(signer):
    signer.access_key, signer.secret_key = company.TEMPORARY_KEY, company.TEMPORARY_SECRET
    assert refused(signer.send(), "X-Security-Token")
    assert refused(signer.send(X_Security_Token="another"), "X-Security-Token")
    assert signer.send(X_Security_Token=company.SECURITY_TOKEN).status_code == 200
    assert signer.send(unsigned={"X-Security-Token": company.SECURITY_TOKEN}).status_code == 200


def test_temporary_keys_expire(emulator, signer):
    signer.access_key, signer.secret_key = company.TEMPORARY_KEY, company.TEMPORARY_SECRET
    emulator.advance(12 * 3600)
    assert refused(signer.send(X_Security_Token=company.SECURITY_TOKEN), "expired")


def test_permanent_keys_come_without_a_security_token(signer):
    assert refused(signer.send(X_Security_Token=company.SECURITY_TOKEN), "X-Security-Token")


def test_nothing_of_the_secrets_is_answered_or_logged(emulator, signer):
    signer.send(X_Security_Token=company.SECURITY_TOKEN)
    seen = str(emulator.requests()) + str(emulator.state())
    assert not any(secret in seen for secret in (company.SECRET_KEY, company.SECURITY_TOKEN, company.TOKEN))
