"""Damages that people and editors do to a TOML file."""

from hypothesis import strategies as st

SCALARS = st.sampled_from(
    ["1", "-1", "0", "nan", "-inf", "true", '""', '"x"', "[]", "[[]]", "{}", "{ value = 1 }", "2019-06-03", "07:32:00",
     "1979-05-27T07:32:00Z", "9223372036854775807", "1e308", '"\\u0000"', '"é.[0]{x}%s"', "[1, 'a', {}]",
     '"' + "9" * 400 + '"']
)  # fmt: skip


@st.composite
def mutated(draw: st.DrawFn, text: str) -> str:
    """The text with lines dropped, doubled, moved, or given another value."""
    lines = text.splitlines()
    for _ in range(draw(st.integers(1, 4))):
        index = draw(st.integers(0, len(lines) - 1))
        match draw(st.sampled_from(["drop", "double", "move", "value", "rename", "value", "cut"])):
            case "drop":
                del lines[index]
            case "double":
                lines.insert(index, lines[index])
            case "move":
                lines.insert(draw(st.integers(0, len(lines) - 1)), lines.pop(index))
            case "value" if "=" in lines[index]:
                lines[index] = f"{lines[index].partition('=')[0]}= {draw(SCALARS)}"
            case "rename" if "=" in lines[index]:
                lines[index] = f"{draw(SCALARS)} = {lines[index].partition('=')[2]}"
            case "cut":
                lines[index] = lines[index][: draw(st.integers(0, len(lines[index])))]
    return "\n".join(lines)
