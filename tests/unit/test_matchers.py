from aiointercept import matchers


def test_a_matcher_is_tested_without_a_server() -> None:
    """``Request`` is all that is needed."""
    matcher = matchers.method("POST") & matchers.json_body({"id": 1})
    assert matcher.match(matchers.Request("POST", "https://h/x", body=b'{"id": 1}'))
    result = matcher.match(matchers.Request("POST", "https://h/x", body=b"{}"))
    assert result.mismatches == (matchers.Mismatch("$.id", 1, matchers.ABSENT),)


def test_a_matcher_of_ones_own_combines_with_the_built_in() -> None:
    """It has ``match`` and returns a ``MatchResult``; nothing else is asked of it."""

    class IsLarge:
        def match(self, request: matchers.Request) -> matchers.MatchResult:
            size = len(request.body or b"")
            if size > 10:
                return matchers.MatchResult()
            return matchers.MatchResult([matchers.Mismatch("size", "more than 10", size)])

    combined = IsLarge() & matchers.method("POST")
    assert isinstance(IsLarge(), matchers.Matcher)
    assert combined.match(matchers.Request("POST", "https://h/x", body=b"x" * 11))
    assert not combined.match(matchers.Request("POST", "https://h/x", body=b"x"))


def test_every_public_name_is_there() -> None:
    """What is listed can be had."""
    assert all(hasattr(matchers, name) for name in matchers.__all__)
