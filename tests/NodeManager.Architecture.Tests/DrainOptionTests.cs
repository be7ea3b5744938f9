using System.Text.Json;
using System.Text.RegularExpressions;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Mono.Cecil;
using NodeManager.Architecture.Tests.Documents;
using NodeManager.Drains.Options;

namespace NodeManager.Architecture.Tests;

/// <summary>The options of a drain are one record: how many files a new option needs, and which surface offers which option.</summary>
public sealed class DrainOptionTests
{
    private const int MaximumFiles = 8;

    private const string Safeguard = "Bypasses a safeguard: only a cmdlet that runs the drain itself has it.";
    private const string Approval = "An agent's plan has the options that its approver sees. Cmdlets and detached runs take this option.";

    // Set by the code that starts a drain; a caller has no say in them, or says it elsewhere.
    private static readonly Dictionary<string, string> CodeOnly = new()
    {
        [nameof(DrainOptions.StopAtFailure)] = "Follows -ErrorAction of the cmdlet.",
        [nameof(DrainOptions.IsOfSeveral)] = "Follows the number of nodes of the run.",
        [nameof(DrainOptions.MeetsNewNodes)] = "For plans of pool updates.",
        [nameof(DrainOptions.Reason)] = "Part of every request, beside the options of its drain.",
    };

    private static readonly Dictionary<string, string> NotInRequests = new()
    {
        [nameof(DrainOptions.DisableEviction)] = Safeguard,
        [nameof(DrainOptions.OverrideBudgetAfter)] = Safeguard,
        [nameof(DrainOptions.OverrideBudgetConcurrently)] = Safeguard,
        [nameof(DrainOptions.ForceStuck)] = Safeguard,
    };

    private static readonly Dictionary<string, string> NotForAgents = new(NotInRequests)
    {
        [nameof(DrainOptions.PodSelector)] = Approval,
        [nameof(DrainOptions.SkipWaitForDeleteTimeout)] = Approval,
        [nameof(DrainOptions.VolumeDetachTimeout)] = Approval,
        [nameof(DrainOptions.WaitForJob)] = Approval,
        [nameof(DrainOptions.Surge)] = Approval,
        [nameof(DrainOptions.SurgeTimeout)] = Approval,
        [nameof(DrainOptions.Once)] = Approval,
        [nameof(DrainOptions.WaitForReplacement)] = Approval,
        [nameof(DrainOptions.ThrottleLimit)] = Approval,
        [nameof(DrainOptions.MaxParallelEvictions)] = Approval,
        [nameof(DrainOptions.WorkloadMaxUnavailable)] = Approval,
        [nameof(DrainOptions.WorkloadWait)] = Approval,
        [nameof(DrainOptions.EvictionApi)] = Approval,
        [nameof(DrainOptions.Condition)] = Approval,
        [nameof(DrainOptions.GracePeriod)] = Approval,
    };

    /// <summary>
    /// Counted are files where the option is declared, passed on or used: an identifier in code, a key in YAML, and in a page the option's own
    /// heading or entry in a list. Not counted: text that mentions it, tests, and the generated files (MAML, the schema of requests).
    /// </summary>
    [Theory]
    [InlineData(nameof(DrainOptions.ForceStuck))]
    [InlineData(nameof(DrainOptions.SurgeTimeout))]
    public void An_option_takes_at_most_eight_files_that_are_not_generated(string option)
    {
        string[] files = [.. FilesOf(option)];

        Assert.Contains("src/domain/NodeManager.Drains/Options/DrainOptions.cs", files);
        Assert.Contains("src/NodeManager/Commands/Bases/DrainRunCmdlet.cs", files);
        Assert.Contains("docs/reference/cmdlets/Invoke-NodeDrain.md", files);
        Assert.True(files.Length <= MaximumFiles, $"{option} is in {files.Length} files:\n{string.Join('\n', files)}");
    }

    [Fact]
    public void Text_that_mentions_an_option_is_not_counted()
    {
        Assert.False(IsCode("ForceStuck", "// ForceStuck\nx = \"-ForceStuck\";\n/// <c>ForceStuck</c>"));
        Assert.True(IsCode("ForceStuck", "options.ForceStuck"));
        Assert.True(IsCode("ForceStuck", "text += $\"{options.ForceStuck}\";"));
        Assert.False(IsEntry("ForceStuck", "Use `-ForceStuck 5m`, which force-deletes such a pod."));
        Assert.True(IsEntry("ForceStuck", "- `-ForceStuck` force-deletes pods."));
        Assert.True(IsEntry("ForceStuck", "### -ForceStuck"));
    }

