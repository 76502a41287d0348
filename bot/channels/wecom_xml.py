"""WeCom's small XML documents as nested dictionaries, read without ever trusting them. Pure.

Rule 1  No document type, hence no entities; no deeper than WeCom ever nests; the caller bounds the bytes.
Rule 2  An element with children is a dictionary, any other its text; what is repeated becomes a list.
"""

from typing import Any
from xml.parsers import expat

DEEPEST = 8
Element = dict[str, Any]


class NotOurXml(ValueError):  # noqa: N818 - it is news about what came
    """What came is no document of WeCom's."""


def read_xml(document: bytes) -> Element:
    """What stands in the root element. Raises NotOurXml."""
    reader = _Reader()
    parser = expat.ParserCreate(encoding="utf-8")
    parser.buffer_text = True
    parser.StartDoctypeDeclHandler = reader.refuse
    parser.StartElementHandler = reader.begin
    parser.EndElementHandler = reader.end
    parser.CharacterDataHandler = reader.say
    try:
        parser.Parse(document, True)
    except expat.ExpatError as fault:
        raise NotOurXml(f"no XML: {fault}") from None
    if not isinstance(reader.root, dict):
        raise NotOurXml("a document without elements")
    return reader.root


class _Reader:
    def __init__(self) -> None:
        self.root: Element | str = ""
        self._open: list[tuple[str, Element, list[str]]] = []

    def refuse(self, *_: object) -> None:
        raise NotOurXml("a document type")

    def begin(self, name: str, _attributes: object) -> None:
        if len(self._open) >= DEEPEST:
            raise NotOurXml("nested too deeply")
        self._open.append((name, {}, []))

    def say(self, text: str) -> None:
        self._open[-1][2].append(text)

    def end(self, name: str) -> None:
        _, children, words = self._open.pop()
        value: Element | str = children or "".join(words)
        if not self._open:
            self.root = value
            return
        siblings = self._open[-1][1]
        if name not in siblings:
            siblings[name] = value
        elif isinstance(siblings[name], list):
            siblings[name].append(value)
        else:
            siblings[name] = [siblings[name], value]
