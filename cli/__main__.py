"""`python -m cli`: runs the command line."""

from cli.commands import fourfold

if __name__ == "__main__":
    fourfold(prog_name="fourfold")
