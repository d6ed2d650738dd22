"""What a browser is told about our answers: what they may do, and how long they may be kept."""

from typing import Final

PAGE_POLICY: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'; "
    "require-trusted-types-for 'script'; trusted-types 'none'"
)
# A picture is only ever an image to our pages. Whoever opens it by itself gets a document that
# may do nothing.
PICTURE_POLICY: Final = "default-src 'none'; frame-ancestors 'none'; sandbox"

# Nothing here is for another site. (`X-Content-Type-Options` comes with every answer of the API.)
_OURS: Final = {
    # Not `no-referrer`: then the browser would not say where a form was sent from.
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
PAGE: Final = _OURS | {
    "Content-Security-Policy": PAGE_POLICY,
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    # Whoever comes back sees what is true now, and nobody else sees it at all.
    "Cache-Control": "private, no-store",
}
PICTURE: Final = _OURS | {"Content-Security-Policy": PICTURE_POLICY}
FOR_EVER: Final = "public, max-age=31536000, immutable"
ASK_AGAIN: Final = "private, no-cache"
