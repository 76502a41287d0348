"""WeCom's envelopes: the published vector byte for byte, another library as witness, and nothing that is forged."""

import base64
import os

import pytest
from hypothesis import given
from hypothesis import strategies as st
from wechatpy.work.crypto import WeChatCrypto

from bot.channels.wecom_envelope import Envelope, Rejected, decrypt_file, encrypt
from bot.channels.wecom_xml import NotOurXml, read_xml

# The vector of WeCom's own guide.
TOKEN, KEY, CORP = "QDG6eK", "jWmYm7qr5nMoAUwZRjGtBxmz3KA1tkAj3ykkR6q2B2C", "wx5823bf96d3bd56c7"
ECHO = (
    "5c45ff5e21c57e6ad56bac8758b79b1d9ac89fd3", "1409659589", "263014780",
    "P9nAzCzyDtyTWESHep1vC5X9xho/qYX3Zpb4yKa9SKld1DsH3Iyt3tP3zNdtp+4RPcs8TgAE7OaBO+FZXvnaqQ==",
)  # fmt: skip
POST = (
    "477715d11cdb4164915debcba66cb864d751f3e6", "1409659813", "1372623149",
    "RypEvHKD8QQKFhvQ6QleEB4J58tiPdvo+rtK1I9qca6aM/wvqnLSV5zEPeusUiX5L5X/0lWfrf0QADHHhGd3QczcdCUpj911L3vg3W/sYYvuJTs3TUUk"
    "SUXxaccAS0qhxchrRYt66wiSpGLYL42aM6A8dTT+6k4aSknmPj48kzJs8qLjvd4Xgpue06DOdnLxAUHzM6+kDZ+HMZfJYuR+LtwGc2hgf5gsijff0ekU"
    "NXZiqATP7PF5mZxZ3Izoun1s4zG4LUMnvw2r+KqCKIw+3IQH03v+BCA9nMELNqbSf6tiWSrXJB3LAVGUcallcrw8V2t9EL4EhzJWrQUax5wLVMNS0+rU"
    "PA3k22Ncx4XXZS9o0MBH27Bo6BpNelZpS+/uh9KsNlY6bHCmJU9p8g7m3fVKn28H3KDYA5Pl/T8Z1ptDAVe0lXdQ2YoyyH2uyPIGHBZZIs2pDBS8R07+"
    "qN+E7Q==",
)  # fmt: skip
ENVELOPE = Envelope(TOKEN, KEY, CORP)


def test_the_published_address_check_opens() -> None:
    assert ENVELOPE.open(*ECHO) == b"1616140317555161061"


def test_the_published_message_opens() -> None:
    told = read_xml(ENVELOPE.open(*POST))
    assert (told["Content"], told["FromUserName"], told["CreateTime"]) == ("hello", "mycreate", "1409659813")
    assert (told["MsgId"], told["AgentID"]) == ("4561255354251345929", "218")


@pytest.mark.parametrize("published", [ECHO, POST])
def test_what_is_sealed_anew_is_the_published_vector_byte_for_byte(
    published: tuple[str, str, str, str],
) -> None:
    signature, timestamp, nonce, encrypted = published
    sealed = ENVELOPE.seal(ENVELOPE.open(*published), timestamp, nonce, _random_of(encrypted))
    assert (sealed.encrypted, sealed.signature) == (encrypted, signature)


def _random_of(encrypted: str) -> bytes:
    """The first 16 bytes of the plain text, which the vector does not print in full."""
    from bot.channels import wecom_envelope

    return wecom_envelope.decrypt(base64.b64decode(encrypted), base64.b64decode(KEY + "="))[:16]


@given(st.binary(max_size=3000), st.binary(min_size=16, max_size=16), st.sampled_from([CORP, ""]))
def test_whatever_is_sealed_opens_again(message: bytes, random: bytes, receiver: str) -> None:
    envelope = Envelope(TOKEN, KEY, receiver)
    sealed = envelope.seal(message, "1", "2", random)
    assert envelope.open(sealed.signature, "1", "2", sealed.encrypted) == message


