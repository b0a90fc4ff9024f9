#!/usr/bin/env python3
"""The ``lectern`` command under the name that Django developers look for."""

from lectern.__main__ import main

if __name__ == "__main__":
    main()
