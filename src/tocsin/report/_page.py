"""A report as one HTML file that needs nothing else: no script, no font and no picture from anywhere."""

from __future__ import annotations

import base64
import hashlib
from importlib import resources

from tocsin.analysis import page_style
from tocsin.report._report import Report

__all__ = ["render_html"]


def render_html(report: Report) -> str:
    """The report as a page."""
    # Takes a while to import, and other forms do without.
    from jinja2 import Environment, FunctionLoader, StrictUndefined

    style = f"{page_style()}\n{_static('report.css').strip()}"
    engine = Environment(
        loader=FunctionLoader(_static),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    return engine.get_template("report.html").render(report=report, style=style, style_hash=f"sha256-{digest}")


def _static(name: str) -> str:
    return resources.files("tocsin.report").joinpath("static", name).read_text(encoding="utf-8")
