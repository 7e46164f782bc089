"""Words that people wrote, where Streamlit would take some of their letters for Markdown."""


def plain(words: str) -> str:
    """The words without what Markdown would take for marks."""
    return "".join(f"\\{letter}" if letter in "\\`*_{}[]()#+!|<>$~:" else letter for letter in words)
