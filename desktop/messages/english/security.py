"""What the server says of its security: at its start, and to clients that it refuses."""

TEXTS = {
    "address-refused": (
        "This server lets nobody in from {address}; whoever runs it can allow it with --wyoming-allow {address}."
    ),
    "client-idle": "Nothing came for {minutes} min, so the connection ends; connect again.",
    "host-refused": "This server does not answer under that name; use localhost, or start it with that origin allowed.",
    "issuer-address": "{issuer} is no address of an issuer; it must begin with https://.",
    "issuer-unreachable": "Whoever vouches for users does not answer as it should; try again later.",
    "locked-out": "There were too many wrong tokens or codes from here; try again later.",
    "logged-out": "You are logged out; log in again.",
    "login-failed": "The login did not succeed; begin again.",
    "login-lost": "The login took too long, was begun in another browser, or is over already; begin again.",
    "no-token-made": (
        "Others could reach {address}, and nobody has a token yet; make one with `parley tokens create NAME --scope "
        "listen,speak`."
    ),
    "not-allowed": "This token does not allow that; it needs the scope {scope}.",
    "not-ready": "The server cannot look at the request now; try again later.",
    "origin-missing": "The request does not say from which page it comes; open the server's own page.",
    "origin-refused": "Pages of other sites may not use this server; allow their origin at its start.",
    "origin-unusable": "{origin} is no origin; write it as https://captions.example.org.",
    "plaintext-refused": (
        "Others could reach {address}, so Parley serves there only with TLS; give --tls-certificate and --tls-key, or "
        "--tls-self-signed."
    ),
    "proxy-network": "{network} is no address or network of a proxy; write it as 10.0.0.5 or 10.0.0.0/24.",
    "room-closed": "The room is closed, or its code has changed; ask for the new one.",
    "tls-both": "Give a certificate or --tls-self-signed, not both.",
    "tls-ended": "The certificate {certificate} is not valid since {date}; renew it.",
    "tls-half": "A certificate needs its key; give --tls-certificate and --tls-key together.",
    "tls-not-kept": "The certificate that Parley made cannot be kept in {folder} ({reason}); see who may write there.",
    "tls-unreadable": "{file} cannot be read ({reason}); see who may read it.",
    "tls-unusable": (
        "{certificate} and {key} are not a certificate and its key; give both as PEM, and without a passphrase."
    ),
    "token-expired": "The token {name} has expired; ask for a new one.",
    "token-form": "The header Authorization is not understood; write Bearer and the token.",
    "token-in-address": (
        "A token in the address is refused, for addresses are written into logs; send it in the header Authorization, "
        "and have this one replaced."
    ),
    "token-is-revoked": "The token {name} is revoked; make another one.",
    "token-missing": "A token is needed; send it in the header Authorization, after Bearer.",
    "token-name": (
        "That is no name for a token; take up to {most} letters, digits, spaces and . - _ @, a letter or digit first."
    ),
    "token-name-taken": "There is a token {name} already; refresh it, or choose another name.",
    "token-none": "There is no token {name}; see `parley tokens list`.",
    "token-replaced": "The token {name} was replaced by a new one; use that.",
    "token-twice": "The request has several tokens; send one.",
    "token-unknown": "Nobody knows this token; see that it is complete.",
    "token-was-revoked": "The token {name} is revoked; ask for a new one.",
    "too-many-requests": "There are too many requests; try again later.",
    "too-many-sessions": "You have {most} sessions already, which is the most; end one.",
    "user-token-expired": "The token has expired; log in again.",
}
