"""Answers' bodies: read whole, or no further than wanted."""

import aiohttp


async def read(response: aiohttp.ClientResponse, limit: int) -> bytes:
    """The whole body if `limit` is negative, else so much of it as is needed to see that it is that long."""
    if limit < 0:
        return await response.read()
    content = bytearray()
    async for chunk in response.content.iter_any():
        content += chunk
        if len(content) >= limit:
            break
    return bytes(content)
