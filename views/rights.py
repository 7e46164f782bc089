"""What pages need of the ground floors, given on here: pages import views only."""

from access.policy import Refused
from access.roles import Permission
from data.errors import FourfoldError

__all__ = ["FourfoldError", "Permission", "Refused"]
