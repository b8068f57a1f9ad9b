import base64
import hashlib

import pytest

from npmguard.integrity import agrees, hashes, is_strong, kind

DATA = b"a tarball"


def sri(algorithm: str, data: bytes = DATA) -> str:
    return f"{algorithm}-{base64.b64encode(hashlib.new(algorithm, data).digest()).decode()}"


def test_strength() -> None:
    assert is_strong(sri("sha512"))
    assert is_strong(f"{sri('sha1')} {sri('sha512')}")
    assert not is_strong(sri("sha1"))
    assert not is_strong("sha512-")
    assert not is_strong("nonsense")
    assert kind(sri("sha1")) == "SHA-1"
    assert kind("") == "no readable hash"


@pytest.mark.parametrize("algorithm", ["sha1", "sha256", "sha384", "sha512"])
def test_the_same_file_agrees_and_another_does_not(algorithm: str) -> None:
    assert agrees(sri(algorithm), sri(algorithm), None) is True
    assert agrees(sri(algorithm), sri(algorithm, b"other"), None) is False


def test_a_locked_sha1_is_compared_with_the_shasum() -> None:
    shasum = hashlib.sha1(DATA).hexdigest()
    assert agrees(sri("sha1"), sri("sha512"), shasum) is True
    assert agrees(sri("sha1", b"other"), sri("sha512"), shasum) is False


def test_nothing_in_common_proves_nothing() -> None:
    assert agrees(sri("sha1"), sri("sha512"), None) is None
    assert agrees(sri("sha512"), None, None) is None


def test_the_strongest_common_hash_decides() -> None:
    assert agrees(f"{sri('sha1')} {sri('sha512', b'other')}", f"{sri('sha1')} {sri('sha512')}", None) is False


def test_unknown_algorithms_are_left_out() -> None:
    assert hashes("sha9-AAAA md4-BBBB") == {}
