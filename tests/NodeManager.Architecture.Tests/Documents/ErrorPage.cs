using System.Text;
using System.Text.RegularExpressions;

namespace NodeManager.Architecture.Tests.Documents;

/// <summary>The error index, made of the doc comments of <see cref="ErrorIds"/>: the summary is the cause, the remarks are what to do.</summary>
internal static partial class ErrorPage
{
    public const string Path = "docs/reference/errors.md";

    public const string Source = "src/NodeManager.Abstractions/Errors/ErrorIds.cs";

    private const int MostCmdlets = 6;

    private const string Head = """
        # Error index

        <!-- Generated from the doc comments of ErrorIds.cs by ./build.ps1 -Task Reference. Do not edit. -->

        Every error of NodeManager has an `ErrorId` that stays the same across versions. Scripts compare it, never the message:

        ```powershell
        Get-ClusterNode worker-99 -ErrorAction SilentlyContinue -ErrorVariable failed
        $failed[0].Exception.ErrorId
        $failed[0].ErrorDetails.RecommendedAction
        ```

        `FullyQualifiedErrorId` is the `ErrorId`, a comma and the class of the command. By symptom: [Troubleshooting](../start/troubleshooting.md).
        In scripts: [CI and runbooks](../guides/ci-and-runbooks.md#errors).

        """;

    /// <summary>The ids of the source with their section, cause and remedy, in the order in which they stand there.</summary>
    /// <exception cref="FormatException">An id has no summary or no remarks; the message says what to write.</exception>
    public static IReadOnlyList<(string Section, string Id, string Cause, string Remedy)> Read(string source)
    {
        var found = new List<(string, string, string, string)>();
        string section = "",
            comment = "";
        foreach (string line in source.ReplaceLineEndings("\n").Split('\n').Select(static line => line.Trim()))
        {
            if (line.StartsWith("/// ", StringComparison.Ordinal))
                comment += line[4..] + " ";
            else if (line.StartsWith("// ", StringComparison.Ordinal))
                section = line[3..];
            else if (Constant().Match(line) is { Success: true } constant)
            {
                string id = constant.Groups[1].Value;
                found.Add((section, id, Part(comment, "summary", id), Part(comment, "remarks", id)));
                comment = "";
            }
            else
                comment = "";
        }

        return found;
    }

    /// <param name="source">The text of ErrorIds.cs.</param>
    /// <param name="cmdlets">The cmdlets whose page has an id.</param>
    public static string Build(string source, ILookup<string, string> cmdlets)
    {
        var page = new StringBuilder(Head.ReplaceLineEndings("\n"));
        foreach (var section in Read(source).GroupBy(static one => one.Section))
        {
            page.Append("\n## ").Append(section.Key).Append("\n\n| ErrorId | Cause | What to do | Cmdlets |\n|---|---|---|---|\n");
            foreach ((_, string id, string cause, string remedy) in section)
                page.Append("| <a id=\"")
                    .Append(id.ToLowerInvariant())
                    .Append("\"></a>`")
                    .Append(id)
                    .Append("` | ")
                    .Append(Cell(cause))
                    .Append(" | ")
                    .Append(Cell(remedy))
                    .Append(" | ")
                    .Append(Cmdlets(id, cmdlets))
                    .Append(" |\n");
        }

        return page.ToString();
    }

    /// <summary>The cmdlets whose page names an id, by that id.</summary>
    public static ILookup<string, string> ReadCmdlets() =>
        Directory
            .GetFiles(System.IO.Path.Combine(Repository.Root, "docs/reference/cmdlets"), "*.md")
            .Order(StringComparer.Ordinal)
            .SelectMany(static file =>
                Named()
                    .Matches(File.ReadAllText(file))
                    .Select(one => (Id: one.Groups[1].Value, Cmdlet: System.IO.Path.GetFileNameWithoutExtension(file)))
            )
            .Distinct()
            .ToLookup(static one => one.Id, static one => one.Cmdlet);

    private static string Cmdlets(string id, ILookup<string, string> cmdlets) =>
        cmdlets[id].Count() > MostCmdlets
            ? $"{cmdlets[id].Count()} cmdlets"
            : string.Join(", ", cmdlets[id].Select(static one => $"[{one}](cmdlets/{one}.md)"));

    private static string Cell(string text) => text.Replace("|", "\\|", StringComparison.Ordinal);

    private static string Part(string comment, string element, string id) =>
        Regex.Match(comment, $"<{element}>(.*?)</{element}>") is { Success: true } found
        && found.Groups[1].Value.Trim() is { Length: > 0 } text
            ? System.Net.WebUtility.HtmlDecode(text)
            : throw new FormatException(
                $"{id} in {Source} needs a doc comment: /// <summary>The cause.</summary><remarks>What to do.</remarks> Then run ./build.ps1 -Task Reference."
            );

    [GeneratedRegex(@"\[`(\w+)`\]\(\.\./errors\.md#")]
    private static partial Regex Named();

    [GeneratedRegex(@"^public const string (\w+) =")]
    private static partial Regex Constant();
}
