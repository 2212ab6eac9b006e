"""The zip for the support: the log, the settings without secrets, and the versions of what runs."""

import json
import zipfile
from collections.abc import Mapping
from datetime import UTC, datetime
from io import BytesIO
from itertools import islice
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from smsadmin.api_log.calls import AT_ONCE, MOST_STEPS, Filter, newest
from smsadmin.api_log.surroundings import settings_shown, versions
from smsadmin.current import settings
from smsadmin.database import read
from smsadmin.models import ApiCall

MOST_CALLS = 2000
MOST_CHARACTERS = 8_000_000
"""Of the bodies in one zip: as much as the support reads and a mail carries."""


def support_zip(wanted: Filter, whole: bool) -> BytesIO:
    """Return the zip with the newest wanted calls; only if `whole` with texts and full phones."""
    calls = _calls(wanted, whole)
    found = BytesIO()
    with zipfile.ZipFile(found, "w", zipfile.ZIP_DEFLATED) as archive:
        lines = (json.dumps(call, ensure_ascii=False) for call in calls)
        archive.writestr("log.jsonl", "".join(f"{line}\n" for line in lines))
        archive.writestr("log.txt", _readable(calls))
        archive.writestr("settings.json", _json(settings_shown(whole)))
        archive.writestr("versions.json", _json(versions()))
    found.seek(0)
    return found


def _calls(wanted: Filter, whole: bool) -> list[dict[str, object]]:
    """Return the newest calls that fit."""

    def collect(session: Session) -> list[dict[str, object]]:
        found: list[dict[str, object]] = []
        left = MOST_CHARACTERS
        for call in islice(newest(session, wanted, whole), MOST_CALLS):
            bodies = _bodies(call, whole)
            left -= sum(map(len, bodies.values()))
            if left < 0:
                break
            found.append(_facts(call) | bodies)
        return found

    return read(collect)


def _bodies(call: ApiCall, whole: bool) -> dict[str, str]:
    if whole:
        return {"address": call.address, "request": call.request, "reply": call.reply}
    return {"address": call.address_cut, "request": call.request_cut, "reply": call.reply_cut}


def _facts(call: ApiCall) -> dict[str, object]:
    return {
        "id": call.id,
        "at": call.at.isoformat(),
        "provider": call.provider,
        "account": call.account_id,
        "kind": call.kind,
        "request_id": call.request_id,
        "method": call.method,
        "status": call.status,
        "verdict": call.verdict,
        "failure": call.failure,
        "milliseconds": call.milliseconds,
    }


def _readable(calls: list[dict[str, object]]) -> str:
    zone = ZoneInfo(settings().timezone)
    made = datetime.now(UTC).astimezone(zone)
    head = (
        f"API access log, {made:%Y-%m-%d %H:%M:%S %Z}: {len(calls)} calls, newest first "
        f"(at most {MOST_CALLS}, out of the newest {AT_ONCE * MOST_STEPS} of these days)\n"
    )
    return head + "".join(_page(call, zone) for call in calls)


def _page(call: Mapping[str, object], zone: ZoneInfo) -> str:
    at = datetime.fromisoformat(str(call["at"])).astimezone(zone)
    outcome = (
        ", ".join(str(call[name]) for name in ("status", "verdict", "failure") if call[name]) or "no answer"
    )
    return (
        f"\n{'=' * 78}\n"
        f"#{call['id']}  {at:%Y-%m-%d %H:%M:%S %Z}  {call['provider']}  {call['kind']}  {call['request_id']}\n"
        f"{call['method']} {call['address']}\n"
        f"{outcome}, {call['milliseconds']} ms\n"
        f"--- request\n{call['request']}\n"
        f"--- reply\n{call['reply']}\n"
    )


def _json(found: Mapping[str, object]) -> str:
    return json.dumps(found, ensure_ascii=False, indent=2, default=str)
