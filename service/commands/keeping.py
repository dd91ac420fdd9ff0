"""regelruimte backup | restore"""

from __future__ import annotations

import argparse
from pathlib import Path

from service.commands.parsing import add_command
from service.commands.serving import add_service_options


def add_commands(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the commands that keep what people decided."""
    backup = add_command(
        commands,
        "backup",
        run=_backup,
        summary="write the database and the data folder to one file, while the service runs",
        example="regelruimte backup regelruimte-2026-06-28.tar.gz",
    )
    backup.add_argument("file", type=Path, nargs="?", metavar="FILE", help="archive to write")
    backup.add_argument("--output", type=Path, metavar="DIR", help="folder for an archive that is named after the moment")
    add_service_options(backup)
    restore = add_command(
        commands,
        "restore",
        run=_restore,
        summary="put a backup back into an empty database",
        example="regelruimte restore regelruimte-2026-06-28.tar.gz",
    )
    restore.add_argument("file", type=Path, metavar="FILE", help="archive that ``backup`` wrote")
    add_service_options(restore)


def _backup(arguments: argparse.Namespace) -> int:
    from corpus.errors import UsageError
    from service.clock import now
    from service.operation.backup import backup
    from service.settings import settings_of

    settings = settings_of(database_url=arguments.database_url, store=arguments.store)
    if (arguments.file is None) == (arguments.output is None):
        raise UsageError("name an archive to write, or a folder with --output")
    file = arguments.file or arguments.output / f"regelruimte-{now():%Y%m%dT%H%M%SZ}.tar.gz"
    rows = backup(settings, file)
    print(f"{file}: {sum(rows.values())} rows of {len(rows)} tables")
    return 0


def _restore(arguments: argparse.Namespace) -> int:
    from service.operation.backup import restore
    from service.settings import settings_of

    settings = settings_of(database_url=arguments.database_url, store=arguments.store)
    rows = restore(settings, arguments.file)
    print(f"{arguments.file}: {sum(rows.values())} rows of {len(rows)} tables put back")
    return 0
