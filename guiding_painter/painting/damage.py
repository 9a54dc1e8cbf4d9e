"""What is said of a saved painting that `Painting.to_dict` cannot have written."""


def damaged(what: str, value: object) -> ValueError:
    """The error to raise where a part of a saved painting is none."""
    text = repr(value)
    return ValueError(
        f"This saved painting is damaged: its {what} is {text if len(text) <= 60 else text[:57] + '...'}."
    )


def is_int(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)
