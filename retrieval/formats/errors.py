"""Why a whole file cannot be read."""

from __future__ import annotations


class FormatError(Exception):
    """A file cannot be read; the message is one sentence with what happened, the value seen and the remedy.

    It does not name the file: the caller knows it. Every exception that a reader raises is one of these::

        FormatError
        ├── UnsupportedFormatError    no reader for the suffix
        ├── FileAccessError           the system refuses: missing, permission denied, a directory, not a file
        ├── FileTooLargeError         over the size limit of its format
        ├── EmptyFileError            no bytes, or no text in them
        ├── NotTextError              binary, or in no encoding that is known
        ├── DamagedFileError          not what its suffix says, or broken beyond the part that could be skipped
        ├── EncryptedFileError        needs a password
        ├── NoTextLayerError          a PDF of pictures
        └── QuestionFileError         questions for `wenbao eval`, not articles
    """


class UnsupportedFormatError(FormatError):
    """No reader for the suffix."""


class FileAccessError(FormatError):
    """The operating system does not give the file's content."""


class FileTooLargeError(FormatError):
    """The file, or what it unpacks to, is over the limit of its format."""


class EmptyFileError(FormatError):
    """There is nothing to read."""


class NotTextError(FormatError):
    """The bytes are binary, or in no encoding that is known."""


class DamagedFileError(FormatError):
    """The content is not what the suffix says, or it is broken."""


class EncryptedFileError(FormatError):
    """The file needs a password."""


class QuestionFileError(FormatError):
    """The records are questions for `wenbao eval`, not articles."""


class NoTextLayerError(FormatError):
    """A PDF whose pages are pictures."""
