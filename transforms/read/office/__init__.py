"""Office documents: packages of XML (OOXML, OpenDocument), workbooks, and RTF."""