    [Fact]
    public void Cmdlets_have_a_parameter_for_every_option()
    {
        using ModuleDefinition module = Module("NodeManager.dll");
        HashSet<string> parameters = [];
        for (
            TypeDefinition? type = module.GetType("NodeManager.Commands.InvokeNodeDrainCommand");
            type is not null;
            type = type.BaseType as TypeDefinition
        )
            parameters.UnionWith(
                type.Properties.Where(static one => one.CustomAttributes.Any(static a => a.AttributeType.Name == "ParameterAttribute"))
                    .Select(static one => one.Name)
            );
        AssertOffered("the cmdlets", [], option => parameters.Contains(option.Parameter));
    }

    [Fact]
    public void Requests_have_a_field_for_every_option()
    {
        string document = File.ReadAllText(Path.Combine(Repository.Root, RequestSchema.Path));
        AssertOffered("requests", NotInRequests, option => Regex.IsMatch(document, $"(?m)^ +{option.Field}:"));
    }

    [Theory]
    [InlineData("ApiDrainRequest")]
    [InlineData("ApiBatchDrain")]
    [InlineData("ApiMaintenanceRequest")]
    public void The_REST_API_has_a_field_for_every_option(string body)
    {
        using JsonDocument document = JsonDocument.Parse(
            File.ReadAllText(Path.Combine(Repository.Root, "docs", "reference", "api", "openapi.json"))
        );
        JsonElement schema = document.RootElement.GetProperty("components").GetProperty("schemas").GetProperty(body);
        string[] fields = [.. schema.GetProperty("properties").EnumerateObject().Select(static one => one.Name)];
        AssertOffered(
            body,
            NotInRequests,
            option =>
            {
                string field = JsonNamingPolicy
                    .SnakeCaseLower.ConvertName(option.Field)
                    .Replace("empty_dir", "emptydir", StringComparison.Ordinal);
                return fields.Contains(field) || fields.Contains($"drain_{field}");
            }
        );
    }

    [Fact]
    public void Agents_have_the_options_that_their_plans_show()
    {
        using ModuleDefinition module = Module("NodeManager.Server.dll");
        TypeDefinition change = module.GetType("NodeManager.Server.Agents.Plans.AgentChange");
        AssertOffered("agents", NotForAgents, option => change.Properties.Any(one => one.Name == option.Property.Name));
    }

    private static ModuleDefinition Module(string file) => ModuleDefinition.ReadModule(Path.Combine(AppContext.BaseDirectory, file));

    // An option is offered or named with a reason; never both, so that the lists stay true.
    private static void AssertOffered(string surface, Dictionary<string, string> without, Func<DrainOption, bool> isOffered)
    {
        foreach (DrainOption option in DrainOption.All)
        {
            string name = option.Property.Name;
            Assert.Equal(option.Use == DrainOptionUse.Code, CodeOnly.ContainsKey(name));
            if (option.Use == DrainOptionUse.Code)
                continue;
            bool isNamed = without.TryGetValue(name, out string? reason) && reason.Length > 0;
            Assert.True(isOffered(option) != isNamed, $"{name} must be offered by {surface}, or be named there with a reason; not both.");
        }
    }

    private static IEnumerable<string> FilesOf(string option) =>
        Repository
            .Files(".cs")
            .Where(path => Name(path).StartsWith("src/", StringComparison.Ordinal) && IsCode(option, File.ReadAllText(path)))
            .Concat(
                Repository
                    .Files(".md")
                    .Concat(Repository.Files(".help.txt"))
                    .Where(path => Name(path) != "CHANGELOG.md" && IsEntry(option, File.ReadAllText(path)))
            )
            .Concat(
                Repository
                    .Files(".yaml")
                    .Where(path => Name(path) != RequestSchema.Path && Regex.IsMatch(File.ReadAllText(path), $"(?mi)^\\s*{option}\\w*:"))
            )
            .Select(Name);

    private static string Name(string path) => Repository.NameOf(path);

    private static bool IsCode(string option, string source) =>
        source.Contains(option, StringComparison.Ordinal)
        && CSharpSyntaxTree
            .ParseText(source)
            .GetRoot()
            .DescendantTokens()
            .Any(token => token.IsKind(SyntaxKind.IdentifierToken) && (token.ValueText == option || token.ValueText == $"{option}Seconds"));

    private static bool IsEntry(string option, string page) => Regex.IsMatch(page, $@"(?m)^(### |- |\| |\s{{2,}})`?-{option}\b");
}
