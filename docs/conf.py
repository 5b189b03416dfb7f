"""How Sphinx builds the site: ``make docs``.

The source of the site is the whole checkout, of which only the documents are read. So a link from a page
in ``docs`` to ``../SAFETY.md`` or ``../plugins/zwo/README.md`` is a link to a page of the site, as it is one
on a code host, and nothing is rewritten or copied.
"""

from __future__ import annotations

import builtins
from typing import TYPE_CHECKING, Any

import msgspec
from docutils import nodes
from pygments.lexer import RegexLexer, bygroups
from pygments.token import Comment, Keyword, Name, Number, Punctuation, String, Text
from sphinx.addnodes import pending_xref
from sphinx.domains.python import PyObject

import backtrack_plugins

if TYPE_CHECKING:
    from sphinx.application import Sphinx
    from sphinx.environment import BuildEnvironment

project = "backtrack-plugins"
release = version = backtrack_plugins.__version__
html_show_copyright = False  # LICENSE says it, and a year would change by itself

extensions = ["myst_parser", "sphinx.ext.autodoc", "sphinx.ext.napoleon"]
root_doc = "docs/index"
include_patterns = ["docs/**.md", "*.md", "plugins/*/README.md", "examples/**.md"]
exclude_patterns = [
    ".*",
    "**/.*",
    "build",
    "dist",
    "out",
    "src",
    "tests",
    "tools",
    "bench",
    "**/src",
    "**/tests",
    "examples/*/CHANGELOG.md",
]
source_suffix = {".md": "markdown"}
language = "en"

myst_heading_anchors = 4  # links to headings, as code hosts make them

# What stands between single backticks in a docstring is one of our names where there is one of that name.
default_role = "py:obj"
add_module_names = False
autodoc_member_order = "bysource"
napoleon_google_docstring = True
napoleon_numpy_docstring = False
napoleon_use_ivar = True  # attributes stand once, with the class
toc_object_entries_show_parents = "hide"
python_display_short_literal_types = True
python_maximum_signature_line_length = 130  # counted with the modules, which are not shown

html_theme = "furo"
html_title = "backtrack-plugins"
html_additional_pages = {"index": "redirect.html"}
html_copy_source = False
html_show_sourcelink = False
html_theme_options: dict[str, Any] = {"navigation_with_keys": True}
templates_path = ["_templates"]
html_static_path = ["_static"]
html_css_files = ["site.css"]


class PageLexer(RegexLexer):
    """Colours for the page of a workout."""

    name = "backtrack"
    aliases = ("backtrack",)
    tokens = {  # noqa: RUF012 - the form that Pygments asks for
        "root": [
            (r'"(?:[^"\\\n]|\\.)*"', String),
            (r"^(name|level|about)(:)(.*)$", bygroups(Name.Attribute, Punctuation, Text)),
            (r"#.*$", Comment),
            (r"\b(forward|backward|left|right|straddle|fitted|added)\b", Keyword),
            (r"\b(grip rail|light rail|hands free)\b", Name.Builtin),
            (r"[0-9][0-9:.]*(?: ?(?:km/h|mph|m/s|km|mi|m|%|x|/km|/mi)(?![a-z]))?", Number),
            (r"[^\S\n]+|\n|.", Text),
        ]
    }


def link_to_public_name(
    app: Sphinx, env: BuildEnvironment, node: pending_xref, content: nodes.Element
) -> nodes.Element | None:
    """Lead a name to the place where the API page has it; a type that is not public stays plain text.

    Signatures name a type by its module (``backtrack_plugins.timeline.Timeline``), or not at all where it is
    imported for type checkers alone; the API page has the public name. What a docstring has between single
    backticks and begins with a capital letter must be there, and what was taken for a type must be a name.
    """
    if node.get("refdomain") != "py":
        return None
    if node["reftarget"].startswith("'"):  # a value of a Literal, which may be two words
        return content
    names = node["reftarget"].removeprefix("backtrack_plugins.").split(".")
    python = env.domains["py"]
    for known in (*(names[start:] for start in range(len(names))), names[:1]):
        target = ".".join(("backtrack_plugins", *known))
        if target in python.objects:
            return python.resolve_xref(env, node["refdoc"], app.builder, "obj", target, node, content)
    in_words = node["reftype"] == "obj" and names[0][:1].isupper() and not hasattr(builtins, names[0])
    return None if in_words or " " in node["reftarget"] else content


def show_the_name_alone(_app: Sphinx, doctree: nodes.document) -> None:
    """Leave our modules out of the types of attributes, as they are left out of signatures."""
    for reference in doctree.findall(pending_xref):
        written = reference.astext()
        if written.startswith("backtrack_plugins.") and written == reference["reftarget"]:
            for text in list(reference.findall(nodes.Text)):
                text.parent.replace(text, nodes.Text(written.rpartition(".")[2]))


def names_and_defaults_alone(
    _app: Sphinx, _what: str, _name: str, found: object, _options: object, signature: str, returned: str
) -> tuple[str, str] | None:
    """The signature of a Struct; the types stand with its attributes, where there is room for them."""
    if not (isinstance(found, type) and issubclass(found, msgspec.Struct)):
        return None
    written = ["*"] if "*, " in signature else []
    for field in msgspec.structs.fields(found):
        if field.default is not msgspec.NODEFAULT:
            written.append(f"{field.name}={field.default!r}")
        elif field.default_factory is not msgspec.NODEFAULT:
            written.append(f"{field.name}={field.default_factory()!r}")
        else:
            written.append(field.name)
    return f"({', '.join(written)})", returned


def setup(app: Sphinx) -> None:
    """Add what is ours."""
    app.add_lexer("backtrack", PageLexer)
    app.connect("missing-reference", link_to_public_name)
    app.connect("doctree-read", show_the_name_alone)
    app.connect("autodoc-process-signature", names_and_defaults_alone)
    for field in PyObject.doc_field_types:
        if field.name == "variable":
            field.label = "Attributes"  # as the docstrings call them
