"""账本的指纹: the root of the ledger as it is told outside."""

DIGEST_LINE = "账本 {root}"
ADMIN_TITLE = "账本存证"
ADMIN_TEXT = "{month}月{day}日，共{rows}条：\n{root}\n请留存此消息，核对账本时要用。"
