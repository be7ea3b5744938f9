using System.Text.RegularExpressions;

namespace NodeManager.Architecture.Tests.Documents;

/// <summary>Relative links and anchors of all Markdown lead somewhere, and so do the paths that about topics name.</summary>
public sealed partial class LinkTests
{
    [Fact]
    public void Links_of_Markdown_lead_to_files_and_anchors_that_exist()
    {
        string[] pages = Repository.Files(".md");
        Assert.Contains("docs/start/getting-started.md", pages.Select(Repository.NameOf));
        string[] dead = [.. pages.SelectMany(DeadLinks)];
        Assert.True(dead.Length == 0, $"{dead.Length} links lead nowhere:\n{string.Join('\n', dead)}");
    }

    [Fact]
    public void Paths_and_topics_that_about_files_name_exist()
    {
        var dead = new List<string>();
        foreach (string file in Repository.Files(".help.txt"))
        {
            string text = File.ReadAllText(file);
            foreach (Match one in NamedPath().Matches(text))
                if (!Exists(Path.Combine(Repository.Root, one.Value)))
                    dead.Add($"{Repository.NameOf(file)} names {one.Value}");
            foreach (Match one in Topic().Matches(text))
                if (!Exists(Path.Combine(Repository.Root, "en-US", one.Value + ".help.txt")))
                    dead.Add($"{Repository.NameOf(file)} names {one.Value}");
        }

        Assert.True(dead.Count == 0, string.Join('\n', dead));
    }

    [Theory]
    [InlineData("[a](#b)", "## B", true)]
    [InlineData("[a](#b-1)", "## B\n## B", true)]
    [InlineData("[a](#what-getnode-prints-80)", "### What `Get-Node` prints (80)", false)]
    [InlineData("[a](#what-get-node-prints-80)", "### What `Get-Node` prints (80)", true)]
    [InlineData("[a](#b)", "```\n## B\n```", false)]
    [InlineData("`[a](nowhere.md)`", "", true)]
    [InlineData("```\n[a](nowhere.md)\n```", "", true)]
    [InlineData("[a](nowhere.md)", "", false)]
    [InlineData("![a](nowhere.svg \"title\")", "", false)]
    [InlineData("[a](https://example.com/nowhere)", "", true)]
    [InlineData("[a](../README.md)", "", true)]
    [InlineData("[a](../readme.md)", "", false)]
    public void A_dead_link_is_found(string link, string rest, bool isAlive) =>
        Assert.Equal(isAlive, !DeadLinks(Path.Combine(Repository.Root, "docs", "page.md"), $"{link}\n\n{rest}\n").Any());

    private static IEnumerable<string> DeadLinks(string file) => DeadLinks(file, File.ReadAllText(file));

    private static IEnumerable<string> DeadLinks(string file, string text)
    {
        var page = new MarkdownPage(text);
        foreach (string link in page.Links)
        {
            if (Scheme().IsMatch(link))
                continue;
            string[] parts = link.Split('#', 2);
            string target =
                parts[0].Length == 0
                    ? file
                    : Path.GetFullPath(Path.Combine(Path.GetDirectoryName(file)!, Uri.UnescapeDataString(parts[0])));
            if (parts[0].Length > 0 && !Exists(target))
            {
                yield return $"{Repository.NameOf(file)}: {link}";
                continue;
            }

            if (parts is not [_, { Length: > 0 } anchor] || !target.EndsWith(".md", StringComparison.Ordinal))
                continue;
            IReadOnlySet<string> anchors = (target == file ? page : new MarkdownPage(File.ReadAllText(target))).Anchors();
            if (!anchors.Contains(anchor))
                yield return $"{Repository.NameOf(file)}: {link} (no such heading)";
        }
    }

    // With the case that is written, also on file systems that ignore it.
    private static bool Exists(string path)
    {
        string full = Path.TrimEndingDirectorySeparator(Path.GetFullPath(path));
        if (full.Length <= Repository.Root.TrimEnd('/', '\\').Length)
            return Directory.Exists(full);
        return Directory.Exists(Path.GetDirectoryName(full))
            && Directory
                .EnumerateFileSystemEntries(Path.GetDirectoryName(full)!)
                .Any(one => string.Equals(Path.GetFileName(one), Path.GetFileName(full), StringComparison.Ordinal));
    }

    [GeneratedRegex("^[a-z][a-z0-9+.-]*:", RegexOptions.IgnoreCase)]
    private static partial Regex Scheme();

    [GeneratedRegex(@"\b(?:docs|deploy|bench|tests)/[\w./-]*\w")]
    private static partial Regex NamedPath();

    [GeneratedRegex(@"\babout_NodeManager\w*")]
    private static partial Regex Topic();
}
