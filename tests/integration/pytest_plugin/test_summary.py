"""The section at the end of a run."""

RECORDS = """
    import asyncio
    import aiointercept
    from aiohttp import web
    from client import fetch

    async def answer(request):
        return web.Response(text="real")

    async def record(file):
        app = web.Application()
        app.router.add_get("/", answer)
        runner = web.AppRunner(app)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        host, port = runner.addresses[0]
        try:
            async with aiointercept.aiointercept(cassette=file, record="once"):
                await fetch(f"http://{host}:{port}/")
        finally:
            await runner.cleanup()

    def test_records(tmp_path):
        asyncio.run(record("users.har"))

    def test_passes(aiointercept_mock):
        pass
"""


def test_cassettes_that_were_recorded(run):
    """By their names."""
    result = run(RECORDS)
    result.assert_outcomes(passed=2)
    result.stdout.fnmatch_lines(["=* aiointercept =*", "1 cassette recorded:", "  users.har"])


def test_cassettes_of_workers(run):
    """Workers of pytest-xdist have recorded them."""
    result = run(RECORDS, "-n1", plugins=["xdist"], subprocess=True)
    result.assert_outcomes(passed=2)
    result.stdout.fnmatch_lines(["=* aiointercept =*", "1 cassette recorded:", "  users.har"])


def test_warnings_of_ours(run):
    """By kind and count, and not those of others."""
    result = run(
        """
        import warnings

        class AiointerceptWarning(UserWarning):
            pass

        def test_warns():
            warnings.warn("one", AiointerceptWarning)
            warnings.warn("two", AiointerceptWarning)
            warnings.warn("other", UserWarning)
        """,
        "-Wdefault",
    )
    result.stdout.fnmatch_lines(["=* aiointercept =*", "warnings: 2 AiointerceptWarning"])


def test_silence(run):
    """A run with nothing to say has no section."""
    result = run("""
        def test_it(aiointercept_mock):
            aiointercept_mock.get("/unused")
    """)
    result.assert_outcomes(passed=1)
    result.stdout.no_fnmatch_line("*aiointercept*=*")
