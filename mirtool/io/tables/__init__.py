"""Text tables and workbooks: decoding, separators, headers, numbers; files written whole."""
