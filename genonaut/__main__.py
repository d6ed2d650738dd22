"""`python -m genonaut` is the same as `genonaut`."""

from genonaut.cli import main

if __name__ == "__main__":
    main()
