from desktop.engine import docs


def test_the_page_of_the_api_says_what_the_docstrings_say() -> None:
    assert docs.PAGE.read_text(encoding="utf-8") == docs.page(), "run python -m desktop.engine.docs"


def test_each_public_name_has_a_docstring() -> None:
    page = docs.page()
    for name in docs.api.__all__:
        entry = page.partition(f"\n## {name}\n")[2].partition("\n## ")[0]
        assert entry.strip(), name


def test_no_public_name_is_missing_from_the_package() -> None:
    for name in docs.api.__all__:
        assert getattr(docs.api, name) is not None
