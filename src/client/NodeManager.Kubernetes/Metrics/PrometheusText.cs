using System.Globalization;
using System.Text;

namespace NodeManager.Kubernetes.Metrics;

/// <summary>A sample of a metrics endpoint.</summary>
/// <param name="Name">Includes <c>_bucket</c>, <c>_sum</c> or <c>_count</c>.</param>
public sealed record PrometheusSample(string Name, IReadOnlyDictionary<string, string> Labels, double Value)
{
    public string Label(string name) => Labels.GetValueOrDefault(name) ?? "";
}

/// <summary>Parses the Prometheus text format, version 0.0.4; comments and timestamps are dropped.</summary>
public static class PrometheusText
{
    /// <summary>Samples whose names have the prefix.</summary>
    /// <exception cref="FormatException">An invalid line, quoted in the message.</exception>
    public static IReadOnlyList<PrometheusSample> Read(string text, string prefix)
    {
        var samples = new List<PrometheusSample>();
        var number = 0;
        foreach (var line in text.AsSpan().EnumerateLines())
        {
            number++;
            var trimmed = line.Trim();
            if (trimmed.StartsWith(prefix, StringComparison.Ordinal))
                samples.Add(ReadLine(trimmed.ToString(), number));
            else if (!trimmed.IsEmpty && trimmed[0] != '#' && !char.IsAsciiLetter(trimmed[0]) && trimmed[0] is not ('_' or ':'))
                throw Wrong(number);
        }

        return samples;
    }

    private static PrometheusSample ReadLine(string line, int number)
    {
        var end = line.AsSpan().IndexOfAny("{ \t");
        if (end < 0)
            throw Wrong(number);
        var labels = new Dictionary<string, string>();
        var position = line[end] == '{' ? ReadLabels(line, end + 1, labels, number) : end;
        var value = line.AsSpan(position).Trim();
        if (value.IndexOfAny(' ', '\t') is var blank and > 0)
            value = value[..blank];
        return new PrometheusSample(line[..end], labels, ParseNumber(value) ?? throw Wrong(number));
    }

    /// <returns>The position after the closing brace.</returns>
    private static int ReadLabels(string line, int position, Dictionary<string, string> labels, int number)
    {
        while (true)
        {
            while (position < line.Length && line[position] is ' ' or ',')
                position++;
            if (position >= line.Length)
                throw Wrong(number);
            if (line[position] == '}')
                return position + 1;
            var assign = line.IndexOf('=', position);
            if (assign < 0 || assign + 1 >= line.Length || line[assign + 1] != '"')
                throw Wrong(number);
            var name = line[position..assign].Trim();
            var value = new StringBuilder();
            position = assign + 2;
            while (position < line.Length && line[position] != '"')
            {
                if (line[position] == '\\' && position + 1 < line.Length)
                    value.Append(line[++position] == 'n' ? '\n' : line[position]);
                else
                    value.Append(line[position]);
                position++;
            }

            labels[name] = value.ToString();
            position++;
        }
    }

    private static double? ParseNumber(ReadOnlySpan<char> text) =>
        text switch
        {
            "+Inf" or "Inf" => double.PositiveInfinity,
            "-Inf" => double.NegativeInfinity,
            "NaN" => double.NaN,
            _ => double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var value) ? value : null,
        };

    private static FormatException Wrong(int number) => new($"line {number} is not in the Prometheus text format");
}
