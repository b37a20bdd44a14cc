"""``python -m tests.bot_api --port N``: prints its address and runs until it is stopped."""

import argparse
import contextlib

from tests.bot_api.server import serve
from tests.bot_api.world import TOKEN


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.bot_api", description=__doc__)
    parser.add_argument("--port", type=int, default=0, help="0: any free port")
    parser.add_argument("--token", default=TOKEN)
    arguments = parser.parse_args()
    with serve(port=arguments.port, token=arguments.token) as server:
        print(f"{server.url} token {arguments.token}", flush=True)
        with contextlib.suppress(KeyboardInterrupt):
            server.join()


if __name__ == "__main__":
    main()
