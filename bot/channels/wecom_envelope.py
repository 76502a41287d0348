"""WeCom's encryption (WXBizMsgCrypt), without any I/O: envelopes of callbacks, and files of a smart bot.

Rule 1  The signature is checked, in constant time, before anything is decrypted.
Rule 2  Whatever is wrong ends as the same `Rejected`: who tries keys learns nothing from the answers.
Rule 3  A timestamp is not judged here: WeCom's own retries reuse it, and a clock may drift (decisions: 18).

Source: developer.work.weixin.qq.com, 加解密方案说明. The plain text of an envelope is 16 random bytes, the length of
the message as four bytes (big-endian), the message, and who it is for: the CorpID, or nothing for a smart bot. All is
padded to multiples of 32 bytes and encrypted with AES-256-CBC, whose IV is the key's first half.
"""

import base64
import hashlib
import hmac
import struct
from dataclasses import dataclass

from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.ciphers.modes import CBC

KEY_LENGTH = 43  # an EncodingAESKey as the console shows it
_BLOCK = 32
_RANDOM = 16
_LENGTH = struct.Struct(">I")


class Rejected(Exception):  # noqa: N818 - it is news about what came, not a fault of ours
    """What came was not made with our keys for us; it says no more than that."""

    def __init__(self) -> None:
        super().__init__("not a valid envelope")


@dataclass(frozen=True, slots=True)
class Sealed:
    """An encrypted message and what signs it. `encrypted` is base64; the signature is hexadecimal."""

    encrypted: str
    signature: str
    timestamp: str
    nonce: str


class Envelope:
    """Opens and seals for one receiver: `receiver` is the CorpID of a self-built app, empty for a smart bot.

    Raises ValueError for a key that is none.
    """

    def __init__(self, token: str, encoding_key: str, receiver: str) -> None:
        self._token = token
        self._key = _key(encoding_key)
        self._receiver = receiver.encode()

    def open(self, signature: str, timestamp: str, nonce: str, encrypted: str) -> bytes:
        """The message. Raises Rejected."""
        expected = self._sign(timestamp, nonce, encrypted)
        if not hmac.compare_digest(expected.encode(), signature.encode("utf-8", "replace")):
            raise Rejected
        try:
            plain = decrypt(base64.b64decode(encrypted, validate=True), self._key)
        except ValueError:  # no base 64, or not even ASCII
            raise Rejected from None
        return self._message(plain)

    def _message(self, plain: bytes) -> bytes:
        begins = _RANDOM + _LENGTH.size
        if len(plain) < begins:
            raise Rejected
        (length,) = _LENGTH.unpack(plain[_RANDOM:begins])
        message, receiver = plain[begins : begins + length], plain[begins + length :]
        if len(message) != length or not hmac.compare_digest(receiver, self._receiver):
            raise Rejected
        return message

    def seal(self, message: bytes, timestamp: str, nonce: str, random: bytes) -> Sealed:
        """The message as WeCom sends it; `random` are 16 bytes that nobody can guess."""
        plain = random + _LENGTH.pack(len(message)) + message + self._receiver
        encrypted = base64.b64encode(encrypt(plain, self._key)).decode()
        return Sealed(encrypted, self._sign(timestamp, nonce, encrypted), timestamp, nonce)

    def _sign(self, timestamp: str, nonce: str, encrypted: str) -> str:
        parts = sorted((self._token, timestamp, nonce, encrypted))
        joined = "".join(parts).encode("utf-8", "replace")
        return hashlib.sha1(joined).hexdigest()  # noqa: S324 - WeCom's own choice


def decrypt_file(data: bytes, file_key: str) -> bytes:
    """A file that a smart bot was sent, by the key that came with its link (base64, padded or not). Raises Rejected."""
    try:
        key = base64.b64decode(file_key.rstrip("=") + "=", validate=True)
    except ValueError:
        raise Rejected from None
    if len(key) != _BLOCK:
        raise Rejected
    return decrypt(data, key)


def decrypt(data: bytes, key: bytes) -> bytes:
    """Raises Rejected for what is no whole number of blocks or is not padded as it should be."""
    if not data or len(data) % _RANDOM:
        raise Rejected
    decryptor = Cipher(AES(key), CBC(key[:16])).decryptor()
    padded = decryptor.update(data) + decryptor.finalize()
    pad = padded[-1]
    if not 1 <= pad <= _BLOCK or padded[-pad:] != bytes([pad]) * pad:
        raise Rejected
    return padded[:-pad]


def encrypt(plain: bytes, key: bytes) -> bytes:
    pad = _BLOCK - len(plain) % _BLOCK
    encryptor = Cipher(AES(key), CBC(key[:16])).encryptor()
    return encryptor.update(plain + bytes([pad]) * pad) + encryptor.finalize()


def _key(encoding_key: str) -> bytes:
    """The last of the 43 characters carries two bits more than the key has; WeCom sets them as it likes."""
    if len(encoding_key) != KEY_LENGTH or not encoding_key.isascii() or not encoding_key.isalnum():
        raise ValueError(f"expected an EncodingAESKey of {KEY_LENGTH} letters and digits")
    return base64.b64decode(encoding_key + "=")
