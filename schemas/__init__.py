"""Types that every room speaks: records, batches, units, tables, errors."""
