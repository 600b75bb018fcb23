"""Every misspelt keyword is found by mypy and by pyright: one line for each option of each kind.

Both are told to complain about an ``ignore`` that is not needed, so each line below proves one.
"""

import aiohttp
from aiohttp import web
from typing_extensions import assert_type
from yarl import URL

from aiointercept import (
    AiointerceptRequest,
    CallbackResult,
    Fault,
    MockResponse,
    Redaction,
    ServerSentEvent,
    aiointercept,
    matchers,
)
from aiointercept.aioresponses import CallbackResult as DropInResult
from aiointercept.aioresponses import aioresponses

U = "https://h.test/x"


def answer(url: URL, **kwargs: object) -> CallbackResult:
    return CallbackResult(body=str(url) + str(kwargs))


def is_even(request: matchers.Request) -> bool:
    return not len(request.body or b"") % 2


async def talk(ws: web.WebSocketResponse, request: AiointerceptRequest) -> None:
    await ws.send_str(str(request.canonical_url))


def constructor() -> None:
    aiointercept(mock_external_url=True)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    aiointercept(passthru=[])  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    aiointercept(passthrough_unmached=True)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    aiointercept(parm="m")  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    aiointercept(stric=True)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    aiointercept(base_ur="x")  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    aiointercept(rtae=1)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    aiointercept(tsl=True)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    aiointercept(transprt=None)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    aiointercept(interceptr=None)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    aiointercept(upstrem=None)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    aiointercept(casette="a.har")  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    aiointercept(recrod="once")  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    aiointercept(redcat=False)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    aiointercept(mach_on=())  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]


def misspelt_get(m: aiointercept) -> None:
    m.get(U, statsu=404)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    m.get(U, bdoy=b"")  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    m.get(U, jsn={})  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    m.get(U, paylod={})  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    m.get(U, heders={})  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    m.get(U, contenttype="x")  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    m.get(U, repaet=2)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    m.get(U, callbak=answer)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    m.get(U, reson="x")  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    m.get(U, exeption=True)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    m.get(U, macth=is_even)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    m.get(U, dealy=1)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    m.get(U, rtae=1)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    m.get(U, falt=Fault.HANG)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    m.get(U, rasies=OSError)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    m.get(U, cookeis={})  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    m.get(U, ignore_querry=True)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    m.get(U, optinal=True)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    m.get(U, nmae="x")  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]


def misspelt_post(m: aiointercept) -> None:
    m.post(U, statsu=404)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    m.post(U, bdoy=b"")  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    m.post(U, jsn={})  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    m.post(U, paylod={})  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    m.post(U, heders={})  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    m.post(U, contenttype="x")  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    m.post(U, repaet=2)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    m.post(U, callbak=answer)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    m.post(U, reson="x")  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    m.post(U, exeption=True)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    m.post(U, macth=is_even)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    m.post(U, dealy=1)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    m.post(U, rtae=1)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    m.post(U, falt=Fault.HANG)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    m.post(U, rasies=OSError)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    m.post(U, cookeis={})  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    m.post(U, ignore_querry=True)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    m.post(U, optinal=True)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    m.post(U, nmae="x")  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]


def misspelt_put(m: aiointercept) -> None:
    m.put(U, statsu=404)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    m.put(U, bdoy=b"")  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    m.put(U, jsn={})  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    m.put(U, paylod={})  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    m.put(U, heders={})  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    m.put(U, contenttype="x")  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    m.put(U, repaet=2)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    m.put(U, callbak=answer)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    m.put(U, reson="x")  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    m.put(U, exeption=True)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    m.put(U, macth=is_even)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    m.put(U, dealy=1)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    m.put(U, rtae=1)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    m.put(U, falt=Fault.HANG)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    m.put(U, rasies=OSError)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    m.put(U, cookeis={})  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    m.put(U, ignore_querry=True)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    m.put(U, optinal=True)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    m.put(U, nmae="x")  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]


