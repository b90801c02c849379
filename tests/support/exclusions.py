"""Invented files in the shape of the exclusion list."""

import random
from collections.abc import Iterable
from pathlib import Path

HEADER = "LASTNAME,FIRSTNAME,MIDNAME,BUSNAME,GENERAL,SPECIALTY,UPIN,NPI,DOB,ADDRESS,CITY,STATE,ZIP,EXCLTYPE,EXCLDATE,REINDATE,WAIVERDATE,WVRSTATE"


def row(last: str = "", first: str = "", middle: str = "", **more: str) -> str:
    """One line: everything but the names as it usually is."""
    words = {
        "business": "", "npi": "0000000000", "born": "19700102", "city": "ALBANY", "state": "NY", "kind": "1128a1", "excluded": "20190103",
        "back": "00000000", **more,
    }  # fmt: skip
    return (
        f'{last},{first},{middle},"{words["business"]}",IND- LIC HC SERV PRO,MASSAGE THERAPIST,,{words["npi"]},{words["born"]},1 MAIN ST,'
        f"{words['city']},{words['state']},12201,{words['kind']},{words['excluded']},{words['back']},00000000,"
    )


def write_list(path: Path, rows: Iterable[str], *, header: str = HEADER, end: str = "\n", encoding: str = "utf-8") -> Path:
    """A file of these rows."""
    path.write_bytes(("\n".join([header, *rows]) + end).encode(encoding))
    return path


def long_list(count: int) -> list[str]:
    """Rows of people who do not exist."""
    dice = random.Random(7)
    letters = "ABCDEGHIKLMNORSTU"
    return [row("".join(dice.choices(letters, k=8)), "".join(dice.choices(letters, k=6)), dice.choice(letters)) for _ in range(count)]
