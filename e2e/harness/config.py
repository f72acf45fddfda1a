"""Configurations for `ringback serve`."""

from .house import ACCOUNT, TOKEN


def serve(
    phones=(),
    trunks=(),
    numbers=("+12025550190",),
    calls_per_second=1000,
    account=None,
    main_keys=(),
    webhooks=("127.0.0.1", "::1"),
):
    """A function that writes the configuration of a house: phones are (user, password), trunks
    and main keys are dicts of what their tables hold, numbers are owned, `account` is what its
    table holds besides. Applications of the tests listen on loopback, where `serve` asks nobody
    unless it is told: `webhooks` are the addresses it may ask."""

    def write(house):
        rows = [
            f'data = "{house.data}"',
            "[account]",
            f'sid = "{ACCOUNT}"',
            f'token = "{TOKEN}"',
            f"calls_per_second = {calls_per_second}",
            *(f"{key} = {literal(value)}" for key, value in (account or {}).items()),
            "[http]",
            f'listen = "127.0.0.1:{house.http_port}"',
            "[sip]",
            f'udp = ["{house.sip}"]',
            f'tcp = ["{house.sip}"]',
            "[webhooks]",
            f"allow = {literal(list(webhooks))}",
        ]
        for number in numbers:
            rows += ["[[number]]", f'number = "{number}"']
        for user, password in phones:
            rows += ["[[phone]]", f'user = "{user}"', f'password = "{password}"']
        for name, tables in (("trunk", trunks), ("main_key", main_keys)):
            for table in tables:
                rows.append(f"[[{name}]]")
                rows += [f"{key} = {literal(value)}" for key, value in table.items()]
        rows.append("")
        return "\n".join(rows)

    return write


def literal(value):
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list):
        return f"[{', '.join(literal(one) for one in value)}]"
    return f'"{value}"' if isinstance(value, str) else str(value)
