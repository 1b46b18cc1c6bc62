"""What can be wrong with an archive."""

from __future__ import annotations

from pathlib import Path


class ArchiveError(Exception):
    """An archive cannot be used; the message says why and what to do.

    ArchiveError
    ├── ArchiveMissingError     nothing was ever put in
    ├── ArchiveReadOnlyError    the directory or the file cannot be written
    ├── ArchiveBusyError        another process is writing
    ├── ArchiveDamagedError     the database is not one, or is corrupt
    ├── ArchiveVersionError     it was written by a newer or an unknown version
    └── EncoderMismatchError    its vectors were made by another encoder
    """


class ArchiveMissingError(ArchiveError):
    """Nothing was ever put into this directory."""

    def __init__(self, directory: Path) -> None:
        super().__init__(f"There is no archive in {directory}. Make one with: wenbao ingest FILES --data {directory}")


class ArchiveReadOnlyError(ArchiveError):
    """The archive's place cannot be written."""

    def __init__(self, directory: Path, reason: str = "") -> None:
        why = f" ({reason})" if reason else ""
        super().__init__(
            f"{directory} cannot be written{why}. Give it the right permissions, make room, "
            "or name another directory with --data."
        )


class ArchiveBusyError(ArchiveError):
    """Another process holds the writer's lock."""

    def __init__(self, directory: Path) -> None:
        super().__init__(
            f"Another process is writing to the archive in {directory}. "
            "Wait for it to finish, or stop it, and try again."
        )


class ArchiveDamagedError(ArchiveError):
    """The database cannot be read."""

    def __init__(self, path: Path, reason: str) -> None:
        super().__init__(f"{path} cannot be read as an archive ({reason}). Put a backup in its place, or ingest anew.")


class ArchiveVersionError(ArchiveError):
    """The database has a schema that this version does not know."""

    def __init__(self, path: Path, found: str, known: int) -> None:
        is_newer = found.isdecimal() and int(found) > known
        remedy = "Install a newer wenbao" if is_newer else "Put a backup in its place, or ingest anew"
        super().__init__(f"{path} has schema version {found}, this wenbao knows {known}. {remedy}.")


class EncoderMismatchError(ArchiveError):
    """The vectors in the archive and the encoder at hand are of different spaces."""

    def __init__(self, directory: Path, archive: str, encoder: str) -> None:
        super().__init__(
            f"The archive in {directory} was made with the encoder {archive}, but {encoder} is set. "
            f"Set the first again, or make all vectors anew with: wenbao reembed --data {directory}"
        )
