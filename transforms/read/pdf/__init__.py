"""PDF: the characters of a page by PDFium, put together to lines, blocks and paragraphs here."""