@given(st.integers(0, 10_000), st.integers(1, 255))
def test_a_changed_envelope_is_rejected_even_by_who_knows_the_token(at: int, change: int) -> None:
    """Signed anew: then only the padding, the length and the receiver speak against it."""
    sealed = ENVELOPE.seal(b"<xml/>", "1", "2", bytes(16))
    raw = bytearray(base64.b64decode(sealed.encrypted))
    raw[at % len(raw)] ^= change
    forged = base64.b64encode(raw).decode()
    with pytest.raises(Rejected) as told:
        ENVELOPE.open(sealed.signature, "1", "2", forged)
    assert str(told.value) == "not a valid envelope"


@given(st.text(max_size=60), st.text(max_size=20), st.text(max_size=20), st.text(max_size=200))
def test_nonsense_is_rejected_in_the_same_words(
    signature: str, timestamp: str, nonce: str, encrypted: str
) -> None:
    with pytest.raises(Rejected, match="not a valid envelope"):
        ENVELOPE.open(signature, timestamp, nonce, encrypted)


@given(st.binary(max_size=200))
def test_what_is_signed_but_no_ciphertext_is_rejected(data: bytes) -> None:
    encrypted = base64.b64encode(data).decode()
    signature = ENVELOPE._sign("1", "2", encrypted)
    with pytest.raises(Rejected):
        ENVELOPE.open(signature, "1", "2", encrypted)


def test_an_envelope_for_another_company_is_rejected() -> None:
    sealed = Envelope(TOKEN, KEY, "wxanother").seal(b"hello", "1", "2", bytes(16))
    with pytest.raises(Rejected):
        ENVELOPE.open(sealed.signature, "1", "2", sealed.encrypted)


@pytest.mark.parametrize("key", ["", "short", KEY + "x", KEY[:-1] + "!", "钥" * 43])
def test_a_key_that_is_none_is_refused_at_once(key: str) -> None:
    with pytest.raises(ValueError, match="43 letters"):
        Envelope(TOKEN, key, CORP)


@pytest.mark.parametrize("padded", [True, False])
def test_a_file_of_a_smart_bot_opens_with_its_own_key(padded: bool) -> None:
    key = os.urandom(32)
    text = base64.b64encode(key).decode()
    assert decrypt_file(encrypt(b"photo" * 100, key), text if padded else text.rstrip("=")) == b"photo" * 100


def test_entities_document_types_and_towers_are_refused() -> None:
    bomb = b'<!DOCTYPE x [<!ENTITY a "aa">]><xml><Content>&a;</Content></xml>'
    outside = b'<!DOCTYPE x SYSTEM "file:///etc/passwd"><xml/>'
    tower = b"<a>" * 9 + b"</a>" * 9
    for document in (bomb, outside, tower, b"", b"<xml>", b"text", b"<xml>words</xml>", b"\xff\xfe<xml/>"):
        with pytest.raises(NotOurXml):
            read_xml(document)


def test_what_is_repeated_becomes_a_list() -> None:
    document = b"<xml><OptionIds><OptionId>a</OptionId><OptionId>b</OptionId></OptionIds><T><![CDATA[<b>]]></T></xml>"
    assert read_xml(document) == {"OptionIds": {"OptionId": ["a", "b"]}, "T": "<b>"}


@given(st.text(st.characters(blacklist_categories=["Cs", "Cc"]), min_size=1, max_size=300))
def test_another_library_reads_what_is_sealed_and_seals_what_is_read(words: str) -> None:
    other = WeChatCrypto(TOKEN, KEY, CORP)
    sealed = ENVELOPE.seal(words.encode(), "1409659813", "1372623149", os.urandom(16))
    document = f"<xml><ToUserName>{CORP}</ToUserName><Encrypt>{sealed.encrypted}</Encrypt></xml>"
    assert other.decrypt_message(document, sealed.signature, sealed.timestamp, sealed.nonce) == words
    theirs = read_xml(other.encrypt_message(words, "1372623149", "1409659813").encode())
    opened = ENVELOPE.open(theirs["MsgSignature"], theirs["TimeStamp"], theirs["Nonce"], theirs["Encrypt"])
    assert opened.decode() == words
