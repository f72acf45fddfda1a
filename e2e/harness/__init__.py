"""What every end-to-end test stands on: our program, a customer's web application, phones."""

from .alone import alone
from .app import App, Reply
from .case import Case
from .house import ACCOUNT, TOKEN, House
from .wait import deadline_for, free_ports

__all__ = ["ACCOUNT", "TOKEN", "alone", "App", "Case", "House", "Reply", "deadline_for", "free_ports"]
