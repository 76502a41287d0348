"""The ledger as a text file that a stranger can check: docs/ledger.md says how, with sha256sum and awk alone.

    sanbao-ledger 1
    root <day> <hash> <heads, a semicolon between them>
    row  <hash> <hash of the row before> <canonical text>
    end  <rows> <hash over the heads as they stand>

Fields are separated by tabs, lines by newlines; canonical JSON has neither. Rows come by chain and place as the
columns of the table claim; whoever reads the file holds that against the text.
"""

from collections.abc import Iterator
from datetime import UTC, datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from storage.ledger_hashes import Head, heads_text, root_hash
from storage.sheets import Progress, nobody
from storage.tables.ledger import LedgerRoot, LedgerRow

MAGIC = "sanbao-ledger 1"
BETWEEN_HEADS = ";"
FETCHED, TOLD_EVERY = 5_000, 5_000
READING = "Reading the ledger"


def lines(session: Session, progress: Progress = nobody) -> Iterator[str]:
    """The ledger of a database, line by line without their ends; memory does not grow with it."""
    yield MAGIC
    for root in session.scalars(select(LedgerRoot).order_by(LedgerRoot.day)):
        heads = root.heads.replace("\n", BETWEEN_HEADS)
        yield f"root\t{root.day.isoformat()}\t{root.hash}\t{heads}"
    rows, newest = 0, dict[str, Head]()
    for text, head, previous in _rows(session, progress):
        yield f"row\t{head.hash}\t{previous}\t{text}"
        rows, newest[head.chain] = rows + 1, head
    yield f"end\t{rows}\t{root_hash(heads_text(newest.values()))}"


def _rows(session: Session, progress: Progress) -> Iterator[tuple[str, Head, str]]:
    row = LedgerRow
    of, done = session.scalar(select(func.count()).select_from(row)) or 0, 0
    for chain in sorted(
        session.scalars(select(row.chain).distinct())
    ):  # databases sort texts each in their way
        wanted = select(row.canonical, row.place, row.hash, row.previous).where(row.chain == chain)
        found = session.execute(wanted.order_by(row.place), execution_options={"yield_per": FETCHED})
        for text, place, hashed, previous in found:
            yield text, Head(chain, place, hashed), previous
            done += 1
            if done % TOLD_EVERY == 0 or done == of:
                progress(READING, done, of)


def strange_columns(session: Session) -> list[str]:
    """Rows whose columns say another moment, chain or place than their text; readers go by the columns."""
    row, found = LedgerRow, list[str]()
    rows = session.execute(
        select(row.chain, row.place, row.at, row.canonical).order_by(row.chain, row.place),
        execution_options={"yield_per": FETCHED},
    )
    for chain, place, at, text in rows:
        if not _says(text, chain, place, at):
            found.append(f"{chain} place {place}: the columns of the table say otherwise than the row's text")
    return found


def _says(text: str, chain: str, place: int, at: datetime) -> bool:
    """By the text's own writing, which sorts its keys; reading each as JSON would take four times as long."""
    moment = f'"at":"{at.astimezone(UTC).isoformat()}","chain":"{chain}","facts":'
    return moment in text and f'"place":{place},"who":' in text
