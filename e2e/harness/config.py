"""Configurations for `ringback serve`."""

from .house import ACCOUNT, TOKEN


def serve(phones=(), trunks=(), numbers=("+12025550190",)):
    """A function that writes the configuration of a house: phones are (user, password), trunks
    are dicts of what their table holds, numbers are owned."""

    def write(house):
        rows = [
            f'http = "127.0.0.1:{house.http_port}"',
            f'sip = "{house.sip}"',
            f'data = "{house.data}"',
            "",
            "[account]",
            f'sid = "{ACCOUNT}"',
            f'token = "{TOKEN}"',
            "",
        ]
        for number in numbers:
            rows += ["[[numbers]]", f'number = "{number}"', ""]
        for user, password in phones:
            rows += ["[[phones]]", f'user = "{user}"', f'password = "{password}"', ""]
        for trunk in trunks:
            rows.append("[[trunks]]")
            for key, value in trunk.items():
                rows.append(f"{key} = {literal(value)}")
            rows.append("")
        return "\n".join(rows)

    return write


def literal(value):
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list):
        return "[" + ", ".join(literal(each) for each in value) + "]"
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{k} = {literal(v)}" for k, v in value.items()) + " }"
    return f'"{value}"' if isinstance(value, str) else str(value)
