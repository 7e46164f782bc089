"""The rights that pages speak of: pages import views only."""

from access.policy import Refused as Refused
from access.roles import Permission as Permission
from data.errors import FourfoldError as FourfoldError
