using NodeManager.Server.Tour;

namespace NodeManager.Server.Tests;

public sealed class TerminalTests
{
    [Fact]
    public void Columns_are_as_wide_as_their_widest_cell()
    {
        var output = new StringWriter { NewLine = "\n" };
        new Terminal(output, color: false).Table(
            ["NAME", "STATUS"],
            [
                ["a-long-name", "Ready"],
                ["b", new Cell("NotReady", Ink.Red)],
            ]
        );
        Assert.Equal("  NAME         STATUS\n  a-long-name  Ready\n  b            NotReady\n", output.ToString());
    }

    [Fact]
    public void Color_codes_do_not_count_as_width()
    {
        var output = new StringWriter { NewLine = "\n" };
        new Terminal(output, color: true).Table(
            ["A", "B"],
            [
                [new Cell("x", Ink.Green), "y"],
            ]
        );
        Assert.EndsWith("\e[32mx\e[0m  y\n", output.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Control_characters_of_object_fields_are_escaped_in_the_terminal(bool color)
    {
        const string Hostile = "x\e]0;pwned\a\r\n\u009B2J\u202E";
        var output = new StringWriter { NewLine = "\n" };
        var terminal = new Terminal(output, color);
        terminal.Heading(Hostile);
        terminal.Line(Hostile, new Cell(Hostile, Ink.Red));
        terminal.Table(
            ["A"],
            [
                [Hostile],
                [new Cell(Hostile, Ink.Green)],
            ]
        );
        new TourObserver(terminal, TimeProvider.System).Warning(Hostile);
        string plain = System.Text.RegularExpressions.Regex.Replace(output.ToString(), "\e\\[[0-9]+m", "");
        Assert.DoesNotContain(plain, c => char.IsControl(c) && c != '\n');
        Assert.DoesNotContain('\u202E', plain);
        Assert.Contains("x\\u001B]0;pwned\\u0007", plain, StringComparison.Ordinal);
    }
}
