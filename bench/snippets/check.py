"""Check dev.tsv: three columns, known labels, unique ids and texts; print the counts."""
import collections
import pathlib
import sys

LABELS = """ABDUCT_DISSAP AGREEMENT AIR_STRIKE ARMED_CLASH ARREST ART_MISS_ATTACK ATTACK
CHANGE_TO_GROUP_ACT CHEM_WEAP DISR_WEAP FORCE_AGAINST_PROTEST GOV_REGAINS_TERIT GRENADE
HQ_ESTABLISHED MOB_VIOL NON_STATE_ACTOR_OVERTAKES_TER NON_VIOL_TERRIT_TRANSFER OTHER
PEACE_PROTEST PROPERTY_DISTRUCT PROTEST_WITH_INTER REM_EXPLOS SEX_VIOL SUIC_BOMB
VIOL_DEMONSTR ORG_CRIME NATURAL_DISASTER MAN_MADE_DISASTER DIPLO ATTRIB""".split()

path = pathlib.Path(__file__).with_name("dev.tsv")
rows = [line.split("\t") for line in path.read_text(encoding="utf-8").splitlines()]
bad = [r for r in rows if len(r) != 3 or r[2] not in LABELS or not 15 <= len(r[1].split()) <= 90]
if bad or len({r[0] for r in rows}) < len(rows) or len({r[1].lower() for r in rows}) < len(rows):
    sys.exit(f"not well formed: {bad[:5]} (or ids/texts that come twice)")
counts = collections.Counter(r[2] for r in rows)
for label in LABELS:
    print(f"{label}\t{counts[label]}")
print(f"all\t{len(rows)}")
