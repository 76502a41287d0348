"""What qyapi answers when it refuses: an errcode and words; the HTTP status stays 200."""


class ApiError(Exception):
    def __init__(self, code: int, words: str) -> None:
        super().__init__(f"{code} {words}")
        self.code = code
        self.words = words

    def as_json(self) -> dict[str, object]:
        return {"errcode": self.code, "errmsg": f"{self.words}, hint: [1700000000_1_0], from ip: 203.0.113.7"}


WORDS = {
    -1: "system busy",
    40001: "invalid credential",
    40007: "invalid media_id",
    40013: "invalid corpid",
    40014: "invalid access_token",
    40029: "invalid code",
    40058: "invalid request parameter",
    41001: "access_token missing",
    42001: "access_token expired",
    44004: "content is empty",
    45009: "api freq out of limit",
    45033: "api concurrent out of limit",
    60020: "not allow to access from your ip",
    60111: "userid not found",
    81013: "user & party & tag all invalid",
    86001: "invalid chatid",
    93000: "invalid webhook url",
}


def refused(code: int, detail: str = "") -> ApiError:
    words = WORDS.get(code, "refused")
    return ApiError(code, f"{words} ({detail})" if detail else words)
