"""A seal proves who spoke and that not one byte changed."""

import base64
import json
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from devices.contract.seal import SealError, key_id, open_seal, public_key, seal
from tests.support.facts import NOON

SECRET = bytes(range(32))
KEYS = {key_id(public_key(SECRET)): public_key(SECRET)}
YEAR = timedelta(days=365)


def sealed(secret=SECRET, kind="plan", **changes):
    facts = {"subject": "chi-ma/board-1", "revision": 4, "not_before": NOON, "not_after": NOON + YEAR, "body": b"words"}
    return seal(secret, kind=kind, **(facts | changes))


def refused(payload, *, kind="plan", now=NOON, keys=KEYS):
    with pytest.raises(SealError) as caught:
        open_seal(payload, keys=keys, kind=kind, now=now)
    return caught.value.code


def test_a_true_seal_opens_to_the_very_bytes():
    opened = open_seal(sealed(), keys=KEYS, kind="plan", now=NOON)
    assert (opened.subject, opened.revision, opened.body) == ("chi-ma/board-1", 4, b"words")


def test_the_public_key_is_the_one_of_rfc_8032_test_1():
    secret = bytes.fromhex("9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60")
    assert public_key(secret).hex() == "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a"


def test_a_seal_by_a_stranger_is_refused():
    assert refused(sealed(secret=bytes(32))) == "seal.key"


def test_a_stranger_who_claims_our_key_is_refused():
    forged = json.loads(sealed(secret=bytes(32))) | {"key": key_id(public_key(SECRET))}
    assert refused(json.dumps(forged).encode()) == "seal.signature"


@given(st.data())
def test_no_single_flipped_bit_of_the_signed_head_passes(data):
    envelope = json.loads(sealed())
    head = bytearray(base64.b64decode(envelope["head"]))
    position = data.draw(st.integers(0, len(head) - 1))
    head[position] ^= 1 << data.draw(st.integers(0, 7))
    envelope["head"] = base64.b64encode(bytes(head)).decode()
    assert refused(json.dumps(envelope).encode()) == "seal.signature"


@given(st.binary(max_size=400))
def test_rubbish_is_refused_as_unsealed(noise):
    assert refused(noise) == "seal.form"


def test_a_plan_is_no_command():
    assert refused(sealed(kind="plan"), kind="command") == "seal.kind"


def test_a_seal_is_valid_from_its_first_instant_to_before_its_last():
    assert refused(sealed(), now=NOON - timedelta(seconds=1)) == "seal.early"
    assert refused(sealed(), now=NOON + YEAR) == "seal.expired"
    assert open_seal(sealed(), keys=KEYS, kind="plan", now=NOON + YEAR - timedelta(seconds=1)).revision == 4


def test_without_a_trusted_clock_validity_is_not_judged_but_the_signature_is():
    assert open_seal(sealed(), keys=KEYS, kind="plan", now=None).revision == 4
    assert refused(sealed(secret=bytes(32)), now=None) == "seal.key"


def test_ten_megabytes_are_refused_unread():
    assert refused(b"x" * 10_000_000) == "seal.form"


def test_what_was_opened_once_is_judged_anew_by_pinned_keys_kind_and_time():
    payload, stranger = sealed(), public_key(bytes(32))
    assert open_seal(payload, keys=KEYS, kind="plan", now=NOON) == open_seal(payload, keys=KEYS, kind="plan", now=NOON)
    assert refused(payload, keys={}) == refused(payload, keys={key_id(stranger): stranger}) == "seal.key"
    assert refused(payload, keys=dict.fromkeys(KEYS, stranger)) == "seal.signature"
    assert refused(payload, kind="command") == "seal.kind"
    assert refused(payload, now=NOON + YEAR) == "seal.expired"
