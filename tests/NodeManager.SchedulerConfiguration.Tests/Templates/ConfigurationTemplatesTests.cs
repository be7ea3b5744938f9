using NodeManager.SchedulerConfigurations.Documents;
using NodeManager.SchedulerConfigurations.Reading;
using NodeManager.SchedulerConfigurations.Templates;
using NodeManager.SchedulerConfigurations.Validation;
using NodeManager.Testing;

namespace NodeManager.SchedulerConfigurations.Tests.Templates;

/// <summary>Templates change what they name, in whatever is there, and what they leave is a configuration that a scheduler starts with.</summary>
public sealed class ConfigurationTemplatesTests
{
    private const string Body = """
        # of the platform team
        parallelism: 8   # enough
        profiles:
        - schedulerName: default-scheduler
          plugins:
            score:
              enabled:
              - name: ImageLocality   # keep
                weight: 5
              disabled:
              - name: ImageLocality
        - schedulerName: second # untouched

        """;

    public static TheoryData<string, string> EachInEachVersion()
    {
        var data = new TheoryData<string, string>();
        foreach (var template in ConfigurationTemplates.BuiltIn)
        foreach (var api in new[] { "v1beta1", "v1beta2", "v1beta3", "v1" })
            data.Add(template.Name, api);
        return data;
    }

    private static SchedulerDocument Document(string api, string body = Body) =>
        SchedulerDocument.Parse($"apiVersion: kubescheduler.config.k8s.io/{api}\nkind: KubeSchedulerConfiguration\n{body}");

    [Theory]
    [MemberData(nameof(EachInEachVersion))]
    public void Each_template_is_valid_in_each_version_keeps_other_settings_and_is_idempotent(string name, string api)
    {
        var document = Document(api);
        var template = ConfigurationTemplates.Find(name.ToLowerInvariant(), null);
        var once = ConfigurationTemplates.Apply(document, template, []);
        Assert.NotEmpty(once.Differences);
        Assert.DoesNotContain(SchedulerConfigurationValidator.Validate(once.Document), finding => finding.Severity == "Error");
        foreach (var line in document.Text.TrimEnd().Split('\n'))
            Assert.Contains(line, once.Document.Text, StringComparison.Ordinal);
        var twice = ConfigurationTemplates.Apply(once.Document, template, []);
        Assert.Equal(once.Document.Text, twice.Document.Text);
        Assert.Empty(twice.Differences);
    }

    [Theory]
    [InlineData("v1", "NodeResourcesFit", true)]
    [InlineData("v1beta1", "NodeResourcesMostAllocated", true)]
    [InlineData("v1", "NodeResourcesBalancedAllocation", false)]
    [InlineData("v1beta1", "NodeResourcesLeastAllocated", false)]
    public void The_packing_template_scores_full_nodes_only(string api, string plugin, bool scores)
    {
        var result = ConfigurationTemplates.Apply(Document(api), ConfigurationTemplates.Find("BinPacking", null), []);
        var running = SchedulerPlugins
            .Read(result.Document)
            .Where(one => one.ExtensionPoint == "score" && one.Status != SchedulerPluginStatus.Disabled);
        Assert.Equal(scores, running.Any(one => one.Name == plugin));
        Assert.Empty(result.Warnings);
        if (api == "v1")
            Assert.Contains("type: MostAllocated", result.Document.Text, StringComparison.Ordinal);
    }

    [Fact]
    public void Only_the_named_profiles_are_changed_and_a_foreign_plugin_is_reported()
    {
        var result = ConfigurationTemplates.Apply(Document("v1"), ConfigurationTemplates.Find("LoadAware", null), ["second"]);
        Assert.All(result.Differences, difference => Assert.StartsWith("profiles[second]", difference.Path, StringComparison.Ordinal));
        Assert.Contains("TargetLoadPacking", Assert.Single(result.Warnings), StringComparison.Ordinal);
    }

    [Fact]
    public void A_custom_template_is_a_file_and_can_replace_a_built_in_template()
    {
        using var folder = new TemporaryFolder();
        folder.Write("Quiet.yaml", "description: no images\nsteps:\n- disable: ImageLocality\n  at: [score]\n");
        folder.Write("binpacking.yml", "steps:\n- enable: NodeResourcesFit\n  weight: 7\n  at: [score]\n  versions: [v1]\n");
        var root = folder.Path(".");
        Assert.Equal(ConfigurationTemplates.BuiltIn.Count + 1, ConfigurationTemplates.List(root).Count);
        var quiet = ConfigurationTemplates.Apply(Document("v1"), ConfigurationTemplates.Find("quiet", root), ["default-scheduler"]);
        Assert.DoesNotContain("keep", quiet.Document.Text, StringComparison.Ordinal);
        Assert.Equal("no images", ConfigurationTemplates.Find("Quiet", root).Description);
        Assert.Equal(7, Assert.Single(ConfigurationTemplates.Find("BinPacking", root).Steps).Weight);
        Assert.Equal(
            ErrorIds.SchedulerTemplateInvalid,
            ErrorOf(() => ConfigurationTemplates.Apply(Document("v1beta3"), ConfigurationTemplates.Find("BinPacking", root), []))
        );
    }

    [Theory]
    [InlineData("steps: [{enable: A, disable: B}]", "one of enable")]
    [InlineData("steps: [{at: [score]}]", "one of enable")]
    [InlineData("steps: [{enable: A, at: [scores]}]", "'scores' is not an extension point")]
    [InlineData("steps: [{enable: A, versions: [v2]}]", "'v2' is not a version")]
    [InlineData("steps: [{enable: A, weigth: 2}]", "weigth")]
    [InlineData("steps: [{enable: A, weight: much}]", "weight")]
    [InlineData("steps: [null]", "a step is empty")]
    [InlineData("steps: [{enable: null}]", "names no plugin")]
    [InlineData("description: x", "no steps")]
    [InlineData("", "not one document")]
    [InlineData("a: [", "line ")]
    public void An_invalid_template_is_refused_with_the_reason(string text, string reason)
    {
        using var folder = new TemporaryFolder();
        folder.Write("x.yaml", text);
        var error = Assert.Throws<NodeManagerException>(() => ConfigurationTemplates.Find("x", folder.Path(".")));
        Assert.Equal(ErrorIds.SchedulerTemplateInvalid, error.ErrorId);
        Assert.Contains(reason, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void An_unknown_template_is_reported_with_the_known_ones()
    {
        Assert.Equal(ErrorIds.SchedulerTemplateNotFound, ErrorOf(() => ConfigurationTemplates.Find("Nope", null)));
        Assert.Equal(
            ErrorIds.SchedulerTemplateNotFound,
            ErrorOf(() => ConfigurationTemplates.List(Path.Combine(Path.GetTempPath(), Guid.NewGuid().ToString())))
        );
    }

    private static string ErrorOf(Action action) => Assert.Throws<NodeManagerException>(action).ErrorId;
}