def misspelt_patch(m: aiointercept) -> None:
    m.patch(U, statsu=404)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    m.patch(U, bdoy=b"")  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    m.patch(U, jsn={})  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    m.patch(U, paylod={})  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    m.patch(U, heders={})  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    m.patch(U, contenttype="x")  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    m.patch(U, repaet=2)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    m.patch(U, callbak=answer)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    m.patch(U, reson="x")  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    m.patch(U, exeption=True)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    m.patch(U, macth=is_even)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    m.patch(U, dealy=1)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    m.patch(U, rtae=1)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    m.patch(U, falt=Fault.HANG)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    m.patch(U, rasies=OSError)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    m.patch(U, cookeis={})  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    m.patch(U, ignore_querry=True)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    m.patch(U, optinal=True)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    m.patch(U, nmae="x")  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]


def misspelt_delete(m: aiointercept) -> None:
    m.delete(U, statsu=404)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    m.delete(U, bdoy=b"")  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    m.delete(U, jsn={})  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    m.delete(U, paylod={})  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    m.delete(U, heders={})  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    m.delete(U, contenttype="x")  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    m.delete(U, repaet=2)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    m.delete(U, callbak=answer)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    m.delete(U, reson="x")  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    m.delete(U, exeption=True)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    m.delete(U, macth=is_even)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    m.delete(U, dealy=1)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    m.delete(U, rtae=1)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    m.delete(U, falt=Fault.HANG)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    m.delete(U, rasies=OSError)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    m.delete(U, cookeis={})  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    m.delete(U, ignore_querry=True)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    m.delete(U, optinal=True)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    m.delete(U, nmae="x")  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]


def misspelt_head(m: aiointercept) -> None:
    m.head(U, statsu=404)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    m.head(U, bdoy=b"")  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    m.head(U, jsn={})  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    m.head(U, paylod={})  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    m.head(U, heders={})  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    m.head(U, contenttype="x")  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    m.head(U, repaet=2)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    m.head(U, callbak=answer)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    m.head(U, reson="x")  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    m.head(U, exeption=True)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    m.head(U, macth=is_even)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    m.head(U, dealy=1)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    m.head(U, rtae=1)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    m.head(U, falt=Fault.HANG)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    m.head(U, rasies=OSError)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    m.head(U, cookeis={})  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    m.head(U, ignore_querry=True)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    m.head(U, optinal=True)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    m.head(U, nmae="x")  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]


def misspelt_options(m: aiointercept) -> None:
    m.options(U, statsu=404)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    m.options(U, bdoy=b"")  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    m.options(U, jsn={})  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    m.options(U, paylod={})  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    m.options(U, heders={})  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    m.options(U, contenttype="x")  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    m.options(U, repaet=2)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    m.options(U, callbak=answer)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    m.options(U, reson="x")  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    m.options(U, exeption=True)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    m.options(U, macth=is_even)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    m.options(U, dealy=1)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    m.options(U, rtae=1)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    m.options(U, falt=Fault.HANG)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    m.options(U, rasies=OSError)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    m.options(U, cookeis={})  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    m.options(U, ignore_querry=True)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    m.options(U, optinal=True)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    m.options(U, nmae="x")  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]


def misspelt_add(m: aiointercept) -> None:
    m.add(U, statsu=404)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    m.add(U, bdoy=b"")  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    m.add(U, jsn={})  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    m.add(U, paylod={})  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    m.add(U, heders={})  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    m.add(U, contenttype="x")  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    m.add(U, repaet=2)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    m.add(U, callbak=answer)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    m.add(U, reson="x")  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    m.add(U, exeption=True)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    m.add(U, macth=is_even)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    m.add(U, dealy=1)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    m.add(U, rtae=1)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    m.add(U, falt=Fault.HANG)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    m.add(U, rasies=OSError)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    m.add(U, cookeis={})  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    m.add(U, ignore_querry=True)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    m.add(U, optinal=True)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    m.add(U, nmae="x")  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]


