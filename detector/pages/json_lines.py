"""Parse a line of JSON, also with what Python's own writer leaves in it."""

import json

import orjson


def value_of(line: bytes) -> object:
    """Return the value of a line; NaN is read, and halves of surrogate pairs stay as they are. Raises orjson.JSONDecodeError."""
    try:
        return orjson.loads(line)
    except orjson.JSONDecodeError as error:
        try:
            return json.loads(line.decode())
        except (ValueError, RecursionError):
            raise error from None
