"""The site that the console is part of: its cookies, and the pages that may send its forms."""

from dataclasses import dataclass
from urllib.parse import urlsplit

# The names of `make run`: each leads to the same pages, and to a browser each is another site.
LOCAL_HOSTS = ("localhost", "127.0.0.1", "[::1]")


@dataclass(frozen=True, slots=True)
class Site:
    """The address under which everybody reaches it, empty if that is the API's own; `is_local` under `make run`."""

    url: str
    is_local: bool = False

    @property
    def console_url(self) -> str:
        """Return the address that links to pages of the console begin with.

        Under `make run` that is `localhost`: passkeys work there, and a cookie is of one name alone.
        """
        return f"http://localhost:{self._port}" if self.is_local else self.url

    def cookie_name(self, name: str) -> str:
        """Return the name of a cookie: no other host and no page on plain HTTP can write the one of AWS.

        Cookies know no ports, so that the one of `make run` names its own; Safari takes neither the prefix nor
        `Secure` on plain HTTP.
        """
        return f"{name}-{self._port}" if self.is_local else f"__Host-{name}"

    def cookie(self, name: str, value: str, seconds: int) -> str:
        """Return a cookie as a header sets it, for so many seconds; 0 removes it."""
        secure = "" if self.is_local else "; Secure"
        return f"{self.cookie_name(name)}={value}; Path=/; Max-Age={seconds}; HttpOnly; SameSite=Lax{secure}"

    def origins(self, host: str) -> frozenset[str]:
        """Return the origins of our own pages; `host` is the name under which the API was reached."""
        if self.is_local:
            return frozenset(f"http://{name}:{self._port}" for name in LOCAL_HOSTS)
        return frozenset(each for each in (self.url, f"https://{host}" if host else "") if each)

    @property
    def _port(self) -> int:
        return urlsplit(self.url).port or 80
