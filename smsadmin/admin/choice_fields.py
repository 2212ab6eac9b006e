"""Fields to choose from a list or of a few, with what is wrong in our words."""

from collections.abc import Iterable
from typing import Any

from wtforms import RadioField, SelectField, ValidationError

from smsadmin.i18n import _


class _OfThese:
    """Choices as (value, label); what was sent has to be one of them."""

    choices: Any
    raw_data: Any
    data: Any

    def __init__(self, *args: Any, choices: Iterable[tuple[str, Any]] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.choices = list(choices)

    def pre_validate(self, _form: Any) -> None:
        """Refuse what is not on offer; whether something has to be chosen is for the form to say."""
        if self.choices and self.raw_data and self.data not in dict(self.choices):
            raise ValidationError(_("There is no such choice: take one from the list."))


class ChoiceField(_OfThese, SelectField):
    """One of a list."""


class OneOfField(_OfThese, RadioField):
    """One of a few that are all in sight."""
