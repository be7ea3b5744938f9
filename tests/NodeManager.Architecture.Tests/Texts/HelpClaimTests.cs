using System.Text.RegularExpressions;
using Mono.Cecil;
using NodeManager.Architecture.Tests.Documents;

namespace NodeManager.Architecture.Tests.Texts;

/// <summary>What the help says about the module as a whole is derived from its commands.</summary>
public sealed partial class HelpClaimTests : IDisposable
{
    // Verbs of cmdlets that change nothing in a cluster.
    private static readonly string[] Reading = ["Compare", "Get", "Measure", "Select", "Show", "Test", "Wait", "Watch"];

    private static readonly string Topic = File.ReadAllText(Path.Combine(Repository.Root, "en-US/about_NodeManager.help.txt"))
        .ReplaceLineEndings("\n");

    private readonly ModuleDefinition _module = ModuleDefinition.ReadModule(Path.Combine(AppContext.BaseDirectory, "NodeManager.dll"));

    [Fact]
    public void The_topic_of_the_module_lists_every_cmdlet() =>
        Assert.Equal(Cmdlets().Select(static one => one.Name), Names(Section("CMDLETS")));

    [Fact]
    public void The_topic_lists_the_cmdlets_that_prompt_by_default() =>
        Assert.Equal(
            Cmdlets().Where(static one => one.Prompts).Select(static one => one.Name),
            // The last one is the one whose prompt depends on its arguments.
            Names(Section("CONFIRMATION")[..Section("CONFIRMATION").IndexOf("Set-NodeTaint", StringComparison.Ordinal)])
        );

    [Fact]
    public void The_guide_of_runbooks_lists_the_cmdlets_that_prompt_by_default() =>
        Assert.Equal(
            Cmdlets().Where(static one => one.Prompts).Select(static one => one.Name),
            Regex
                .Match(Page("docs/guides/ci-and-runbooks.md"), @"(?s)^## Prompts$.*?```output\n(.*?)\n```", RegexOptions.Multiline)
                .Groups[1]
                .Value.Split('\n')
        );

    [Fact]
    public void The_page_about_draining_lists_all_kinds_of_blockers()
    {
        string[] kinds =
        [
            .. Directory
                .EnumerateFiles(Path.Combine(Repository.Root, "src/domain/NodeManager.Drains"), "*.cs", SearchOption.AllDirectories)
                .SelectMany(static file => BlockerKind().Matches(File.ReadAllText(file)))
                .Select(static one => one.Groups[1].Value)
                .Distinct()
                .Order(StringComparer.Ordinal),
        ];
        string table = Regex
            .Match(Page("docs/concepts/draining.md"), @"(?s)\| Kind \| Blocker \|\n\|---\|---\|\n(.*?)\n\n")
            .Groups[1]
            .Value;
        string summary = Page("docs/reference/types/NodeDrainBlocker.md");

        Assert.Contains("Workload", kinds);
        Assert.All(kinds, kind => Assert.Contains($"| {kind} |", table, StringComparison.Ordinal));
        Assert.All(kinds, kind => Assert.Contains($"`{kind}`", summary, StringComparison.Ordinal));
    }

    [Fact]
    public void The_page_of_runs_lists_all_their_states()
    {
        string page = Page("docs/reference/cmdlets/Get-NodeMaintenance.md");
        Assert.All(
            typeof(NodeMaintenanceRunStatus).GetFields().Select(static one => one.Name),
            state => Assert.Contains($"- `{state}`: ", page, StringComparison.Ordinal)
        );
    }

    [Fact]
    public void No_page_of_a_reading_cmdlet_says_that_it_changes_its_node()
    {
        string[] pages =
        [
            .. Cmdlets()
                .Select(static one => one.Name)
                .Where(static name => Reading.Contains(name.Split('-')[0], StringComparer.Ordinal))
                .Select(static name => Path.Combine(Repository.Root, $"docs/reference/cmdlets/{name}.md")),
        ];

        Assert.True(pages.Length > 30, $"{pages.Length} pages were found.");
        Assert.DoesNotContain(
            pages,
            static page => File.ReadAllText(page).Contains("The node is changed in the cluster", StringComparison.Ordinal)
        );
    }

    public void Dispose() => _module.Dispose();

    private IEnumerable<(string Name, bool Prompts)> Cmdlets() =>
        _module
            .Types.SelectMany(static type => type.CustomAttributes)
            .Where(static one => one.AttributeType.Name == "CmdletAttribute")
            .Select(static one =>
                (
                    Name: $"{one.ConstructorArguments[0].Value}-{one.ConstructorArguments[1].Value}",
                    Prompts: one.Properties.Any(static named => named.Name == "ConfirmImpact" && (int)named.Argument.Value == 3)
                )
            )
            .OrderBy(static one => one.Name, StringComparer.Ordinal);

    private static string Page(string path) => File.ReadAllText(Path.Combine(Repository.Root, path)).ReplaceLineEndings("\n");

    private static string Section(string title) => Regex.Match(Topic, $@"(?ms)^{title}\n(.*?)(?=^[A-Z]|\z)").Groups[1].Value;

    private static IEnumerable<string> Names(string text) =>
        CmdletName().Matches(text).Select(static one => one.Value).Distinct().Order(StringComparer.Ordinal);

    [GeneratedRegex(@"new(?: NodeDrainBlocker)?(?:\(\))?\s*\{\s*Kind = ""(\w+)"",\s*Name")]
    private static partial Regex BlockerKind();

    [GeneratedRegex(@"(?<=^ +|  )[A-Z][a-z]+-[A-Z]\w+", RegexOptions.Multiline)]
    private static partial Regex CmdletName();
}