def misspelt_route(m: aiointercept) -> None:
    m.route(is_even, statsu=404)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    m.route(is_even, bdoy=b"")  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    m.route(is_even, jsn={})  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    m.route(is_even, paylod={})  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    m.route(is_even, heders={})  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    m.route(is_even, contenttype="x")  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    m.route(is_even, repaet=2)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    m.route(is_even, callbak=answer)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    m.route(is_even, reson="x")  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    m.route(is_even, exeption=True)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    m.route(is_even, macth=is_even)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    m.route(is_even, dealy=1)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    m.route(is_even, rtae=1)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    m.route(is_even, falt=Fault.HANG)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    m.route(is_even, rasies=OSError)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    m.route(is_even, cookeis={})  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    m.route(is_even, ignore_querry=True)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    m.route(is_even, optinal=True)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    m.route(is_even, nmae="x")  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]


def misspelt_ws(m: aiointercept) -> None:
    m.ws(U, talk, heders={})  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    m.ws(U, talk, falt=Fault.HANG)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    m.ws(U, talk, repaet=2)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    m.ws(U, talk, macth=is_even)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    m.ws(U, talk, dealy=1)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    m.ws(U, talk, ignore_querry=True)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    m.ws(U, talk, optinal=True)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    m.ws(U, talk, nmae="x")  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    m.ws(U, talk, timout=1)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    m.ws(U, talk, recieve_timeout=1)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    m.ws(U, talk, autoclos=True)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    m.ws(U, talk, autopng=True)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    m.ws(U, talk, hearbeat=5)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    m.ws(U, talk, protocol=["x"])  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    m.ws(U, talk, compres=True)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    m.ws(U, talk, max_msg=1)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    m.ws(U, talk, writer_limt=1)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    m.ws(U, talk, decode_txt=True)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    m.ws(U, talk, status=200)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]


def misspelt_sse(m: aiointercept) -> None:
    m.sse(U, [], metod="GET")  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    m.sse(U, [], statsu=404)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    m.sse(U, [], heders={})  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    m.sse(U, [], contenttype="x")  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    m.sse(U, [], repaet=2)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    m.sse(U, [], reson="x")  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    m.sse(U, [], macth=is_even)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    m.sse(U, [], dealy=1)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    m.sse(U, [], rtae=1)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    m.sse(U, [], falt=Fault.HANG)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    m.sse(U, [], cookeis={})  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    m.sse(U, [], ignore_querry=True)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    m.sse(U, [], optinal=True)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    m.sse(U, [], nmae="x")  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]


def misspelt_others(m: aiointercept) -> None:
    m.mount(U, web.Application(), optinal=True)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    m.mount(U, web.Application(), nmae="x")  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    m.replay("a.har", mach_on=())  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    m.replay("a.har", repaet=True)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    m.replay("a.har", base=U)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    m.save("a.har", redcat=False)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    m.replay(3)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    m.save(3)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]


def misspelt_values() -> None:
    CallbackResult(metod=1)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    CallbackResult(statsu=1)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    CallbackResult(bdoy=1)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    CallbackResult(contenttype="")  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    CallbackResult(paylod=1)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    CallbackResult(heders={})  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    CallbackResult(response_clas=None)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    CallbackResult(reson="x")  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    CallbackResult(jsn={})  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    ServerSentEvent("x", evnt="x")  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    ServerSentEvent("x", idd="x")  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    ServerSentEvent("x", retr=1)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    Redaction(header=[])  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    Redaction(querry=[])  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    Redaction(field=[])  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    Redaction(replce={})  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    Redaction(als=None)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    CallbackResult(body={})  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    CallbackResult(status="x")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    DropInResult(statsu=1)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]


def misspelt_matchers() -> None:
    matchers.query({}, exct=True)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    matchers.json_body({}, partail=True)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    matchers.json_body([], anyorder=True)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    matchers.form({}, exct=True)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    matchers.part(b"", file_name="x")  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    matchers.part(b"", contenttype="x")  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    matchers.graphql(operaton="x")  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    matchers.graphql(variabels={})  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    matchers.predicate(is_even, desciption="x")  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]


