import pytest

from aiointercept.core.recording.redacting.literals import masked_literals
from aiointercept.core.recording.redacting.redaction import DEFAULT_REDACTION

SECRET = "s3cr3t"


def masked(text: str) -> str:
    """Mask a text as messages do; ``token``, ``password`` and ``cookies`` are secret here."""
    return masked_literals(
        text,
        lambda name: name.lower() in {"token", "password", "cookies"},
        DEFAULT_REDACTION.masker.form,
    )


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("headers {'Token': 'abc', 'A': 'b'}", "headers {'Token': 'REDACTED', 'A': 'b'}"),
        ('{"token": "a\\"bc", "b": 1}', '{"token": "REDACTED", "b": 1}'),
        ("{'token': b'abc', 'b': 1}", "{'token': 'REDACTED', 'b': 1}"),
        ("{'token': 12, 'b': 1}", "{'token': REDACTED, 'b': 1}"),
        ("{'token': None, 'password': True}", "{'token': None, 'password': True}"),
        ("{'token': {'a': ['b', 1]}, 'b': 1}", "{'token': {'a': ['REDACTED', REDACTED]}, 'b': 1}"),
        ('\'{"token": "abc"}\'', '\'{"token": "REDACTED"}\''),
        ('"{\\"token\\": \\"abc\\", \\"b\\": 1}"', '"{\\"token\\": \\"REDACTED\\", \\"b\\": 1}"'),
        ("[('token', 'abc'), ('b', 'c')]", "[('token', 'REDACTED'), ('b', 'c')]"),
        ("BasicAuth(login='u', password='abc')", "BasicAuth(login='u', password='REDACTED')"),
        ("cookies {'any': 'abc'} & x {'b': 'c'}", "cookies {'any': 'REDACTED'} & x {'b': 'c'}"),
        ("cookies: {'any': 'abc'}", "cookies: {'any': 'REDACTED'}"),
        ("body 'token=abc&b=c'", "body 'token=REDACTED&b=c'"),
        (
            r"""'--x\r\nA: b; name="token"\r\n\r\nabc\r\n--x--'""",
            r"""'--x\r\nA: b; name="token"\r\n\r\nREDACTED\r\n--x--'""",
        ),
        (
            r"""'--x\r\nA: b; name="other"\r\n\r\nabc\r\n--x--'""",
            r"""'--x\r\nA: b; name="other"\r\n\r\nabc\r\n--x--'""",
        ),
        ("no secret: 'abc', {'a': 'b'}, a=1", "no secret: 'abc', {'a': 'b'}, a=1"),
    ],
)
def test_what_stands_behind_a_secret_name(text: str, shown: str):
    """Is masked, whatever kind of literal it is, and nothing else."""
    assert masked(text) == shown


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("{'token': 'abc…, used by 'x'", "{'token': 'REDACTED', used by 'x'"),
        ("{'token': 'abc…' (250 characters)}", "{'token': 'REDACTED' (250 characters)}"),
        ("{'token': 'abc", "{'token': 'REDACTED'"),
        ("{'token': {'a': 'abc…", "{'token': {'a': 'REDACTED'"),
        ("{'token': ", "{'token': "),
        ("{'token': {'a': 'abc'\n'b': 'c'", "{'token': {'a': 'REDACTED'\n'b': 'c'"),
        ("body 'token=abc…' (99 bytes)", "body 'token=REDACTED' (99 bytes)"),
    ],
)
def test_what_was_cut_off(text: str, shown: str):
    """It ends where it was cut; the next line is another matter."""
    assert masked(text) == shown


@pytest.mark.parametrize("text", ["'" * 3000, "{'token': " * 500, 'name="a" ' * 500, "'a': " * 999])
def test_odd_texts_take_no_time(text: str):
    """They are no reason to look far."""
    assert SECRET not in masked(text)
