using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace NodeManager.Architecture.Tests.Documents;

/// <summary>The files by which others join: their form, and that what they name exists.</summary>
public sealed partial class ProjectFileTests
{
    // Keep a Changelog 1.1.0.
    private static readonly string[] ChangeKinds = ["Added", "Changed", "Deprecated", "Removed", "Fixed", "Security"];

    [Fact]
    public void The_changelog_is_one_of_Keep_a_Changelog()
    {
        string text = Read("CHANGELOG.md");
        string[] versions = Headings(text, "##");
        string[] kinds = Headings(text, "###");

        Assert.Equal("[Unreleased]", versions[0]);
        Assert.All(versions.Skip(1), static one => Assert.Matches(@"^\[\d+\.\d+\.\d+\] - \d{4}-\d\d-\d\d$", one));
        Assert.NotEmpty(kinds);
        Assert.All(kinds, static one => Assert.Contains(one, ChangeKinds));
        Assert.DoesNotMatch(@"(?m)^- Breaking", text);
    }

    [Fact]
    public void The_workflow_runs_what_contributors_run()
    {
        Assert.Contains("run: bash .ci/run\n", Read(".github/workflows/ci.yml"), StringComparison.Ordinal);
        Assert.Contains("`bash .ci/run`", Read("CONTRIBUTING.md"), StringComparison.Ordinal);
        Assert.True(File.Exists(Path.Combine(Repository.Root, ".ci/run")));
    }

    [Fact]
    public void Dependency_updates_cover_every_place_with_dependencies()
    {
        string[] covered =
        [
            .. Update().Matches(Read(".github/dependabot.yml")).Select(static one => $"{one.Groups[1].Value} {one.Groups[2].Value}"),
        ];

        Assert.Contains("nuget /", covered);
        Assert.Contains("dotnet-sdk /", covered);
        Assert.Contains("github-actions /", covered);
        string[] packages =
        [
            .. Repository
                .Files("package.json")
                .Select(static one => "npm /" + Path.GetDirectoryName(Repository.NameOf(one))!.Replace('\\', '/')),
        ];
        Assert.NotEmpty(packages);
        Assert.All(packages, one => Assert.Contains(one, covered));
    }

    [Fact]
    public void The_image_has_the_packages_of_the_server()
    {
        static JsonNode Packages(string file) => JsonNode.Parse(Read("src/NodeManager.Server/" + file))!["dependencies"]!["net10.0"]!;

        Assert.True(
            JsonNode.DeepEquals(Packages("packages.lock.json"), Packages("packages.image.lock.json")),
            "Run dotnet restore src/NodeManager.Server -p:ImagePlatform=linux-x64 --force-evaluate."
        );
    }

    [Theory]
    [InlineData("CONTRIBUTING.md")]
    [InlineData("SECURITY.md")]
    [InlineData("SUPPORT.md")]
    public void The_README_names(string file) => Assert.Contains($"]({file})", Read("README.md"), StringComparison.Ordinal);

    private static string Read(string path) => File.ReadAllText(Path.Combine(Repository.Root, path)).ReplaceLineEndings("\n");

    private static string[] Headings(string text, string level) =>
        [.. Regex.Matches(text, $"(?m)^{level} (.+)$").Select(static one => one.Groups[1].Value)];

    [GeneratedRegex(@"package-ecosystem: (\S+)\n +directory: (\S+)")]
    private static partial Regex Update();
}