def misspelt_assert_any_call(m: aiointercept) -> None:
    m.assert_any_call(U, metod="GET")  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    m.assert_any_call(U, parms={})  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    m.assert_any_call(U, dta=b"")  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    m.assert_any_call(U, jsno={})  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    m.assert_any_call(U, header={})  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    m.assert_any_call(U, strict_header=True)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]


def misspelt_assert_called_with(m: aiointercept) -> None:
    m.assert_called_with(U, metod="GET")  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    m.assert_called_with(U, parms={})  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    m.assert_called_with(U, dta=b"")  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    m.assert_called_with(U, jsno={})  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    m.assert_called_with(U, header={})  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    m.assert_called_with(U, strict_header=True)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]


def misspelt_assert_called_once_with(m: aiointercept) -> None:
    m.assert_called_once_with(U, metod="GET")  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    m.assert_called_once_with(U, parms={})  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    m.assert_called_once_with(U, dta=b"")  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    m.assert_called_once_with(U, jsno={})  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    m.assert_called_once_with(U, header={})  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    m.assert_called_once_with(U, strict_header=True)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]


def misspelt_asserts(m: aiointercept, route: MockResponse) -> None:
    route.assert_called_with(parms={})  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    route.assert_called_with(dta=b"")  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    route.assert_called_with(jsno={})  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    route.assert_called_with(header={})  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    route.assert_called_with(strict_header=True)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    m.assert_has_calls([], anyorder=True)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    m.assert_has_calls([], contigous=False)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    m.assert_call_count(cuont=1)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    route.assert_call_count(cuont=1)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    m.assert_called(1)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    route.assert_not_called(1)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]


async def misspelt_waiting(m: aiointercept, route: MockResponse) -> None:
    await m.wait_for_calls(cuont=1)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    await m.wait_for_calls(timout=1)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    await m.wait_for_calls(ulr=U)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    await m.wait_for_calls(metod="GET")  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    await route.wait_for_calls(cuont=1)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    await route.wait_for_calls(timout=1)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    await route.wait_for_calls(url=U)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    m.wait_for_calls_sync(cuont=1)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    m.wait_for_calls_sync(timout=1)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    m.wait_for_calls_sync(ulr=U)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    m.wait_for_calls_sync(metod="GET")  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    route.wait_for_calls_sync(cuont=1)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    route.wait_for_calls_sync(timout=1)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    route.wait_for_calls_sync(url=U)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]


def misspelt_clients(m: aiointercept) -> None:
    assert_type(m.session(), aiohttp.ClientSession)
    m.session(header={})  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    m.session(timout=1)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    m.session(cookie={})  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    m.session(base_ur="")  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    m.session(trust=True)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    m.session(connector=None)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    m.connector(limits=3)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    m.connector(limit_host=3)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    m.connector(famly=0)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    m.connector(sll=False)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    m.connector(resolvr=None)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    m.connector(use_dns=False)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]


def misspelt_drop_in() -> None:
    aioresponses(passthru=[])  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    aioresponses(passthrough_unmached=True)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    aioresponses(parm="m")  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]


def drop_in_get(m: aioresponses) -> None:
    m.get(U, statsu=404)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    m.get(U, bdoy=b"")  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    m.get(U, exeption=OSError)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    m.get(U, contenttype="x")  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    m.get(U, paylod={})  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    m.get(U, heders={})  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    m.get(U, response_clas=None)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    m.get(U, repaet=True)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    m.get(U, timout=True)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    m.get(U, reson="x")  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    m.get(U, callbak=answer)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    m.get(U, json={})  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]


def drop_in_post(m: aioresponses) -> None:
    m.post(U, statsu=404)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    m.post(U, bdoy=b"")  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    m.post(U, exeption=OSError)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    m.post(U, contenttype="x")  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    m.post(U, paylod={})  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    m.post(U, heders={})  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    m.post(U, response_clas=None)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    m.post(U, repaet=True)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    m.post(U, timout=True)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    m.post(U, reson="x")  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    m.post(U, callbak=answer)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    m.post(U, json={})  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]


