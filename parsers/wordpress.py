"""Posts of a WordPress site through its REST API, and the pages of those whose text the API does not give.

Usable from sources.yaml without code (`parser: parsers.wordpress`): start pages of kind `posts` such as
`https://example.org/wp-json/wp/v2/posts?per_page=100&orderby=modified&modified_after={since}T00:00:00&_envelope=1`, one
for each post type (`posts`, `pages`, or a type of the site's own).

Assumed: a JSON list of posts, or with `_envelope=1` the same list in an object with status and headers. Ask for the
envelope: it says how many pages there are and answers a page beyond the last one with 200; without it a page that is
exactly full is followed by one that may not be there, which is a gap in the read. `date` and `modified` are the site's
own time, without a zone: the day is taken as it is printed. `guid` is no address (it keeps the one of the first
draft); titles hold entities. The key is `wp:<host>:<id>`: slugs and addresses change, and all types of post share one
row of numbers.

A post without text (a page builder that draws it itself) is read from its page; one behind a password is skipped.
What breaks it: an answer that is no list of posts, a post without id, link or title: `SourceChanged`.

Facts: WordPress's own server code (`WP_REST_Posts_Controller`, `WP_REST_Server::envelope_response`) and a recorded post
of iuhrdf.org, as noted in docs/adding-a-source.md.
"""

import re
from collections.abc import Iterator, Mapping
from urllib.parse import parse_qsl, urlencode, urlsplit

from bs4 import BeautifulSoup

from claimwatch.errors import SourceChanged
from claimwatch.models import Link, Options, Page, Parsed, Publication, Skip
from parsers.article import language_of, lines_of, strip_junk, version_of
from parsers.feed import ARTICLE_OPTIONS, absolute_or_none, article_faults, printed_date, read_article
from parsers.reading import canonical, doubts_of, load_json, paragraphs, squeeze

VERSION = "2"
OPTIONS = ARTICLE_OPTIONS

_DEFAULT_PER_PAGE = 10
_BEYOND = "rest_post_invalid_page_number"

Post = Mapping[str, object]


def faults(options: Options) -> Iterator[str]:
    """What is wrong with the values of the options, for people."""
    return article_faults(options)


def parse(page: Page) -> Parsed:
    """Publications and links from `posts`, one publication from `page`. Raises `SourceChanged`."""
    match page.kind:
        case "posts":
            return _posts(page)
        case "page":
            return _page(page)
    raise SourceChanged(page.url, f"page kind {page.kind!r} is not one of posts, page: correct sources.yaml")


def _posts(page: Page) -> Parsed:
    posts, pages = _answer(page)
    publications: dict[str, Publication] = {}
    links: dict[str, Link] = {}
    skipped = []
    for post in posts:
        publication = _publication(page, post)
        content = _object(post, "content")
        if publication.key in publications or publication.key in links:
            skipped.append(Skip("listed twice", publication.url))
        elif post.get("status", "publish") != "publish":
            skipped.append(Skip("not published", publication.url))
        elif content.get("protected"):
            skipped.append(Skip("behind a password", publication.url))
        elif publication.text:
            publications[publication.key] = publication
        else:
            version = version_of(publication.title, str(post.get("modified_gmt") or post.get("modified")))
            links[publication.key] = Link("page", publication.url, publication.key, version, publication)
    following = _next_page(page.url, len(posts), pages)
    return Parsed(
        len(posts),
        tuple(publications.values()),
        links=(*links.values(), *([Link("posts", following)] if following else ())),
        skipped=tuple(skipped),
        warnings=doubts_of(
            "\n".join(part for one in publications.values() for part in (one.title, one.text)),
            page,
            raw="\n".join(_rendered(post, part) for post in posts for part in ("title", "content")),
        ),
    )


