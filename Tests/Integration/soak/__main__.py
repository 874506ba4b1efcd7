"""Called by scripts/soak, which has checked the arguments."""

import argparse
import random
import sys

from soak.run import soak


def main():
    parser = argparse.ArgumentParser(prog="soak", allow_abbrev=False)
    parser.add_argument("minutes", type=float)
    parser.add_argument("--seed", default=str(random.randrange(1_000_000)))
    parser.add_argument("--clients", type=int, default=60)
    arguments = parser.parse_args()
    # Through a pipe, too, each line of the report appears at once.
    sys.stdout.reconfigure(line_buffering=True)
    try:
        soak(arguments.minutes * 60, arguments.seed, arguments.clients)
    except Exception as failure:  # pylint: disable=broad-except
        sys.exit(f"soak: failed, with --seed {arguments.seed}: {type(failure).__name__}: {failure}")
    except KeyboardInterrupt:
        sys.exit(130)
    print("soak: passed")


if __name__ == "__main__":
    main()
