"""Why the playground refuses: each reason has a stable code and says what is wrong with the request."""


class PlaygroundError(Exception):
    """A request that the playground cannot fulfil; `code` is stable."""

    code = "playground-error"


class BadOrder(PlaygroundError):
    """The order for a slip contradicts itself or leaves the bounds of a slip; `pointer` names the field."""

    code = "bad-order"

    def __init__(self, message: str, *, pointer: str) -> None:
        super().__init__(message)
        self.pointer = pointer


class SlipNotFound(PlaygroundError):
    """The playground issued no such slip, or has dropped it for newer ones."""

    code = "slip-not-found"
