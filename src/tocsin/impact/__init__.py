"""Did an intervention change anything, and what may be said about it.

The design decides the words: where it allows no effect to be estimated, what changed is described, and why it is not
called an effect is said. Every estimate carries the name of what it estimates.
"""

from __future__ import annotations

from tocsin.impact._design import Change, Evaluation, evaluate
from tocsin.impact._pages import evaluation_page, power_page
from tocsin.impact._power import Power, power
from tocsin.impact._reading import PanelColumns, read_study, read_treatment, study_of_events
from tocsin.impact._sensitivity import Sensitivity, sensitivity
from tocsin.impact._spillover import Ring, Spillover, spillover
from tocsin.impact._staggered import Effects, EventStudy, Summary, event_study, group_time_effects
from tocsin.impact._study import Study, make_study

__all__ = [
    "Change",
    "Effects",
    "Evaluation",
    "EventStudy",
    "PanelColumns",
    "Power",
    "Ring",
    "Sensitivity",
    "Spillover",
    "Study",
    "Summary",
    "evaluate",
    "evaluation_page",
    "event_study",
    "group_time_effects",
    "make_study",
    "power",
    "power_page",
    "read_study",
    "read_treatment",
    "sensitivity",
    "spillover",
    "study_of_events",
]
