using System.Text;

namespace NodeManager.Core.Tests.Objects;

public sealed class DisplayTextTests
{
    [Theory]
    [InlineData("plain text, ümläute, 漢字, 🙂", "plain text, ümläute, 漢字, 🙂")]
    [InlineData("\e]0;title\a", "\\u001B]0;title\\u0007")]
    [InlineData("a\u009B31mb", "a\\u009B31mb")]
    [InlineData("over\rwritten\b\b\u007F", "over\\u000Dwritten\\u0008\\u0008\\u007F")]
    [InlineData("gnp.\u202Eexe\u2066x\u2069\u200B\uFEFF", "gnp.\\u202Eexe\\u2066x\\u2069\\u200B\\uFEFF")]
    [InlineData("a\u2028b\u2029c", "a\\u2028b\\u2029c")]
    [InlineData("\uFDD0x\uFFFE", "\\uFDD0x\\uFFFE")]
    [InlineData("tag \U000E0041", "tag \\uDB40\\uDC41")]
    [InlineData("one\r\ntwo\tthree", "one\\u000D\\u000Atwo\\u0009three")]
    [InlineData("", "")]
    [InlineData(null, "")]
    public void Control_and_invisible_characters_are_shown_escaped(string? text, string expected) =>
        Assert.Equal(expected, DisplayText.Escape(text));

    [Fact]
    public void A_lone_surrogate_is_shown_escaped() => Assert.Equal("a\\uD800b", DisplayText.Escape("a" + (char)0xD800 + "b"));

    [Fact]
    public void A_message_keeps_line_breaks_and_escapes_other_control_characters() =>
        Assert.Equal("one\ntwo\tthree\\u001B\\u000Dfour", DisplayText.EscapeLines("one\r\ntwo\tthree\e\rfour"));

    [Fact]
    public void Every_remaining_character_is_visible()
    {
        string all = string.Concat(
            Enumerable.Range(0, 0x11_0000).Where(v => v is < 0xD800 or > 0xDFFF).Select(v => char.ConvertFromUtf32(v))
        );
        Assert.DoesNotContain(DisplayText.Escape(all).EnumerateRunes(), DisplayText.IsHidden);
        Assert.DoesNotContain(DisplayText.Escape(all).EnumerateRunes(), r => Rune.IsControl(r));
    }

    [Fact]
    public void Message_and_recommended_action_of_an_error_are_escaped()
    {
        var error = new NodeManagerException("Id", ErrorKind.InvalidData, "the server says: \e[2J", null, "try \a");
        Assert.Equal("the server says: \\u001B[2J", error.Message);
        Assert.Equal("try \\u0007", error.RecommendedAction);
    }
}
