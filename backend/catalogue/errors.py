"""Why the catalogue refuses a product, a tree of groups, or a whole file."""

from collections.abc import Mapping, Sequence
from typing import ClassVar

from backend.catalogue.flaws import Flaw
from backend.kit.errors import ErrorKind, ParagonError
from backend.kit.i18n import DEFAULT_LANGUAGE, translate


class ProductNotFound(ParagonError):
    """No such product in this tenant."""

    code: ClassVar[str] = "product-not-found"
    kind: ClassVar[ErrorKind] = "not_found"
    title: ClassVar[str] = "There is no such product."


class ProductExists(ParagonError):
    """Another product has the SKU."""

    code: ClassVar[str] = "product-exists"
    kind: ClassVar[ErrorKind] = "conflict"
    title: ClassVar[str] = "There is already a product with the code {sku}."


class ProductRefused(ParagonError):
    """What is said of a product cannot be taken; `flaws` name each field and why."""

    code: ClassVar[str] = "product-refused"
    kind: ClassVar[ErrorKind] = "invalid"
    title: ClassVar[str] = "The product cannot be taken: {faults}."

    def __init__(self, flaws: Sequence[Flaw]) -> None:
        super().__init__(faults=", ".join(f"{flaw.field} ({flaw.code})" for flaw in flaws))
        self.flaws = flaws

    @property
    def details(self) -> Mapping[str, object]:
        """Each field as a JSON pointer."""
        return {
            "errors": [
                {"pointer": f"/{flaw.field}", "message": translate(flaw.text, DEFAULT_LANGUAGE)} for flaw in self.flaws
            ]
        }


class GroupTreeRefused(ParagonError):
    """The groups are no tree, or leave out one that products are in."""

    code: ClassVar[str] = "group-tree-refused"
    kind: ClassVar[ErrorKind] = "invalid"
    title: ClassVar[str] = "The groups cannot be arranged like that: {group} ({reason})."


class FileUnreadable(ParagonError):
    """A file that is neither CSV nor XLSX, or is damaged."""

    code: ClassVar[str] = "catalogue-file-unreadable"
    kind: ClassVar[ErrorKind] = "invalid"
    title: ClassVar[str] = "The file is neither CSV nor XLSX, or it is damaged."


class FileTooLarge(ParagonError):
    """A file beyond what an import takes, packed or unpacked, in rows, in columns, or in one row."""

    code: ClassVar[str] = "catalogue-file-too-large"
    kind: ClassVar[ErrorKind] = "invalid"
    title: ClassVar[str] = "The file is too large ({limit})."


class ColumnMissing(ParagonError):
    """The first row that is not empty does not name a column that is needed."""

    code: ClassVar[str] = "catalogue-column-missing"
    kind: ClassVar[ErrorKind] = "invalid"
    title: ClassVar[str] = "The file's first row does not name the column {column}."


class ColumnDoubled(ParagonError):
    """Two columns mean the same."""

    code: ClassVar[str] = "catalogue-column-doubled"
    kind: ClassVar[ErrorKind] = "invalid"
    title: ClassVar[str] = "Two columns of the file mean {column}."


class ImportNotFound(ParagonError):
    """No such import in this tenant."""

    code: ClassVar[str] = "import-not-found"
    kind: ClassVar[ErrorKind] = "not_found"
    title: ClassVar[str] = "There is no such import."


class TooManyImports(ParagonError):
    """As many files of the tenant wait as may."""

    code: ClassVar[str] = "too-many-imports"
    kind: ClassVar[ErrorKind] = "limited"
    title: ClassVar[str] = "Other files are being imported. Please wait until they are done."


class ImportBroken(ParagonError):
    """Taking the file broke again and again."""

    code: ClassVar[str] = "import-broken"
    kind: ClassVar[ErrorKind] = "invalid"
    title: ClassVar[str] = "Something in the file breaks its import; the rows before it are taken."


FILE_REFUSALS = (FileUnreadable, FileTooLarge, ColumnMissing, ColumnDoubled)
"""What ends an import before its last row."""