def _answer(page: Page) -> tuple[list[Post], int | None]:
    """The posts, and how many pages of them there are where the answer says so."""
    data = load_json(page)
    pages = None
    if isinstance(data, dict) and "body" in data and "status" in data:
        headers, status, data = _object(data, "headers"), data["status"], data["body"]
        if isinstance(data, dict) and data.get("code") == _BEYOND:
            return [], 0
        if status != 200:
            raise SourceChanged(page.url, f"the site answers {status}: {_refusal(data)}")
        pages = _count(str(headers.get("X-WP-TotalPages")))
    if not isinstance(data, list):
        raise SourceChanged(page.url, f"no list of posts came: {_refusal(data)}")
    if not all(isinstance(post, dict) for post in data):
        raise SourceChanged(page.url, "the list holds something that is no post")
    return data, pages


def _refusal(data: object) -> str:
    if isinstance(data, dict) and "code" in data:
        return squeeze(f"{data['code']}: {data.get('message')}")
    return f"JSON of type {type(data).__name__}"


def _object(post: Post, name: str) -> Mapping[str, object]:
    value = post.get(name)
    return value if isinstance(value, dict) else {}


def _rendered(post: Post, name: str) -> str:
    value = _object(post, name).get("rendered")
    # JSON can spell half a character, which is no text to anything that follows.
    return value.encode("utf-8", "replace").decode() if isinstance(value, str) else ""


def _publication(page: Page, post: Post) -> Publication:
    number, link = post.get("id"), post.get("link")
    if not isinstance(number, int) or isinstance(number, bool) or not isinstance(link, str):
        raise SourceChanged(page.url, f"a post has no id or no link; it has {', '.join(sorted(map(str, post)))[:200]}")
    url = absolute_or_none(page, link)
    title = squeeze(" ".join(_lines(_rendered(post, "title"))))
    if url is None or "title" not in post:
        raise SourceChanged(page.url, f"post {number} has no title or no web address ({link!r})")
    text = paragraphs(_lines(_rendered(post, "content"), page.options.many("leave_out")))
    return Publication(
        source=page.source,
        key=f"wp:{urlsplit(canonical(page.url)).hostname}:{number}",
        url=url,
        title=title or url,
        kind=str(post.get("type") or "post"),
        language=language_of(text or title, page.options.one("language", "en")),
        text=text,
        published_on=printed_date(str(post.get("date") or post.get("date_gmt") or "")),
    )


def _lines(html: str, leave_out: tuple[str, ...] = ()) -> list[str]:
    soup = BeautifulSoup(f"<div>{html}</div>", "lxml")
    for selector in leave_out:
        for part in soup.select(selector):
            part.extract()
    strip_junk(soup)
    return lines_of(soup)


def _next_page(url: str, posts: int, pages: int | None) -> str | None:
    """The address of the next page: as long as there are more, or where nothing says how many, while pages are full."""
    query = [(name, value) for name, value in parse_qsl(urlsplit(url).query, keep_blank_values=True)]
    asked = dict(query)
    number = _count(asked.get("page", "")) or 1
    full = _count(asked.get("per_page", "")) or _DEFAULT_PER_PAGE
    if not posts or (number >= pages if pages is not None else posts < full):
        return None
    rest = [(name, value) for name, value in query if name != "page"]
    return urlsplit(url)._replace(query=urlencode([*rest, ("page", str(number + 1))])).geturl()


def _count(text: str) -> int | None:
    return int(text) if re.fullmatch(r"[0-9]{1,9}", text) else None


def _page(page: Page) -> Parsed:
    head = page.head
    if head is None:
        raise SourceChanged(page.url, "a page of kind page is read only from the list that links to it")
    title, text = read_article(page)
    publication = Publication(
        source=page.source,
        key=head.key,
        url=page.url,
        title=head.title or title,
        kind=head.kind,
        language=language_of(text, head.language),
        text=text,
        published_on=head.published_on,
    )
    return Parsed(1, (publication,), warnings=doubts_of(text, page))
