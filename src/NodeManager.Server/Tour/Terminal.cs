using System.Text;

namespace NodeManager.Server.Tour;

/// <summary>Writes headings, lines and tables, in color if supported.</summary>
internal sealed class Terminal(TextWriter output, bool color)
{
    private readonly Lock _lock = new();

    /// <summary>By the NO_COLOR convention (https://no-color.org); never for redirected output.</summary>
    public static bool ConsoleHasColor =>
        !Console.IsOutputRedirected && string.IsNullOrEmpty(Environment.GetEnvironmentVariable("NO_COLOR"));

    public void Heading(string text)
    {
        Line();
        Line(new Cell(text, Ink.Bold));
    }

    /// <summary>Writes a line of pieces. Text of the cluster is escaped; only our own colors reach the terminal.</summary>
    public void Line(params ReadOnlySpan<Cell> pieces)
    {
        var line = new StringBuilder();
        foreach (Cell piece in pieces)
            line.Append(Paint(piece));
        lock (_lock)
            output.WriteLine(line);
    }

    /// <summary>Columns as wide as their widest cell, two spaces apart, with a bold header.</summary>
    public void Table(IReadOnlyList<string> header, IEnumerable<IReadOnlyList<Cell>> rows)
    {
        List<IReadOnlyList<Cell>> all =
        [
            [.. header.Select(h => new Cell(h, Ink.Dim))],
            .. rows.Select(row => row.Select(Escape).ToArray()),
        ];
        int[] widths = [.. Enumerable.Range(0, header.Count).Select(column => all.Max(row => row[column].Text.Length))];
        foreach (IReadOnlyList<Cell> row in all)
        {
            IEnumerable<Cell> cells = row.SelectMany(
                (cell, column) => new[] { cell, new(new string(' ', column == row.Count - 1 ? 0 : widths[column] - cell.Text.Length + 2)) }
            );
            Line(["  ", .. cells]);
        }
    }

    private static Cell Escape(Cell cell) => cell with { Text = DisplayText.Escape(cell.Text) };

    private string Paint(Cell piece)
    {
        string text = DisplayText.Escape(piece.Text);
        return color && piece.Ink != Ink.Plain ? $"\e[{(int)piece.Ink}m{text}\e[0m" : text;
    }
}