def drop_in_put(m: aioresponses) -> None:
    m.put(U, statsu=404)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    m.put(U, bdoy=b"")  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    m.put(U, exeption=OSError)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    m.put(U, contenttype="x")  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    m.put(U, paylod={})  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    m.put(U, heders={})  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    m.put(U, response_clas=None)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    m.put(U, repaet=True)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    m.put(U, timout=True)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    m.put(U, reson="x")  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    m.put(U, callbak=answer)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    m.put(U, json={})  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]


def drop_in_patch(m: aioresponses) -> None:
    m.patch(U, statsu=404)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    m.patch(U, bdoy=b"")  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    m.patch(U, exeption=OSError)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    m.patch(U, contenttype="x")  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    m.patch(U, paylod={})  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    m.patch(U, heders={})  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    m.patch(U, response_clas=None)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    m.patch(U, repaet=True)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    m.patch(U, timout=True)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    m.patch(U, reson="x")  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    m.patch(U, callbak=answer)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    m.patch(U, json={})  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]


def drop_in_delete(m: aioresponses) -> None:
    m.delete(U, statsu=404)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    m.delete(U, bdoy=b"")  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    m.delete(U, exeption=OSError)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    m.delete(U, contenttype="x")  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    m.delete(U, paylod={})  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    m.delete(U, heders={})  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    m.delete(U, response_clas=None)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    m.delete(U, repaet=True)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    m.delete(U, timout=True)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    m.delete(U, reson="x")  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    m.delete(U, callbak=answer)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    m.delete(U, json={})  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]


def drop_in_head(m: aioresponses) -> None:
    m.head(U, statsu=404)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    m.head(U, bdoy=b"")  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    m.head(U, exeption=OSError)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    m.head(U, contenttype="x")  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    m.head(U, paylod={})  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    m.head(U, heders={})  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    m.head(U, response_clas=None)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    m.head(U, repaet=True)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    m.head(U, timout=True)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    m.head(U, reson="x")  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    m.head(U, callbak=answer)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    m.head(U, json={})  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]


def drop_in_options(m: aioresponses) -> None:
    m.options(U, statsu=404)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    m.options(U, bdoy=b"")  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    m.options(U, exeption=OSError)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    m.options(U, contenttype="x")  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    m.options(U, paylod={})  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    m.options(U, heders={})  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    m.options(U, response_clas=None)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    m.options(U, repaet=True)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    m.options(U, timout=True)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    m.options(U, reson="x")  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    m.options(U, callbak=answer)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    m.options(U, json={})  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]


def drop_in_add(m: aioresponses) -> None:
    m.add(U, statsu=404)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    m.add(U, bdoy=b"")  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    m.add(U, exeption=OSError)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    m.add(U, contenttype="x")  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    m.add(U, paylod={})  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    m.add(U, heders={})  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    m.add(U, response_clas=None)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    m.add(U, repaet=True)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    m.add(U, timout=True)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    m.add(U, reson="x")  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    m.add(U, callbak=answer)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    m.add(U, json={})  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]


def drop_in_asserts(m: aioresponses) -> None:
    m.assert_any_call(U, metod="GET")  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    m.assert_any_call(U, parms={})  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    m.assert_any_call(U, dta=b"")  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    m.assert_any_call(U, jsno={})  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    m.assert_any_call(U, header={})  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    m.assert_any_call(U, timout=3)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    m.assert_called_with(U, metod="GET")  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    m.assert_called_with(U, parms={})  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    m.assert_called_with(U, dta=b"")  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    m.assert_called_with(U, jsno={})  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    m.assert_called_with(U, header={})  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    m.assert_called_with(U, timout=3)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    m.assert_called_once_with(U, metod="GET")  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    m.assert_called_once_with(U, parms={})  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    m.assert_called_once_with(U, dta=b"")  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    m.assert_called_once_with(U, jsno={})  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    m.assert_called_once_with(U, header={})  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    m.assert_called_once_with(U, timout=3)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
