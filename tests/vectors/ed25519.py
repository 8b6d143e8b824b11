"""Ed25519 after RFC 8032, section 5.1, with strict verification. For test vectors only: nothing here is constant-time.

Strict means: the scalar is below the group order, points are in their canonical encoding, neither the key nor R has a
small order, and the equation holds without the cofactor.
"""
import hashlib
from functools import cache

P = 2**255 - 19
L = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, P - 2, P) % P
SQRT_MINUS_ONE = pow(2, (P - 1) // 4, P)

# A point (x, y) as (X, Y, Z, T): x = X/Z, y = Y/Z, x*y = T/Z.
NEUTRAL = (0, 1, 1, 0)


def add(a, b):
    e = (a[1] - a[0]) * (b[1] - b[0]) % P
    f = (a[1] + a[0]) * (b[1] + b[0]) % P
    g = 2 * a[3] * b[3] * D % P
    h = 2 * a[2] * b[2] % P
    return ((f - e) * (h - g) % P, (h + g) * (f + e) % P, (h - g) * (h + g) % P, (f - e) * (f + e) % P)


def times(scalar, point):
    out = NEUTRAL
    while scalar:
        if scalar & 1:
            out = add(out, point)
        point = add(point, point)
        scalar >>= 1
    return out


def same(a, b):
    return (a[0] * b[2] - b[0] * a[2]) % P == 0 and (a[1] * b[2] - b[1] * a[2]) % P == 0


def recover_x(y, sign):
    """The x of the point with this y and this sign bit, or None if there is none."""
    square = (y * y - 1) * pow(D * y * y + 1, P - 2, P) % P
    x = pow(square, (P + 3) // 8, P)
    if (x * x - square) % P:
        x = x * SQRT_MINUS_ONE % P
    if (x * x - square) % P or (x == 0 and sign):
        return None
    return P - x if x & 1 != sign else x


BASE_Y = 4 * pow(5, P - 2, P) % P
BASE_X = recover_x(BASE_Y, 0)
BASE = (BASE_X, BASE_Y, 1, BASE_X * BASE_Y % P)


@cache
def doubled_base(times_doubled):
    """2^n times the base point: what signing adds up."""
    if times_doubled == 0:
        return BASE
    half = doubled_base(times_doubled - 1)
    return add(half, half)


def times_base(scalar):
    out = NEUTRAL
    for bit in range(scalar.bit_length()):
        if scalar >> bit & 1:
            out = add(out, doubled_base(bit))
    return out


def compress(point):
    inverse = pow(point[2], P - 2, P)
    return (point[1] * inverse % P | (point[0] * inverse % P & 1) << 255).to_bytes(32, "little")


def decompress(data):
    """The point of a canonical encoding, or None."""
    number = int.from_bytes(data, "little")
    y, sign = number & 2**255 - 1, number >> 255
    x = recover_x(y, sign) if y < P else None
    return None if x is None else (x, y, 1, x * y % P)


def reduced(data):
    """The canonical encoding of the point that a lax reader sees."""
    number = int.from_bytes(data, "little")
    return ((number & 2**255 - 1) % P | number >> 255 << 255).to_bytes(32, "little")


def has_small_order(point):
    return same(times(8, point), NEUTRAL)


def digest_scalar(*parts):
    return int.from_bytes(hashlib.sha512(b"".join(parts)).digest(), "little") % L


@cache
def expand(seed):
    digest = hashlib.sha512(seed).digest()
    scalar = int.from_bytes(digest[:32], "little") & 2**254 - 8 | 2**254
    return scalar, digest[32:]


@cache
def public_key(seed):
    return compress(times_base(expand(seed)[0]))


@cache
def sign(seed, message):
    scalar, prefix = expand(seed)
    key = public_key(seed)
    nonce = digest_scalar(prefix, message)
    commitment = compress(times_base(nonce))
    answer = (nonce + digest_scalar(commitment, key, message) * scalar) % L
    return commitment + answer.to_bytes(32, "little")


@cache
def verify(key, message, signature, strict=True):
    """Without `strict` only the equation is checked: a bad vector must pass it to prove what strictness is for."""
    a = decompress(key if strict else reduced(key))
    r = decompress(signature[:32])
    s = int.from_bytes(signature[32:], "little")
    if a is None or r is None:
        return False
    if strict and (s >= L or has_small_order(a) or has_small_order(r)):
        return False
    k = digest_scalar(signature[:32], key, message)
    return same(times_base(s), add(r, times(k, a)))


def forge_for_small_order_key(key):
    """Signs any message under a key of small order so that a lax verifier accepts it: S*B = R + k*A with k*A = 0."""
    def forge(message):
        nonce = 1
        while True:
            nonce += 1
            commitment = compress(times_base(nonce))
            if digest_scalar(commitment, key, message) % 8 == 0:
                return commitment + nonce.to_bytes(32, "little")
    return forge
