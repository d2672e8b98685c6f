"""EPUB books for tests, as a publisher's program writes them, or as nobody should."""

import io
import zipfile
from collections.abc import Mapping

CONTAINER = """<?xml version="1.0"?>
<container version="1.0" xmlns="urn:oasis:names:tc:opendocument:xmlns:container">
<rootfiles><rootfile full-path="OEBPS/content.opf" media-type="application/oebps-package+xml"/></rootfiles>
</container>"""
PAGE = """<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.1//EN" "http://www.w3.org/TR/xhtml11/DTD/xhtml11.dtd">
<html xmlns="http://www.w3.org/1999/xhtml"><head><title>The Garden</title><style>p {{ color: red }}</style></head>
<body>{body}</body></html>"""


def package(spine: list[str], title: str = "The Garden", language: str = "en-GB", extra: str = "") -> str:
    """A package document for the chapters `one.xhtml` … in `text/`."""
    items = "".join(
        f'<item id="{one}" href="text/{one}.xhtml" media-type="application/xhtml+xml"/>' for one in dict.fromkeys(spine)
    )
    refs = "".join(f'<itemref idref="{one}"/>' for one in spine)
    return f"""<?xml version="1.0"?><package xmlns="http://www.idpf.org/2007/opf" version="3.0">
<metadata xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:title>{title}</dc:title><dc:language>{language}</dc:language>
</metadata><manifest>{items}{extra}</manifest><spine>{refs}</spine></package>"""


def book(bodies: Mapping[str, str], spine: list[str] | None = None, **parts: str | bytes) -> bytes:
    """A book. bodies: id of a chapter -> what stands in its body. spine: in which order they are read. parts: whole
    files, instead of the usual ones or besides, by their path with `__` for `/` and `_` for `.`."""
    files: dict[str, str | bytes] = {
        "mimetype": "application/epub+zip",
        "META-INF/container.xml": CONTAINER,
        "OEBPS/content.opf": package(spine if spine is not None else list(bodies)),
    }
    files |= {f"OEBPS/text/{name}.xhtml": PAGE.format(body=body) for name, body in bodies.items()}
    files |= {name.replace("__", "/").replace("_", "."): content for name, content in parts.items()}
    return packed(files)


def packed(files: Mapping[str, str | bytes]) -> bytes:
    """An archive of these files."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return stream.getvalue()
