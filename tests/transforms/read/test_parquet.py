import json
from datetime import UTC, datetime
from io import BytesIO

import pyarrow as pa
import pyarrow.parquet as pq

from tests.transforms.read.helpers import Dribble, fates, read, records, source
from transforms.read.reader import read_stream


def parquet(rows: int = 10, group: int = 3) -> bytes:
    table = pa.table(
        {
            "text": [f"text {i}" for i in range(rows)],
            "at": [datetime(2020, 1, 1 + i % 28, tzinfo=UTC) for i in range(rows)],
            "raw": [b"\xff"] * rows,
        }
    )
    out = BytesIO()
    pq.write_table(table, out, row_group_size=group)
    return out.getvalue()


def test_rows_are_records_with_canonical_json():
    found = read(parquet(), "a.parquet")
    assert [record.locator for record in found] == [f"row={i}" for i in range(10)]
    assert found[3].raw == b'{"at":"2020-01-04T00:00:00+00:00","raw":"/w==","text":"text 3"}'
    assert json.loads(found[3].raw) == found[3].fields


def test_ranges_of_row_groups_together_are_the_whole():
    data = parquet()
    assert [item for i in range(4) for item in read(data, "a.parquet", i, i + 1)] == read(data, "a.parquet")


def test_a_stream_that_cannot_seek_is_read_whole():
    data = parquet()
    assert list(read_stream(Dribble(data, 1000), "a.parquet", source())) == read(data, "a.parquet")


def test_damage():
    data = parquet(3000, 1000)
    assert fates(read(data[:-100], "a.parquet")) == ["truncated"]
    assert fates(read(b"PAR1" + b"junk" * 100 + b"PAR1", "a.parquet")) == ["corrupt"]
    assert fates(read(b"no parquet at all", "a.parquet")) == ["truncated"]
    assert fates(read(parquet(0), "a.parquet")) == ["empty"]
    position = pq.ParquetFile(BytesIO(data)).metadata.row_group(1).column(0).data_page_offset
    broken = data[:position] + b"\xff" * 50 + data[position + 50 :]
    found = read(broken, "a.parquet")
    assert len(records(found)) == 2000
    assert fates(found) == ["corrupt"]
