"""The sentences of what is said unasked, as an office may change them in its words file.

They stand as constants in the modules of `reminders/wording/`. A table of the words file is called like the module
([calendar]), its keys like the constants, in small letters.

Rule 1  What a module says out of the box is read once; a replacement is checked against it (rules/sentences.py).
Rule 2  `put` is the one place where a sentence changes while the program runs: between two sweeps, never within one.
"""

import importlib
import pkgutil
from functools import cache
from types import ModuleType
from typing import Any

from pydantic import create_model

from reminders import wording
from rules.sentences import Templates


@cache
def modules() -> dict[str, ModuleType]:
    """The modules of sentences by their table's name."""
    names = sorted(found.name for found in pkgutil.iter_modules(wording.__path__))
    return {name: importlib.import_module(f"{wording.__name__}.{name}") for name in names}


def constants(module: ModuleType) -> dict[str, Any]:
    return {name: value for name, value in vars(module).items() if name.isupper()}


@cache
def model() -> type[Templates]:
    """A table for each module, as the modules stand when it is first asked for: out of the box."""
    tables = {name: _table(name, constants(module)) for name, module in modules().items()}
    fields: dict[str, Any] = {name: (table, table()) for name, table in tables.items()}
    return create_model("Unasked", __base__=Templates, **fields)


def _table(name: str, values: dict[str, Any]) -> type[Templates]:
    """Names that belong together (a dict) are a table of their own."""
    fields: dict[str, Any] = {}
    for key, value in values.items():
        if isinstance(value, dict):
            inner = _table(key, value)
            fields[key.lower()] = (inner, inner())
        else:
            fields[key.lower()] = (str, value)
    return create_model(name, __base__=Templates, **fields)


def put(sentences: Templates) -> None:
    """Has the modules say these sentences from now on."""
    for name, module in modules().items():
        said = getattr(sentences, name).model_dump()
        for constant in constants(module):
            setattr(module, constant, said[constant.lower()])
