"""GenePix results are read as they are, whatever version or spreadsheet wrote them, or refused in plain words."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from mirtool.io.genepix import genepix_bytes, read_genepix
from mirtool.model import ArraySource, Channel, ProbeTable, RawArrays, SampleTable, SpotLayout, text_array


def arrays_of(layout, ids, names, channels, flags) -> RawArrays:
    return RawArrays(
        channels,
        flags,
        ProbeTable(text_array(ids), text_array(names), text_array([""] * len(ids))),
        layout,
        SampleTable(("a1",)),
        (ArraySource("a1.gpr", "genepix", gal_file="lot1.gal"),),
    )


def grid(n: int) -> SpotLayout:
    spot = np.arange(n)
    return SpotLayout(np.ones(n, dtype=np.int64), spot // 5 + 1, spot % 5 + 1)


labels = st.text(
    st.characters(blacklist_categories=("Cs", "Cc", "Zl", "Zp"), blacklist_characters="\x85"), max_size=12
).map(str.strip)
intensities = st.one_of(
    st.integers(0, 65535).map(float), st.floats(0, 65535, allow_subnormal=False), st.just(float("nan"))
)


@st.composite
def one_array(draw) -> RawArrays:
    n = draw(st.integers(1, 12))

    def column(elements):
        return draw(hnp.arrays(np.float64, (n, 1), elements=elements))

    names = draw(st.sampled_from([("532",), ("635",), ("635", "532"), ("532", "635"), ("123", "Cy3")]))
    channels = {
        name: Channel(
            column(intensities),
            column(intensities) if draw(st.booleans()) else None,
            column(st.integers(0, 100).map(float)) if draw(st.booleans()) else None,
        )
        for name in names
    }
    flags = draw(hnp.arrays(np.int64, (n, 1), elements=st.sampled_from([100, 0, -50, -75, -100])))
    texts = st.lists(labels, min_size=n, max_size=n)
    return arrays_of(grid(n), draw(texts), draw(texts), channels, flags)


@given(one_array())
@settings(deadline=None, max_examples=60)
def test_what_is_written_reads_back_equal(tmp_path_factory, arrays):
    path = tmp_path_factory.mktemp("gpr") / "a1.gpr"
    path.write_bytes(genepix_bytes(arrays))
    read = read_genepix(path)
    assert list(read.channels) == list(arrays.channels)
    for name, channel in arrays.channels.items():
        np.testing.assert_array_equal(read.channels[name].foreground, channel.foreground)
        for what in ("background", "saturated"):
            written, found = getattr(channel, what), getattr(read.channels[name], what)
            assert (written is None) == (found is None)
            if written is not None:
                np.testing.assert_array_equal(found, written)
    np.testing.assert_array_equal(read.flags, arrays.flags)
    assert list(read.probes.id) == list(arrays.probes.id)
    assert list(read.probes.name) == list(arrays.probes.name)
    for axis in ("block", "row", "column"):
        np.testing.assert_array_equal(getattr(read.layout, axis), getattr(arrays.layout, axis))
    assert read.samples.names == ("a1",)
    assert read.sources[0].gal_file == "lot1.gal"
