using System.Reflection;
using PublicApiGenerator;

namespace NodeManager.Architecture.Tests.Documents;

/// <summary>
/// Generated pages are what the code says. <c>NODEMANAGER_WRITE_REFERENCE=1</c> writes them: <c>./build.ps1 -Task Reference</c>.
/// </summary>
public sealed class ReferencePageTests
{
    private static readonly bool IsWriting = Environment.GetEnvironmentVariable("NODEMANAGER_WRITE_REFERENCE") == "1";

    private static string Source => File.ReadAllText(Path.Combine(Repository.Root, ErrorPage.Source));

    [Fact]
    public void The_error_index_is_generated_from_ErrorIds() => Compare(ErrorPage.Path, ErrorPage.Build(Source, ErrorPage.ReadCmdlets()));

    [Fact]
    public void The_reference_of_output_types_is_generated_from_the_assembly()
    {
        string folder = Path.Combine(Repository.Root, TypePage.Folder);
        IReadOnlyDictionary<string, string> pages = TypePage.Build();
        Directory.CreateDirectory(folder);
        foreach (string old in Directory.GetFiles(folder).Where(one => IsWriting && !pages.ContainsKey(Path.GetFileName(one))))
            File.Delete(old);
        Assert.All(pages, static page => Compare($"{TypePage.Folder}/{page.Key}", page.Value));
        Assert.Equal(
            pages.Keys.Order(StringComparer.Ordinal),
            Directory.GetFiles(folder).Select(Path.GetFileName).Order(StringComparer.Ordinal)
        );
    }

    [Theory]
    [InlineData("about_NodeManager_Drain", "draining")]
    [InlineData("about_NodeManager_Maintenance", "maintenance")]
    [InlineData("about_NodeManager_Pool", "node-pools")]
    [InlineData("about_NodeManager_PoolUpdate", "pool-updates")]
    public void An_about_topic_is_generated_from_its_concept_page(string topic, string page) =>
        Compare(
            $"en-US/{topic}.help.txt",
            AboutPage.Build(topic, File.ReadAllText(Path.Combine(Repository.Root, $"docs/concepts/{page}.md")))
        );

    [Fact]
    public void The_reference_of_roles_is_generated_from_the_manifests() => Compare(RolePage.Path, RolePage.Build());

    [Fact]
    public void The_reference_of_custom_resources_is_generated_from_their_definitions() =>
        Compare(SchemaPages.Resources, SchemaPages.BuildResources());

    [Fact]
    public void The_reference_of_the_configuration_is_generated_from_its_schema() =>
        Compare(SchemaPages.Configuration, SchemaPages.BuildConfiguration());

    [Fact]
    public void The_reference_of_the_command_line_is_generated_from_its_help() => Compare(CommandLinePage.Path, CommandLinePage.Build());

    [Fact]
    public void The_schema_of_requests_is_generated_from_the_options_of_a_drain() =>
        Compare(
            RequestSchema.Path,
            RequestSchema.Build(File.ReadAllText(Path.Combine(Repository.Root, RequestSchema.Path)).ReplaceLineEndings("\n"))
        );

    /// <summary>Scripts use these types: a change shows in the diff of a commit.</summary>
    [Theory]
    [InlineData("NodeManager")]
    [InlineData("NodeManager.Abstractions")]
    public void The_public_types_are_those_of_the_committed_baseline(string assembly) =>
        Compare(
            $"tests/NodeManager.Architecture.Tests/PublicApi/{assembly}.txt",
            Assembly.Load(assembly).GeneratePublicApi(new() { IncludeAssemblyAttributes = false }).ReplaceLineEndings("\n") + "\n"
        );

    [Fact]
    public void Every_ErrorId_has_a_cause_and_a_remedy() =>
        Assert.Equal(
            typeof(ErrorIds).GetFields().Select(static field => field.Name).Order(StringComparer.Ordinal),
            ErrorPage.Read(Source).Select(static one => one.Id).Order(StringComparer.Ordinal)
        );

    [Theory]
    [InlineData("    // A\n    public const string One = nameof(One);")]
    [InlineData("    // A\n    /// <summary>Cause.</summary>\n    public const string One = nameof(One);")]
    [InlineData("    // A\n    /// <summary>Cause.</summary><remarks></remarks>\n    public const string One = nameof(One);")]
    [InlineData(
        "    /// <summary>Cause.</summary><remarks>Remedy.</remarks>\n    public const string One = \"\";\n    public const string Two = \"\";"
    )]
    public void An_ErrorId_without_cause_or_remedy_is_refused(string source) =>
        Assert.Throws<FormatException>(() => ErrorPage.Read(source));

    [Fact]
    public void Causes_and_remedies_are_short_sentences()
    {
        string[] bad =
        [
            .. ErrorPage
                .Read(Source)
                .SelectMany(static one => new[] { (one.Id, Text: one.Cause), (one.Id, Text: one.Remedy) })
                .Where(static one =>
                    !one.Text.EndsWith('.') || one.Text.Split(". ").Any(static sentence => sentence.Split(' ').Length > 25)
                )
                .Select(static one => $"{one.Id}: {one.Text}"),
        ];
        Assert.True(bad.Length == 0, $"Sentences of at most 25 words that end with a period:\n{string.Join('\n', bad)}");
    }

    private static void Compare(string path, string made)
    {
        string file = Path.Combine(Repository.Root, path);
        if (IsWriting)
            File.WriteAllText(file, made);
        string committed = File.Exists(file) ? File.ReadAllText(file).ReplaceLineEndings("\n") : "";
        Assert.True(
            made == committed,
            $"{path} is not what the code says. Run ./build.ps1 -Task Reference, or\n"
                + "  NODEMANAGER_WRITE_REFERENCE=1 dotnet test tests/NodeManager.Architecture.Tests --filter FullyQualifiedName~ReferencePageTests\nand commit the page."
        );
    }
}
