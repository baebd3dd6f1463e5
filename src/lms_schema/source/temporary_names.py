"""Names for what is built beside an object that is in use, or makes room for one."""

import hashlib

_PREFIX = "lms_schema_"
_BYTES = 63


def temporary(name: str, word: str) -> str:
    """Return another name for an object, of at most 63 bytes: `lms_schema_new_v` of `v`.

    Args:
        name: Its name.
        word: What it says of it, `new` or `old`.
    """
    text = f"{_PREFIX}{word}_{name}"
    if len(text.encode()) <= _BYTES:
        return text
    digest = hashlib.sha256(name.encode()).hexdigest()[:8]
    return text.encode()[: _BYTES - 9].decode(errors="ignore") + f"_{digest}"
