"""Passing a rule of the lint over for one subject, with a reason: a rule that nobody can answer is soon not read."""

from dataclasses import dataclass
from datetime import date
from typing import ClassVar

from sqlalchemy import select

from access.roles import Permission
from data.errors import CommandError
from strategy.commands import Creating, Deed, OnRecord, put, words
from strategy.maps.tables import ACTIVE, ENDED, Exemption
from strategy.tables import LONGEST_KEY


@dataclass(frozen=True)
class GrantExemption(Creating):
    """Pass a rule over for one subject of a unit, saying why, for good or until a day."""

    needs: ClassVar[Permission] = "strategy.plan"
    rule: str
    about: str
    reason: str
    until: date | None = None

    def carry_out(self, deed: Deed) -> None:
        """Keep the exemption."""
        key = self.free(deed, Exemption)
        if self.until is not None and self.until <= deed.today:
            raise CommandError(f"{self.until} is past; until when may this be passed over?")
        rule, subject = words(self.rule, "the rule", 80), words(self.about, "the subject", LONGEST_KEY)
        same = select(Exemption).where(
            Exemption.rule == rule,
            Exemption.subject == subject,
            Exemption.unit == self.unit,
            Exemption.state == ACTIVE,
        )
        if any(one.until is None or one.until > deed.today for one in deed.session.scalars(same)):
            raise CommandError("this is passed over already; end that exemption first")
        deed.add(
            Exemption(
                key=key,
                unit=self.unit,
                rule=rule,
                subject=subject,
                reason=words(self.reason, "the reason"),
                until=self.until,
                state=ACTIVE,
            )
        )


@dataclass(frozen=True)
class EndExemption(OnRecord[Exemption]):
    """Let the lint speak of the subject again."""

    needs: ClassVar[Permission] = "strategy.plan"
    states: ClassVar[tuple[str, ...]] = (ACTIVE,)

    def change(self, deed: Deed, record: Exemption) -> None:
        """To ended."""
        put(record, {"state": ENDED})
