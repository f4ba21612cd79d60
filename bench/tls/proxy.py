"""Passes the bytes of each connection on to the address in a file, after opening TLS where it is
given a certificate. Prints its port.

    proxy.py ADDRESS_FILE [CERTIFICATE KEY]
"""

import asyncio
import ssl
import sys
from pathlib import Path


async def pass_on(reader, writer):
    """Passes bytes on until their end."""
    try:
        while data := await reader.read(1 << 16):
            writer.write(data)
            await writer.drain()
    except ConnectionError:
        pass  # A function that ends does not say goodbye.
    finally:
        writer.close()


async def main(address, *certificate):
    context = None
    if certificate:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(*certificate)

    async def serve(reader, writer):
        host, port = Path(address).read_text().strip().removeprefix("http://").split(":")
        there, here = await asyncio.open_connection(host, int(port))
        await asyncio.gather(pass_on(reader, here), pass_on(there, writer))

    server = await asyncio.start_server(serve, "127.0.0.1", 0, ssl=context)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


asyncio.run(main(*sys.argv[1:]))
