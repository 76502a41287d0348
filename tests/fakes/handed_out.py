"""The secrets that fakes have handed out: no log may show one (tests/secrecy.py)."""

HANDED_OUT: set[str] = set()
