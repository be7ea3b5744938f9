namespace NodeManager.Server.Tour;

/// <summary>Writes what people look at: headings, lines and tables, in colour where the terminal has it.</summary>
internal sealed class Terminal(TextWriter output, bool color)
{
    private readonly Lock _lock = new();

    /// <summary>By the NO_COLOR convention (https://no-color.org); redirected output has none.</summary>
    public static bool ConsoleHasColor =>
        !Console.IsOutputRedirected && string.IsNullOrEmpty(Environment.GetEnvironmentVariable("NO_COLOR"));

    public void Heading(string text)
    {
        Line();
        Line(Paint(text, Ink.Bold));
    }

    public void Line(string text = "")
    {
        lock (_lock) output.WriteLine(text);
    }

    public string Paint(string text, Ink ink) => color && ink != Ink.Plain ? $"\e[{(int)ink}m{text}\e[0m" : text;

    /// <summary>Columns as wide as their widest cell, two spaces apart; the header is underlined by its weight alone.</summary>
    public void Table(IReadOnlyList<string> header, IEnumerable<IReadOnlyList<Cell>> rows)
    {
        List<IReadOnlyList<Cell>> all = [[.. header.Select(h => new Cell(h, Ink.Dim))], .. rows];
        int[] widths = [.. Enumerable.Range(0, header.Count).Select(column => all.Max(row => row[column].Text.Length))];
        foreach (IReadOnlyList<Cell> row in all)
        {
            IEnumerable<string> cells = row.Select((cell, column) =>
                Paint(cell.Text, cell.Ink) + new string(' ', column == row.Count - 1 ? 0 : widths[column] - cell.Text.Length + 2));
            Line("  " + string.Concat(cells));
        }
    }
}
