"""Which sample of the Ct table belongs to which group: the table's own column, else the sample sheet."""

from __future__ import annotations

from mirtool.errors import SampleSheetError, option
from mirtool.model import SampleTable
from mirtool.validation.replicates import CtMatrix
from mirtool.wording import plural, similar_names


def group_samples(matrix: CtMatrix, sheet: SampleTable | None) -> SampleTable:
    """Return every sample of the Ct table its group and further columns, in the table's order of samples.

    A group in the Ct table counts before that of the sheet. Samples of the sheet without a well are passed over:
    the arrays' sheet may list more patients than the qPCR.

    Raises
    ------
    SampleSheetError
        Where a sample has a line in neither, or there are no groups at all.
    """
    own = any(matrix.groups)
    if sheet is None and not own:
        raise SampleSheetError(
            "the groups of the samples are not known",
            expected=f"a sample sheet ({option('samples')}) with the columns sample,group, or a column Group in "
            "the Ct table",
        )
    row_of = {name: i for i, name in enumerate(sheet.names)} if sheet else {}
    unknown = [name for name in matrix.samples if name not in row_of]
    if unknown and not own:
        assert sheet is not None  # one of the two is there
        likely = similar_names(unknown[0], sheet.names)
        raise SampleSheetError(
            f"{plural(len(unknown), 'sample')} of the Ct table not in the sample sheet",
            path=sheet.sheet or None,
            found=", ".join(unknown[:8]),
            expected="names as in the sheet: " + ", ".join(sheet.names[:8]),
            hint=(f"is {unknown[0]!r} the sheet's {likely[0]!r}? " if likely else "")
            + "add them to the sheet (with no group, to leave them out), or name a sheet of the qPCR's own "
            f"samples: {option('samples')}",
        )
    columns = sheet.extra if sheet else {}
    return SampleTable(
        matrix.samples,
        tuple(
            group or (sheet.groups[row_of[name]] if sheet and name in row_of else "")
            for name, group in zip(matrix.samples, matrix.groups, strict=True)
        ),
        extra={
            key: tuple(values[row_of[name]] if name in row_of else "" for name in matrix.samples)
            for key, values in columns.items()
        },
        sheet=sheet.sheet if sheet else "",
    )
