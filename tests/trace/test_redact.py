"""No secret reaches the file, wherever it stands, and nothing else is changed."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agentprobe.errors import ConfigError
from agentprobe.trace.redact import Redaction

CLEANER = Redaction()
TELLING = (
    *("password", "Password", "PASSWORD", "db_password", "passwd", "pwd", "secret", "client_secret"),
    *("api_key", "apiKey", "api-key", "OPENAI_API_KEY", "aws_secret_access_key", "private_key"),
    *("token", "access_token", "refreshToken", "id-token", "Authorization", "credentials", "cookie"),
)
SHAPES = (
    "sk-proj-abcDEF0123456789xyz",
    "sk-ant-api03-abcdefghijklmnop-0123",
    "sk_live_abcdefghijklmnop",
    "AKIAIOSFODNN7EXAMPLE",
    "ghp_0123456789abcdefghijABCDEFGHIJ012345",
    "github_pat_0123456789abcdefghijABCD",
    "xoxb-123456789012-abcdefghijkl",
    "AIzaSyA0123456789abcdefghijklmnopqrstuvw",
    "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.dozjgNryP4J3jVmNHl0w5N",
    "-----BEGIN RSA PRIVATE KEY-----\nMIIEowIBAAKCAQEA\n-----END RSA PRIVATE KEY-----",
)
anything = st.recursive(
    st.none() | st.booleans() | st.integers(-99, 99) | st.text(max_size=12),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)


def _by_number(text: str) -> str:
    """JSON as some writers spell it: every plain mark inside a string by its number."""
    return re.sub(
        r'"((?:[^"\\]|\\.)*)"',
        lambda found: '"' + re.sub(r'\\"|(?<!\\)[-_:+/&]', _number, found[1]) + '"',
        text,
    )


def _number(found: re.Match[str]) -> str:
    return f"\\u{ord(found[0][-1]):04x}"


spellings = st.sampled_from(
    [
        json.dumps,
        lambda value: json.dumps(value, ensure_ascii=False),
        lambda value: json.dumps(value, separators=(",", ":")),
        lambda value: _by_number(json.dumps(value)),
    ]
)


def _strings(value: Any) -> list[str]:
    """Every string in a value, and every string in the JSON that such a string holds."""
    if isinstance(value, dict):
        return [text for pair in value.items() for part in pair for text in _strings(part)]
    if isinstance(value, list):
        return [text for part in value for text in _strings(part)]
    if not isinstance(value, str):
        return []
    try:
        inner = json.loads(value) if value[:1] in ("{", "[") else None
    except ValueError:
        inner = None
    return [value, *_strings(inner)]


@given(
    key=st.sampled_from(TELLING),
    secret=st.text(min_size=1, max_size=20),
    around=anything,
    spell=st.lists(spellings, min_size=1, max_size=4),
)
def test_the_value_of_a_telling_name_does_not_survive_however_deep_it_is_nested(
    key: str, secret: str, around: Any, spell: list[Any]
) -> None:
    planted = f"zq{secret}qz"
    value: Any = {"before": around, key: planted, "after": [around]}
    for spelling in spell:
        value = {"inner": spelling(value)}
    cleaned = CLEANER.clean(json.dumps(value).encode())
    assert not [text for text in _strings(json.loads(cleaned)) if planted in text]
    assert b"[redacted:" in cleaned
    assert CLEANER.clean(cleaned) == cleaned


@given(shape=st.sampled_from(SHAPES), before=st.text(max_size=9), after=st.text(max_size=9), spell=spellings)
def test_a_secret_that_gives_itself_away_does_not_survive_in_any_text(
    shape: str, before: str, after: str, spell: Any
) -> None:
    line = spell({"text": f"{before} {shape} {after}", shape: 1}).encode()
    cleaned = CLEANER.clean(line)
    assert not [text for text in _strings(json.loads(cleaned)) if shape in text]
    assert json.dumps(shape)[1:-1].encode() not in cleaned


@given(value=anything)
def test_a_line_without_secrets_stays_as_it_is(value: Any) -> None:
    line = json.dumps(
        {"model": "m", "max_tokens": 12, "usage": {"prompt_tokens": 3}, "value": value}
    ).encode()
    assert CLEANER.clean(line) == line


@pytest.mark.parametrize(
    ("text", "secret"),
    [
        ("OPENAI_API_KEY=abcd1234 python agent.py", "abcd1234"),
        ("export DB_PASSWORD='hunter2!'", "hunter2!"),
        ("password: correct-horse", "correct-horse"),
        ("{'user': 'a', 'password': 'it is'}", "it is"),
        ("Authorization: Bearer abcdef0123456789", "abcdef0123456789"),
        ("GET /v1/models?alt=sse&key=abcdef123&x=1", "abcdef123"),
        ("https://host/file?X-Amz-Signature=0123abcd&y=2", "0123abcd"),
        ("postgres://admin:s3cr3t@db:5432/app", "s3cr3t"),
    ],
)
def test_secrets_in_plain_text_are_found(text: str, secret: str) -> None:
    cleaned = json.loads(CLEANER.clean(json.dumps({"text": text}).encode()))["text"]
    assert secret not in cleaned
    assert "[redacted:" in cleaned


@pytest.mark.parametrize(
    "value",
    [
        {"logprobs": {"content": [{"token": "Hello", "logprob": -0.1, "bytes": [72]}]}},
        {"properties": {"password": {"type": "string"}, "token": {"type": "string"}}},
        {"next_page_token": "abc", "max_tokens": 100, "eos_token": "</s>"},
        {"password": None, "secret": True, "api_key": ""},
        {"text": "task-based work for risk-averse people; see https://example.com/a:b"},
        {"text": "the token: string, the secret of good soup"},
    ],
)
def test_what_only_looks_like_a_secret_is_kept(value: Any) -> None:
    line = json.dumps(value).encode()
    assert CLEANER.clean(line) == line


def test_numbers_and_lists_under_a_telling_name_become_words_and_the_json_stays_valid() -> None:
    value = {"pin": 1, "password": 123456, "api_keys": ["first", 'sec"ond'], "list": [1]}
    cleaned = json.loads(CLEANER.clean(json.dumps({"inner": json.dumps(value)}).encode()))
    inner = json.loads(cleaned["inner"])
    assert inner["pin"] == 1
    assert inner["list"] == [1]
    assert inner["password"].startswith("[redacted:password:")
    assert [word[:18] for word in inner["api_keys"]] == ["[redacted:api_key:"]


def test_equal_secrets_become_equal_words_and_another_key_gives_other_words() -> None:
    def word(secret: str, cleaner: Redaction = CLEANER) -> str:
        line = json.dumps({"password": secret}).encode()
        return str(json.loads(cleaner.clean(line))["password"])

    assert word("hunter2") == word("hunter2")
    assert word("hunter2") != word("hunter3")
    assert word("hunter2") != word("hunter2", Redaction(key=b"another"))


def test_headers_lose_the_values_of_telling_names_whatever_their_case() -> None:
    headers = (
        ("Authorization", "Bearer x"),
        ("X-API-Key", "abc"),
        ("Cookie", "a=b"),
        ("Accept", "text/plain"),
    )
    cleaned = CLEANER.headers(headers)
    assert [name for name, _ in cleaned] == [name for name, _ in headers]
    assert cleaned[0][1].startswith("Bearer [redacted:authorization:")
    assert [value.startswith("[redacted:") for _, value in cleaned[1:]] == [True, True, False]


def test_a_secret_beside_headers_that_are_replaced_already_does_not_survive() -> None:
    redaction = Redaction()
    headers = redaction.headers((("Authorization", "Bearer abcdef123456"), ("x-note", "password=hunter22")))
    line = json.dumps({"headers": headers, "api_key": "0123456789"}, separators=(",", ":")).encode()
    cleaned = redaction.clean(line)
    assert b"hunter22" not in cleaned
    assert b"0123456789" not in cleaned
    assert json.loads(cleaned)["headers"][0] == list(headers[0])


def test_a_project_adds_names_and_patterns_of_its_own() -> None:
    cleaner = Redaction(names=["customer_ref"], patterns={"employee": r"EMP-\d+"})
    cleaned = cleaner.clean(b'{"customer_ref":"C-17","note":"asked EMP-4711"}')
    assert b"C-17" not in cleaned
    assert b"EMP-4711" not in cleaned
    assert b"[redacted:employee:" in cleaned


@pytest.mark.parametrize("value", ["7", "true", '{"name":"A}nn","age":[3]}', '["Ann",{"x":1}]', "-1.5e3"])
def test_whatever_stands_under_a_name_of_ones_own_is_hidden_whole(value: str) -> None:
    cleaner = Redaction(names=["customer"])
    inner = json.dumps({"keep": 1, "deep": {"customer": json.loads(value)}, "kept": [2]})
    cleaned = json.loads(cleaner.clean(json.dumps({"arguments": inner, "customer": 7}).encode()))
    assert cleaned["customer"].startswith("[redacted:customer:")
    found = json.loads(cleaned["arguments"])
    assert found.pop("deep")["customer"].startswith("[redacted:customer:")
    assert found == {"keep": 1, "kept": [2]}


def test_a_pattern_that_is_none_is_said_by_its_name() -> None:
    with pytest.raises(ConfigError, match="redaction pattern 'broken' is no regular expression"):
        Redaction(patterns={"broken": "("})
