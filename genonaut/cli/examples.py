"""Examples at the end of each command's help. A test parses every one."""

from typing import Final

from rich.markup import escape
from typer.core import TyperCommand, TyperGroup

EXAMPLES: Final[dict[str, tuple[str, ...]]] = {
    "genonaut": (
        "genonaut up --home ~/Pictures/genonaut",
        "genonaut --home ~/Pictures/genonaut import ~/Pictures/ai",
        "genonaut doctor",
    ),
    "genonaut up": (
        "genonaut up",
        "genonaut up --home ~/Pictures/genonaut --open",
        "genonaut up --port 9000 --no-flower",
        "genonaut up --replicas 2",
    ),
    "genonaut api": (
        "genonaut --home ~/Pictures/genonaut api",
        "genonaut --home ~/Pictures/genonaut api --processes 4",
    ),
    "genonaut doctor": ("genonaut doctor", "genonaut --home ~/Pictures/genonaut doctor --json"),
    "genonaut worker": (
        "genonaut --home ~/Pictures/genonaut worker",
        "genonaut --home ~/Pictures/genonaut worker --beat",
    ),
    "genonaut beat": ("genonaut --home ~/Pictures/genonaut beat",),
    "genonaut flower": ("genonaut --home ~/Pictures/genonaut flower",),
    "genonaut import": (
        "genonaut import ~/Pictures/ai --creator ada",
        "genonaut import ~/ComfyUI/output --in-place --root comfyui",
        "genonaut import prompts.csv --source auto --dry-run",
    ),
    "genonaut imports list": ("genonaut imports list", "genonaut imports list --json"),
    "genonaut imports show": ("genonaut imports show pictures",),
    "genonaut imports remove": (
        "genonaut imports remove pictures",
        "genonaut imports remove 3 --yes",
    ),
    "genonaut watch": (
        "genonaut watch ~/ComfyUI/output --in-place",
        "genonaut watch /mnt/nas/pictures --poll --creator ada",
    ),
    "genonaut export": (
        "genonaut export ~/backup/gallery",
        "genonaut export ~/of-ada --creator ada --source regular",
    ),
    "genonaut library roots": ("genonaut library roots",),
    "genonaut library move-root": ("genonaut library move-root comfyui /mnt/new/output",),
    "genonaut library check": ("genonaut library check", "genonaut library check --repair"),
    "genonaut seed": ("genonaut seed --env dev --users 20 --regular 100 --auto 500",),
    "genonaut user add": ("genonaut user add mary --link", "genonaut user add ada --admin"),
    "genonaut user list": ("genonaut user list --all",),
    "genonaut user password": ("genonaut user password mary --link",),
    "genonaut user role": ("genonaut user role mary admin",),
    "genonaut user disable": ("genonaut user disable mary",),
    "genonaut user enable": ("genonaut user enable mary",),
    "genonaut user bind": ("genonaut user bind mary https://id.example/realms/art 4711",),
    "genonaut user unbind": ("genonaut user unbind mary https://id.example/realms/art 4711",),
    "genonaut user identities": ("genonaut user identities mary",),
    "genonaut token add": ("genonaut token add backup --user ada --scope read --days 90",),
    "genonaut token list": ("genonaut token list --user ada",),
    "genonaut token revoke": ("genonaut token revoke 6f1c2a54-3d0e-4b7e-9a51-0c4f2f7f1a11",),
    "genonaut audit": ("genonaut audit --limit 20 --user ada",),
    "genonaut stats show": ("genonaut stats show gen_source --user ada",),
    "genonaut stats refresh": ("genonaut stats refresh gen_source",),
    "genonaut stats check": ("genonaut stats check",),
    "genonaut stats status": ("genonaut stats status --json",),
    "genonaut stats sql": ("genonaut stats sql gen_source --statements",),
    "genonaut db upgrade": ("genonaut --home ~/Pictures/genonaut db upgrade",),
    "genonaut db downgrade": ("genonaut db downgrade 0009_whose_files --env dev",),
    "genonaut db roles": ("genonaut db roles", "genonaut db roles --apply"),
    "genonaut db distribute": (
        "genonaut db distribute --shards 32 --print",
        "genonaut db distribute --shards 32",
    ),
    "genonaut db nodes": ("genonaut db nodes",),
    "genonaut db dump": (
        "genonaut --home ~/Pictures/genonaut db dump gallery.dump",
        "genonaut db dump /var/backups/genonaut --keep 14",
    ),
    "genonaut db restore": (
        "genonaut --home ~/restored db restore gallery.dump",
        "genonaut db restore gallery.dump --replace",
    ),
    "genonaut db url": ("genonaut db url --password",),
    "genonaut db upgrade-server": (
        "genonaut --home ~/genonaut db upgrade-server",
        "genonaut db upgrade-server --from /usr/lib/postgresql/15/bin",
    ),
    "genonaut db psql": ('genonaut db psql -- -c "SELECT 1"',),
}
"""By the command's full name: what a reader can copy."""


def add_examples(command: TyperCommand | TyperGroup, name: str) -> None:
    """Put examples below the help of a command. A group has the first one of each command in it."""
    lines = EXAMPLES.get(name, ())
    if isinstance(command, TyperGroup) and not lines:
        for child, below in command.commands.items():
            if isinstance(below, TyperCommand | TyperGroup):
                add_examples(below, f"{name} {child}")
            lines += EXAMPLES.get(f"{name} {child}", ())[:1]
    if not lines:
        return
    title = "Example:" if len(lines) == 1 else "Examples:"
    # In brackets there could be markup.
    command.epilog = escape("\n".join([title, *lines]))
