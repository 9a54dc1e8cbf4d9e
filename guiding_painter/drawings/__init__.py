"""From any file to what the model sees: opening, paper, line extraction, ink, cells and panels."""

from .cells import GAPS, cut_cells
from .grids import Sample, resize, sample
from .growth import grow, rank_by_size
from .ink import find_ink, find_paper
from .line_art import extract_line_art, xdog
from .opening import UNDERDRAWINGS, looks_colored, open_drawing, open_painting
from .page_choice import Page, read_page
from .panels import MAX_REGIONS, PANEL_REGIONS, Box, Panels, find_panels, is_framed
from .pictures import MAX_PIXELS, Source, count_pages, open_picture
from .prepared import MAX_LONG_SIDE, MAX_MAP_PIXELS, PreparedDrawing, prepare
from .sheets import find_sheet
from .sketches import to_color_image, to_pil, to_sketch, working_size
from .straightening import sheet_to_photo

__all__ = [
    "GAPS",
    "MAX_LONG_SIDE",
    "MAX_MAP_PIXELS",
    "MAX_PIXELS",
    "MAX_REGIONS",
    "Page",
    "Source",
    "count_pages",
    "find_sheet",
    "open_painting",
    "read_page",
    "PANEL_REGIONS",
    "Box",
    "Panels",
    "UNDERDRAWINGS",
    "PreparedDrawing",
    "Sample",
    "cut_cells",
    "extract_line_art",
    "find_ink",
    "grow",
    "rank_by_size",
    "find_panels",
    "is_framed",
    "find_paper",
    "looks_colored",
    "open_drawing",
    "open_picture",
    "prepare",
    "resize",
    "sample",
    "sheet_to_photo",
    "to_color_image",
    "to_pil",
    "to_sketch",
    "working_size",
    "xdog",
]
