using NodeManager.Server.Tour;

namespace NodeManager.Server.Tests;

public sealed class TerminalTests
{
    [Fact]
    public void Columns_are_as_wide_as_their_widest_cell()
    {
        var output = new StringWriter { NewLine = "\n" };
        new Terminal(output, color: false).Table(["NAME", "STATUS"], [["a-long-name", "Ready"], ["b", new Cell("NotReady", Ink.Red)]]);
        Assert.Equal("  NAME         STATUS\n  a-long-name  Ready\n  b            NotReady\n", output.ToString());
    }

    [Fact]
    public void Colour_does_not_count_as_width()
    {
        var output = new StringWriter { NewLine = "\n" };
        new Terminal(output, color: true).Table(["A", "B"], [[new Cell("x", Ink.Green), "y"]]);
        Assert.EndsWith("\e[32mx\e[0m  y\n", output.ToString(), StringComparison.Ordinal);
    }
}
