"""The keys that a profile may hold, as its model knows them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, get_args, get_origin

from pydantic import BaseModel

from conformance.target.model import Profile


def leaf_keys(model: type[BaseModel] = Profile) -> set[str]:
    """The last part of every key: `client_id` of `tpp.<name>.client_id`."""
    return set(_keys(model))


def _keys(model: type[BaseModel]) -> Iterator[str]:
    for name, field in model.model_fields.items():
        inner = list(_models(field.annotation))
        if not inner:
            yield field.alias or name
        for nested in inner:
            yield from _keys(nested)


def _models(shape: Any) -> Iterator[type[BaseModel]]:
    if isinstance(shape, type) and issubclass(shape, BaseModel):
        yield shape
    elif get_origin(shape) is not None:
        for part in get_args(shape):
            yield from _models(part)
