"""A client of a warehouse, tested against a fake of the warehouse that is a FastAPI application.

Run it with ``python examples/fake_fastapi.py``, after ``pip install 'aiointercept[asgi]' fastapi``.
"""

import asyncio

import aiohttp
from fastapi import FastAPI, HTTPException
from pydantic import BaseModel

from aiointercept import aiointercept

URL = "https://warehouse.example.com/api"


class Item(BaseModel):
    """What the warehouse stores."""

    name: str
    amount: int


def fake_warehouse() -> FastAPI:
    """Return an application that behaves as the real warehouse does."""
    stock: dict[str, Item] = {}
    app = FastAPI()

    @app.put("/api/items/{name}")
    async def store(name: str, item: Item) -> Item:
        stock[name] = item
        return item

    @app.post("/api/items/{name}/take")
    async def take(name: str, amount: int) -> Item:
        item = stock.get(name)
        if item is None or item.amount < amount:
            raise HTTPException(409, "not enough in stock")
        item.amount -= amount
        return item

    return app


async def take_all(session: aiohttp.ClientSession, name: str, step: int) -> int:
    """Take an item until the warehouse has no more; try again if the warehouse is busy."""
    taken = 0
    while True:
        async with session.post(f"{URL}/items/{name}/take", params={"amount": step}) as response:
            if response.status == 409:
                return taken
            if response.status == 503:
                continue
            response.raise_for_status()
            taken += step


async def main() -> None:
    """Fill the warehouse and empty it, with one failure that the fake itself does not have."""
    async with aiointercept(mock_external_urls=True, strict=True) as m:
        warehouse = m.mount(URL, fake_warehouse())
        m.post(f"{URL}/items/tea/take?amount=2", status=503)
        async with aiohttp.ClientSession() as session:
            item = {"name": "tea", "amount": 5}
            async with session.put(f"{URL}/items/tea", json=item) as response:
                print("stored:", await response.json())
            async with session.put(f"{URL}/items/tea", json={"name": "tea"}) as response:
                print("the fake validates:", response.status)
            print("taken:", await take_all(session, "tea", 2))
        for call in warehouse.calls:
            status = call.response.status if call.response else None
            print(f"  {call.request.method} {call.request.url.path} -> {status}")


if __name__ == "__main__":
    asyncio.run(main())
