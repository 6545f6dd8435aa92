"""What a person should see next, what people decided, and how far they agree."""

from tocsin.review._agreement import Agreement, Kappa, compare_tables, judged_agreement, rate
from tocsin.review._answers import Answer, read_answers
from tocsin.review._attaching import Attached, attach
from tocsin.review._calibration import Bin, Calibration, calibrate
from tocsin.review._log import Entry, history, new_judgement
from tocsin.review._queue import (
    FIELDS,
    Doubt,
    DoubtKind,
    decided,
    doubtful_claims,
    doubtful_fields,
    doubtful_pairs,
    lost_judgements,
)
from tocsin.review._sheets import COLUMNS, SPARE, TITLES, VERDICTS, about
from tocsin.review._values import kept_value, shown_value

__all__ = [
    "COLUMNS",
    "FIELDS",
    "SPARE",
    "TITLES",
    "VERDICTS",
    "Agreement",
    "Answer",
    "Attached",
    "Bin",
    "Calibration",
    "Doubt",
    "DoubtKind",
    "Entry",
    "Kappa",
    "about",
    "attach",
    "calibrate",
    "compare_tables",
    "decided",
    "doubtful_claims",
    "doubtful_fields",
    "doubtful_pairs",
    "history",
    "judged_agreement",
    "kept_value",
    "lost_judgements",
    "new_judgement",
    "rate",
    "read_answers",
    "shown_value",
]
