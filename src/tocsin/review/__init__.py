"""What a person should see next, what people decided, and how far they agree."""

from tocsin.review._attaching import Attached, attach

__all__ = ["Attached", "attach"]
