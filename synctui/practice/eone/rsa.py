"""The login host's key pair: RSA of 1,024 bits as the vendor's published sample has it, PKCS#1 v1.5 (RFC 8017)."""

from __future__ import annotations

import base64
import math
import secrets
from dataclasses import dataclass
from functools import cache

BITS = 1024
EXPONENT = 65_537
SMALL_PRIMES = [number for number in range(3, 1000) if all(number % divisor for divisor in range(2, number))]


@dataclass(frozen=True, slots=True)
class KeyPair:
    """A private key; `public_xml` is what the login host publishes of it."""

    modulus: int
    private: int

    @property
    def public_xml(self) -> str:
        """.NET's `RSAKeyValue`."""
        modulus = base64.b64encode(self.modulus.to_bytes(BITS // 8, "big")).decode()
        exponent = base64.b64encode(EXPONENT.to_bytes(3, "big")).decode()
        return f"<RSAKeyValue><Modulus>{modulus}</Modulus><Exponent>{exponent}</Exponent></RSAKeyValue>"

    def decrypt(self, cipher: bytes) -> bytes:
        """The message. Raises ValueError for a wrong length or padding."""
        if len(cipher) != BITS // 8:
            raise ValueError("the ciphertext is not as long as the modulus")
        block = pow(int.from_bytes(cipher, "big"), self.private, self.modulus).to_bytes(BITS // 8, "big")
        end = block.find(b"\x00", 2)
        if block[:2] != b"\x00\x02" or end < 10:
            raise ValueError("the padding is wrong")
        return block[end + 1 :]


@cache
def key_pair() -> KeyPair:
    """This process's pair, made on first use: two primes whose product has exactly `BITS` bits."""
    while True:
        first, second = _prime(BITS // 2), _prime(BITS // 2)
        totient = (first - 1) * (second - 1)
        if first != second and math.gcd(EXPONENT, totient) == 1:
            return KeyPair(first * second, pow(EXPONENT, -1, totient))


def _prime(bits: int) -> int:
    while True:
        number = secrets.randbits(bits) | 3 << (bits - 2) | 1
        if all(number % prime for prime in SMALL_PRIMES) and _miller_rabin(number):
            return number


def _miller_rabin(number: int, rounds: int = 20) -> bool:
    shift = (number - 1 & 1 - number).bit_length() - 1
    odd = number - 1 >> shift
    return all(_witness(number, odd, shift, secrets.randbelow(number - 3) + 2) for _ in range(rounds))


def _witness(number: int, odd: int, shift: int, base: int) -> bool:
    """Tell whether this base leaves the number possibly prime."""
    power = pow(base, odd, number)
    if power in (1, number - 1):
        return True
    for _ in range(shift - 1):
        power = power * power % number
        if power == number - 1:
            return True
    return False
