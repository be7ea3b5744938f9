using NodeManager.SchedulerConfigurations.Catalog;
using NodeManager.SchedulerConfigurations.Documents;
using NodeManager.SchedulerConfigurations.Editing;
using NodeManager.SchedulerConfigurations.Validation;

namespace NodeManager.SchedulerConfigurations.Tests.Catalog;

/// <summary>A plugin that a file makes known is treated as a built-in one is.</summary>
public sealed class PluginDefinitionsTests
{
    private const string Text = """
        name: GpuPacking   # ours
        extensionPoints: [preFilter, filter, score]
        arguments:
          mode: string
          weights: {'*': number}
          resources:
          - name: string
            weight: int64
        ---
        {"name": "Quiet", "extensionPoints": ["permit"]}
        """;

    private static readonly IReadOnlyList<SchedulerPluginDefinition> Known = PluginDefinitions.Read(
        Text,
        "plugins.yaml",
        SchedulerPluginSource.Session
    );
    private static readonly PluginCatalog Catalog = PluginDefinitions.Catalog(Known);

    private static SchedulerDocument Document(string body = "profiles:\n- schedulerName: a\n") =>
        SchedulerDocument.Parse($"apiVersion: kubescheduler.config.k8s.io/v1\nkind: KubeSchedulerConfiguration\n{body}");

    [Fact]
    public void Definitions_are_read_from_yaml_and_json_and_written_back()
    {
        Assert.Equal(["GpuPacking", "Quiet"], Known.Select(plugin => plugin.Name));
        Assert.Equal("preFilter, filter, score", Known[0].ExtensionPoints.ToString());
        Assert.Equal("{mode: string, weights: {'*': number}, resources: [{name: string, weight: int64}]}", Known[0].Arguments);
        foreach (var plugin in Known)
        {
            var again = Assert.Single(PluginDefinitions.Read(PluginDefinitions.Write(plugin), "x", plugin.Source));
            Assert.Equal(
                (plugin.Name, plugin.ExtensionPoints.ToString(), plugin.Arguments),
                (again.Name, again.ExtensionPoints.ToString(), again.Arguments)
            );
        }
    }

    [Fact]
    public void A_registered_plugin_is_changed_with_its_points_and_argument_types()
    {
        var change = new PluginChange
        {
            Name = "GpuPacking",
            Arguments = new Dictionary<string, object?> { ["mode"] = "tight" },
        };
        Assert.Contains("GpuPacking", PluginEditor.Enable(Document(), change, null, Catalog).Document.Text, StringComparison.Ordinal);
        Assert.Equal(ErrorIds.SchedulerPluginUnknown, ErrorOf(change, PluginCatalog.Standard));
        Assert.Equal(ErrorIds.SchedulerExtensionPointInvalid, ErrorOf(change with { ExtensionPoints = ["bind"] }, Catalog));
        Assert.Equal(
            ErrorIds.SchedulerArgumentInvalid,
            ErrorOf(change with { Arguments = new Dictionary<string, object?> { ["mode"] = 3L } }, Catalog)
        );
        Assert.Equal(
            ErrorIds.SchedulerArgumentInvalid,
            ErrorOf(change with { Arguments = new Dictionary<string, object?> { ["mod"] = "x" } }, Catalog)
        );
    }

    [Theory]
    [InlineData(
        "profiles: [{plugins: {multiPoint: {enabled: [{name: GpuPacking}]}}, pluginConfig: [{name: GpuPacking, args: {mode: a}}]}]",
        null
    )]
    [InlineData("profiles: [{plugins: {bind: {enabled: [{name: GpuPacking}]}}}]", "ExtensionPoint")]
    [InlineData(
        "profiles: [{plugins: {score: {enabled: [{name: GpuPacking}]}}, pluginConfig: [{name: GpuPacking, args: {weights: {x: y}}}]}]",
        "Type"
    )]
    public void A_configuration_is_checked_with_registered_plugins(string body, string? rule)
    {
        var findings = SchedulerConfigurationValidator.Validate(Document(body + "\n"), new ValidationOptions { Catalog = Catalog });
        Assert.Equal(rule is null ? [] : [rule], findings.Select(finding => finding.Rule));
    }

    [Theory]
    [InlineData("", "it is empty")]
    [InlineData("- a", "not a mapping")]
    [InlineData("name: A", "extensionPoints")]
    [InlineData("extensionPoints: [score]", "'name' of the plugin is missing")]
    [InlineData("{name: 'A B', extensionPoints: [score]}", "'name' of the plugin is missing")]
    [InlineData("{name: A, extensionPoints: [scores]}", "'scores'")]
    [InlineData("{name: A, extensionPoints: [score], args: {}}", "field 'args' is unknown")]
    [InlineData("{name: A, extensionPoints: [score], arguments: {a: text}}", "'text' is not a kind")]
    [InlineData("{name: A, extensionPoints: [score], arguments: {a: [string, int32]}}", "one kind")]
    [InlineData("{name: A, extensionPoints: [score], arguments: [a]}", "not a mapping")]
    [InlineData("a: [", "line ")]
    public void An_invalid_definition_is_refused_with_the_reason(string text, string reason)
    {
        var error = Assert.Throws<NodeManagerException>(() => PluginDefinitions.Read(text, "x.yaml", SchedulerPluginSource.Session));
        Assert.Equal(ErrorIds.SchedulerDefinitionInvalid, error.ErrorId);
        Assert.Contains(reason, error.Message, StringComparison.Ordinal);
    }

    private static string ErrorOf(PluginChange change, PluginCatalog catalog) =>
        Assert.Throws<NodeManagerException>(() => PluginEditor.Enable(Document(), change, null, catalog)).ErrorId;
}
