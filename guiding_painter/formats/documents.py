"""Pages of a PDF. The PDFium that pypdfium2 brings along is built without JavaScript; forms are not filled in."""

from typing import Any

from PIL import Image

from .decoding import MAX_PIXELS, as_seen

DPI = 300  # of a drawn page; one that is a scan comes at the scan's own
MAX_DPI = 1200
MAX_RENDERED = min(MAX_PIXELS, 40_000_000)
MAX_OBJECTS = 1000  # of a page, among which a scan is looked for


def count_pages(data: bytes) -> int:
    return len(_open(data))


def read_page(data: bytes, kind: str, page_number: int = 1) -> Image.Image:
    """A page, over white; its `info` holds "dpi" and "pages"."""
    document = _open(data)
    pages = len(document)
    if not 1 <= page_number <= pages:
        raise ValueError(f"has {pages} page{'s' * (pages != 1)}: page {page_number} is not there.")
    page = document[page_number - 1]
    width, height = page.get_size()  # in points, 72 an inch
    if not (0 < width < 20_000 and 0 < height < 20_000):  # PDF's own limit is 14,400
        raise ValueError("has a page of no sensible size: print it to a new PDF.")
    dpi = min(_dpi(page, width), 72 * (MAX_RENDERED / (width * height)) ** 0.5)
    image = as_seen(page.render(scale=dpi / 72).to_pil())
    image.info["dpi"] = (dpi, dpi)
    image.info["pages"] = pages
    return image


def _open(data: bytes) -> Any:
    import pypdfium2

    try:
        document = pypdfium2.PdfDocument(data)
    except pypdfium2.PdfiumError as error:
        if "assword" in str(error):
            raise OSError("is locked with a password: save it without one.") from None
        raise OSError("cannot be decoded (no whole PDF): it may be cut short, save it again.") from None
    if len(document) == 0:
        raise ValueError("has no pages: save it again.")
    return document


def _dpi(page: Any, width: float) -> float:
    """That of the picture which fills the page, if one does."""
    import pypdfium2.raw as pdfium

    for number, item in enumerate(page.get_objects(filter=(pdfium.FPDF_PAGEOBJ_IMAGE,), max_depth=3)):
        if number == MAX_OBJECTS:
            break
        left, _, right, _ = item.get_bounds()
        if right - left > 0.8 * width:
            return min(max(item.get_px_size()[0] * 72 / (right - left), 72), MAX_DPI)
    return DPI
