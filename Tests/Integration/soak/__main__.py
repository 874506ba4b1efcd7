"""What scripts/soak calls, which has checked the arguments."""

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
    # A table that is piped somewhere comes line by line too.
    sys.stdout.reconfigure(line_buffering=True)
    try:
        soak(arguments.minutes * 60, arguments.seed, arguments.clients)
    except Exception as failure:  # pylint: disable=broad-except
        name = "" if isinstance(failure, AssertionError) else f"{type(failure).__name__}: "
        print(f"soak: failed, with --seed {arguments.seed}: {name}{failure}", file=sys.stderr)
        sys.exit(1)
    except KeyboardInterrupt:
        sys.exit(130)
    print("soak: all was as it should be")


if __name__ == "__main__":
    main()
