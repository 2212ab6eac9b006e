"""Whatever the secret, the text and the encodings, and wherever a provider repeats them: none survives."""

import json
import string
from urllib.parse import quote

from hypothesis import given, settings
from hypothesis import strategies as st

from smsadmin.api_log.cutting import FIELDS
from smsadmin.api_log.encodings import bottom, clean
from smsadmin.api_log.hidden import basic, hidden
from tests.api_log.calls import ENCODINGS, Encode, everything, kept

ALPHABET = string.ascii_letters + string.digits
LETTERS = st.characters(codec="utf-8", exclude_categories=("Cc", "Cs", "Co", "Cn", "Cf", "Zs", "Zl", "Zp"))

# At least six, so that none is a word of our own sentences by chance.
secrets = st.text(LETTERS, min_size=6, max_size=30).filter(
    lambda word: len(set(word)) > 3 and "•" not in word
)
codes = st.text(st.sampled_from(ALPHABET), min_size=6, max_size=14)
# A word that is a name of the providers' manuals stays by design.
words = st.text(st.sampled_from("абвгдежзиклмнопрстуф" + ALPHABET), min_size=5, max_size=12).filter(
    lambda word: word.lower() not in FIELDS
)
encodings = st.lists(st.sampled_from(list(ENCODINGS.values())), max_size=3)
PLACES: list[Encode] = [
    str,
    lambda text: json.dumps({"error": text, "status": 1}),
    lambda text: json.dumps({"messages": [{"body": text}, {"x": {"y": [text]}}]}, ensure_ascii=False),
    lambda text: json.dumps({text: text}),
    lambda text: f"a={quote(text)}&{quote(text)}=b",
    lambda text: f"<html><body>{text}</body>",
    lambda text: json.dumps(json.dumps({"text": text})),
]


@settings(max_examples=300, deadline=None)
@given(
    secret=secrets,
    code=codes,
    said=st.lists(words, min_size=1, max_size=4),
    around=st.text(max_size=10),
    encoded=encodings,
    place=st.sampled_from(PLACES),
)
def test_nothing_survives(
    secret: str, code: str, said: list[str], around: str, encoded: list[Encode], place: Encode
) -> None:
    text = f"{' '.join(said)} https://s.example/{code}"
    hide = hidden("s.example/", [secret, *basic("shop", secret)], [text], ["+79161234567"])
    repeated = f"{around} {secret} {around} {text} {around} 79161234567 {around}"
    for encode in encoded:
        repeated = encode(repeated)
    body = place(repeated).encode(errors="replace")

    call = kept(body, body, f"https://smsc.ru/sys/?q={quote(repeated, errors='replace')}", hide)

    shown = everything(call)
    for hidden_one in (clean(secret), code, *basic("shop", secret)):
        assert hidden_one not in shown
        assert bottom(hidden_one) not in bottom(shown)
    for part in (call.request_cut, call.reply_cut, call.address_cut):
        plain = bottom(part).lower()
        assert "9161234567" not in plain
        assert not [word for word in said if word.lower() in plain.replace("text cut out", "")]
