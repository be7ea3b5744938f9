using NodeManager.SchedulerConfigurations.Comparing;
using NodeManager.SchedulerConfigurations.Documents;
using NodeManager.SchedulerConfigurations.Editing;
using NodeManager.SchedulerConfigurations.Reading;
using NodeManager.SchedulerConfigurations.Validation;
using NodeManager.SchedulerConfigurations.Yaml;

namespace NodeManager.SchedulerConfigurations.Tests.Editing;

public sealed partial class PluginEditorTests
{
    private static SchedulerDocument Document(string body, string api = "v1") =>
        SchedulerDocument.Parse($"apiVersion: kubescheduler.config.k8s.io/{api}\nkind: KubeSchedulerConfiguration\n{body}");

    private static string Body(PluginChangeResult result) =>
        result.Document.Text[(result.Document.Text.IndexOf("Configuration\n", StringComparison.Ordinal) + 14)..];

    private static PluginChange At(string name, params string[] points) => new() { Name = name, ExtensionPoints = points };

    [Fact]
    public void A_plugin_is_enabled_at_multiPoint_or_at_its_only_extension_point()
    {
        Assert.Equal(
            "profiles:\n- plugins:\n    multiPoint:\n      enabled:\n      - name: CapacityScheduling\n",
            Body(PluginEditor.Enable(Document(""), At("CapacityScheduling")))
        );
        Assert.Equal(
            "profiles:\n- plugins:\n    score:\n      enabled:\n      - name: PodState\n        weight: 3\n",
            Body(PluginEditor.Enable(Document(""), new PluginChange { Name = "PodState", Weight = 3 }))
        );
    }

    [Theory]
    [InlineData("v1", "")]
    [InlineData("v1", "queueSort")]
    [InlineData("v1beta1", "queueSort")]
    public void The_queueSort_plugin_is_replaced_and_restored_in_all_profiles(string api, string point)
    {
        var before = Document("profiles:\n- schedulerName: a\n- schedulerName: b\n", api);
        var change = point.Length > 0 ? At("Coscheduling", point) : At("Coscheduling");

        var enabled = PluginEditor.Enable(before, change);
        var back = PluginEditor.Disable(enabled.Document, change);

        Assert.Equal(["Coscheduling", "Coscheduling"], Sorting(enabled.Document));
        Assert.Equal(2, enabled.Warnings.Count(warning => warning.Contains("instead of PrioritySort", StringComparison.Ordinal)));
        Assert.DoesNotContain(SchedulerConfigurationValidator.Validate(enabled.Document), finding => finding.Severity == "Error");
        Assert.Equal(["PrioritySort", "PrioritySort"], Sorting(back.Document));
        Assert.DoesNotContain(SchedulerConfigurationValidator.Validate(back.Document), finding => finding.Severity == "Error");
    }

    [Fact]
    public void With_all_queueSort_plugins_disabled_the_default_is_enabled_again()
    {
        var document = Document(
            "profiles:\n- plugins:\n    queueSort:\n      enabled:\n      - name: Coscheduling\n      disabled:\n      - name: '*'\n"
        );

        var back = PluginEditor.Disable(document, At("Coscheduling", "queueSort"));

        Assert.Equal(["PrioritySort"], Sorting(back.Document));
    }

    [Theory]
    [InlineData("")]
    [InlineData("profiles:\n- schedulerName: default-scheduler\n")]
    [InlineData(
        "profiles:\n- schedulerName: a\n- schedulerName: b\n  plugins:\n    multiPoint:\n      enabled:\n      - name: CapacityScheduling\n"
    )]
    public void Disabling_and_enabling_a_default_plugin_returns_to_the_start(string body)
    {
        SchedulerDocument before = Document(body);
        foreach (string name in (string[])["ImageLocality", "NodeAffinity", "TaintToleration", "DefaultBinder", "PodTopologySpread"])
        {
            PluginChangeResult disabled = PluginEditor.Disable(before, At(name));
            PluginChangeResult enabled = PluginEditor.Enable(disabled.Document, At(name));

            Assert.NotEmpty(disabled.Differences);
            Assert.Equal(Running(before), Running(enabled.Document));
        }
    }

    [Theory]
    [InlineData("NodeAffinity", "NodeAffinity")]
    [InlineData("NodeAffinity", "'*'")]
    [InlineData("ImageLocality", "ImageLocality")]
    [InlineData("ImageLocality", "'*'")]
    public void A_plugin_that_one_extension_point_disables_runs_there_once_it_is_enabled(string name, string disabled)
    {
        SchedulerDocument before = Document($"profiles:\n- plugins:\n    score:\n      disabled:\n      - name: {disabled}\n");
        Assert.DoesNotContain((name, "score"), Running(before));

        PluginChangeResult result = PluginEditor.Enable(before, At(name));

        Assert.Contains((name, "score"), Running(result.Document));
        Assert.NotEmpty(result.Differences);
        Assert.Empty(PluginEditor.Enable(result.Document, At(name)).Differences);
        Assert.DoesNotContain(SchedulerConfigurationValidator.Validate(result.Document), static finding => finding.Severity == "Error");
    }

    [Fact]
    public void A_plugin_that_is_enabled_at_one_point_stays_disabled_at_others()
    {
        SchedulerDocument before = Document(
            "profiles:\n- plugins:\n    score:\n      disabled:\n      - name: NodeAffinity\n    filter:\n      disabled:\n      - name: NodeAffinity\n"
        );

        PluginChangeResult result = PluginEditor.Enable(before, At("NodeAffinity", "filter"));

        Assert.Contains(("NodeAffinity", "filter"), Running(result.Document));
        Assert.DoesNotContain(("NodeAffinity", "score"), Running(result.Document));
    }

    [Fact]
    public void A_weight_that_is_removed_with_its_entry_is_named()
    {
        PluginChangeResult result = PluginEditor.Disable(
            Document("profiles:\n- plugins:\n    multiPoint:\n      enabled:\n      - name: NodeAffinity\n        weight: 7\n"),
            At("NodeAffinity")
        );

        Assert.Contains(
            result.Warnings,
            static warning =>
                warning.Contains("The weight 7 of NodeAffinity at multiPoint", StringComparison.Ordinal)
                && warning.Contains("-Weight 7", StringComparison.Ordinal)
        );
    }

    [Fact]
    public void A_change_of_an_invalid_configuration_warns_of_its_errors()
    {
        SchedulerDocument invalid = Document("percentageOfNodesToScore: 500\n");

        Assert.Contains(
            PluginEditor.Enable(invalid, At("NodeAffinity")).Warnings,
            static warning =>
                warning.StartsWith(
                    "kube-scheduler does not start with this configuration: percentageOfNodesToScore",
                    StringComparison.Ordinal
                )
        );
        Assert.Contains(
            PluginEditor.Disable(invalid, At("NodeAffinity")).Warnings,
            static warning => warning.Contains("Test-SchedulerConfiguration", StringComparison.Ordinal)
        );
        Assert.Empty(PluginEditor.Enable(Document("percentageOfNodesToScore: 50\n"), At("NodeAffinity")).Warnings);
    }

    private static List<(string, string)> Running(SchedulerDocument document) =>
        [
            .. SchedulerPlugins
                .Read(document)
                .Where(static plugin => plugin.Status != SchedulerPluginStatus.Disabled)
                .Select(static plugin =>
                    (
                        $"{plugin.SchedulerName}/{plugin.Name}".Replace("default-scheduler/", "", StringComparison.Ordinal),
                        plugin.ExtensionPoint
                    )
                ),
        ];

    private static IEnumerable<string> Sorting(SchedulerDocument document) =>
        SchedulerPlugins
            .Read(document)
            .Where(plugin => plugin is { ExtensionPoint: "queueSort", Status: not SchedulerPluginStatus.Disabled })
            .Select(plugin => plugin.Name);

    [Fact]
    public void Without_multiPoint_a_plugin_is_enabled_at_each_of_its_extension_points()
    {
        var result = PluginEditor.Enable(Document("", "v1beta1"), At("CapacityScheduling"));
        Assert.Equal(
            ["postFilter", "preFilter", "reserve"],
            SchedulerPlugins
                .Read(result.Document)
                .Where(plugin => plugin is { Name: "CapacityScheduling", Status: "Enabled" })
                .Select(plugin => plugin.ExtensionPoint)
                .Order()
        );
    }

    [Fact]
    public void An_enabled_plugin_is_not_changed()
    {
        Assert.Empty(PluginEditor.Enable(Document(""), At("NodeName", "filter")).Differences);
        Assert.Empty(
            PluginEditor
                .Enable(
                    Document(""),
                    new PluginChange
                    {
                        Name = "NodeAffinity",
                        ExtensionPoints = ["score"],
                        Weight = 2,
                    }
                )
                .Differences
        );
        Assert.Empty(PluginEditor.Disable(Document(""), At("PodState")).Differences);
    }

    [Fact]
    public void Enabling_a_plugin_removes_it_from_the_disabled_list()
    {
        var document = Document("profiles:\n- schedulerName: a\n  plugins:\n    score:\n      disabled:\n      - name: ImageLocality\n");
        Assert.Equal("profiles:\n- schedulerName: a\n", Body(PluginEditor.Enable(document, At("ImageLocality", "score"))));
        Assert.Equal(
            "profiles:\n- schedulerName: a\n  plugins:\n    score:\n      enabled:\n      - name: ImageLocality\n        weight: 9\n",
            Body(
                PluginEditor.Enable(
                    document,
                    new PluginChange
                    {
                        Name = "ImageLocality",
                        ExtensionPoints = ["score"],
                        Weight = 9,
                    }
                )
            )
        );
    }

    [Fact]
    public void In_v1beta1_the_weight_of_a_default_plugin_is_changed_by_disabling_and_enabling()
    {
        var result = PluginEditor.Set(Document("", "v1beta1"), new PluginChange { Name = "ImageLocality", Weight = 9 });
        Assert.Equal(
            "profiles:\n- plugins:\n    score:\n      disabled:\n      - name: ImageLocality\n      enabled:\n      - name: ImageLocality\n        weight: 9\n",
            Body(result)
        );
        Assert.Equal(
            9,
            SchedulerPlugins.Read(result.Document).Single(plugin => plugin is { Name: "ImageLocality", ExtensionPoint: "score" }).Weight
        );
        Assert.Equal(
            "",
            string.Concat(PluginEditor.Set(result.Document, new PluginChange { Name = "ImageLocality", Weight = 9 }).Differences)
        );
        var back = PluginEditor.Disable(result.Document, At("ImageLocality"));
        Assert.Equal(
            "Disabled",
            SchedulerPlugins.Read(back.Document).Single(plugin => plugin is { Name: "ImageLocality", ExtensionPoint: "score" }).Status
        );
    }

    [Fact]
    public void Disabling_without_an_extension_point_removes_a_plugin_everywhere()
    {
        var document = Document("profiles:\n- plugins:\n    score:\n      enabled:\n      - name: NodeAffinity\n        weight: 5\n");
        var result = PluginEditor.Disable(document, At("NodeAffinity"));
        Assert.Equal("profiles:\n- plugins:\n    multiPoint:\n      disabled:\n      - name: NodeAffinity\n", Body(result));
        Assert.DoesNotContain(
            SchedulerPlugins.Read(result.Document),
            plugin => plugin.Name == "NodeAffinity" && plugin.Status != "Disabled"
        );
    }

    [Fact]
    public void Plugin_entries_without_a_name_field_are_read_and_never_written()
    {
        var document = Document(
            "profiles:\n- schedulerName: a\n  plugins:\n    filter:\n      enabled: # mine\n      - Rescheduler\n      - Coscheduling\n    score:\n      disabled: [ImageLocality]\n"
        );
        Assert.Contains(
            SchedulerPlugins.Read(document),
            plugin => plugin is { Name: "Rescheduler", ExtensionPoint: "filter", Status: "Enabled" }
        );
        var enabled = PluginEditor.Enable(document, At("NodeResourceTopologyMatch", "filter"));
        Assert.Equal(
            document.Text.Replace(
                "      enabled: # mine\n      - Rescheduler\n      - Coscheduling\n",
                "      enabled: # mine\n      - name: Rescheduler\n      - name: Coscheduling\n      - name: NodeResourceTopologyMatch\n"
            ),
            enabled.Document.Text
        );
        Assert.Collection(
            enabled.Warnings,
            static warning =>
                Assert.StartsWith("profiles[0].plugins.filter.enabled contained plugin names", warning, StringComparison.Ordinal),
            static warning =>
                Assert.StartsWith(
                    "kube-scheduler does not start with this configuration: profiles[0].plugins.score.disabled[0]",
                    warning,
                    StringComparison.Ordinal
                )
        );
        Assert.DoesNotContain("score", PluginEditor.Enable(document, At("ImageLocality", "score")).Document.Text, StringComparison.Ordinal);
        Assert.Equal(
            document.Text.Replace("      - Rescheduler\n      - Coscheduling\n", "      - name: Coscheduling\n"),
            PluginEditor.Disable(document, At("Rescheduler")).Document.Text
        );
    }

    [Fact]
    public void Order_is_the_position_in_the_list()
    {
        var document = Document(
            "profiles:\n- plugins:\n    score:\n      enabled:\n      - name: PodState\n      - name: SySched # b\n      - name: Trimaran\n"
        );
        var moved = PluginEditor.Set(
            document,
            new PluginChange
            {
                Name = "SySched",
                ExtensionPoints = ["score"],
                Order = 1,
            }
        );
        Assert.Equal(
            "profiles:\n- plugins:\n    score:\n      enabled:\n      - name: SySched # b\n      - name: PodState\n      - name: Trimaran\n",
            Body(moved)
        );
        Assert.Equal("Moved", Assert.Single(moved.Differences).Type);
        var first = PluginEditor.Enable(
            document,
            new PluginChange
            {
                Name = "TargetLoadPacking",
                ExtensionPoints = ["score"],
                Order = 1,
            }
        );
        Assert.StartsWith(
            "profiles:\n- plugins:\n    score:\n      enabled:\n      - name: TargetLoadPacking\n",
            Body(first),
            StringComparison.Ordinal
        );
    }

    [Fact]
    public void Only_the_named_profiles_change()
    {
        var document = Document("profiles:\n- schedulerName: a\n- schedulerName: b\n");
        var result = PluginEditor.Disable(document, new PluginChange { Name = "ImageLocality", SchedulerNames = ["b"] });
        Assert.Equal(
            "profiles:\n- schedulerName: a\n- schedulerName: b\n  plugins:\n    multiPoint:\n      disabled:\n      - name: ImageLocality\n",
            Body(result)
        );
        Assert.Equal(
            "profiles[b].plugins: added {multiPoint: {disabled: [{name: ImageLocality}]}}",
            Assert.Single(result.Differences).ToString()
        );
    }

    [Fact]
    public void Arguments_change_one_by_one_and_keep_their_comments()
    {
        var document = Document(
            "profiles:\n- pluginConfig:\n  - name: Rescheduler\n    args:\n      cpuThreshold: 80.0 # percent\n      memoryThreshold: 80.0\n"
        );
        var result = PluginEditor.Set(
            document,
            new PluginChange
            {
                Name = "Rescheduler",
                Arguments = new Dictionary<string, object?>
                {
                    ["cpuThreshold"] = 75.5,
                    ["memoryThreshold"] = null,
                    ["reschedulingInterval"] = "30s",
                },
            }
        );
        Assert.Equal(
            "profiles:\n- pluginConfig:\n  - name: Rescheduler\n    args:\n      cpuThreshold: 75.5 # percent\n      reschedulingInterval: 30s\n",
            Body(result)
        );
    }

    [Theory]
    [InlineData("Imagelocality", "score", ErrorIds.SchedulerPluginUnknown, "Did you mean ImageLocality?")]
    [InlineData("Nope", "score", ErrorIds.SchedulerPluginUnknown, "is unknown")]
    [InlineData("EBSLimits", "filter", ErrorIds.SchedulerPluginUnknown, "has no plugin")]
    [InlineData("ImageLocality", "filter", ErrorIds.SchedulerExtensionPointInvalid, "does not implement filter")]
    [InlineData("ImageLocality", "scoring", ErrorIds.SchedulerExtensionPointInvalid, "is not an extension point")]
    public void Unknown_names_are_refused_with_the_known_names(string name, string point, string errorId, string message)
    {
        var failure = Assert.Throws<NodeManagerException>(() => PluginEditor.Enable(Document(""), At(name, point)));
        Assert.Equal(errorId, failure.ErrorId);
        Assert.Contains(message, failure.Message, StringComparison.Ordinal);
        Assert.NotEmpty(failure.RecommendedAction!);
    }

    [Theory]
    [InlineData("hardPodAffinity", 5L, "has no argument 'hardPodAffinity'")]
    [InlineData("hardPodAffinityWeight", "5", "not a whole number")]
    [InlineData("hardPodAffinityWeight", 5.5, "not a whole number")]
    [InlineData("ignorePreferredTermsOfExistingPods", "yes", "not true or false")]
    public void An_unknown_argument_is_refused(string key, object value, string message)
    {
        var change = new PluginChange
        {
            Name = "InterPodAffinity",
            Arguments = new Dictionary<string, object?> { [key] = value },
        };
        var failure = Assert.Throws<NodeManagerException>(() => PluginEditor.Set(Document(""), change));
        Assert.Equal(ErrorIds.SchedulerArgumentInvalid, failure.ErrorId);
        Assert.Contains(message, failure.Message, StringComparison.Ordinal);
        Assert.NotEmpty(PluginEditor.Set(Document(""), change with { Force = true }).Differences);
    }

    [Fact]
    public void An_unknown_profile_and_a_disabled_plugin_are_reported()
    {
        var profile = Assert.Throws<NodeManagerException>(() =>
            PluginEditor.Disable(Document(""), new PluginChange { Name = "ImageLocality", SchedulerNames = ["b"] })
        );
        Assert.Equal(ErrorIds.SchedulerProfileNotFound, profile.ErrorId);
        Assert.Contains("default-scheduler", profile.Message, StringComparison.Ordinal);
        var idle = Assert.Throws<NodeManagerException>(() =>
            PluginEditor.Set(
                Document(""),
                new PluginChange
                {
                    Name = "PodState",
                    ExtensionPoints = ["score"],
                    Weight = 2,
                }
            )
        );
        Assert.Contains("does not run at score", idle.Message, StringComparison.Ordinal);
        Assert.Throws<NodeManagerException>(() =>
            PluginEditor.Enable(SchedulerDocument.Parse("apiVersion: v1\nkind: KubeSchedulerConfiguration\n"), At("ImageLocality", "score"))
        );
    }

    [Fact]
    public void An_unknown_plugin_is_enabled_with_Force()
    {
        var result = PluginEditor.Enable(Document(""), new PluginChange { Name = "Mine", Force = true });
        Assert.Contains(
            SchedulerPlugins.Read(result.Document),
            plugin => plugin is { Name: "Mine", ExtensionPoint: "multiPoint", IsKnown: false }
        );
        var failure = Assert.Throws<NodeManagerException>(() =>
            PluginEditor.Enable(Document("", "v1beta1"), new PluginChange { Name = "Mine", Force = true })
        );
        Assert.Equal(ErrorIds.SchedulerExtensionPointInvalid, failure.ErrorId);
    }

    [Fact]
    public void A_textual_difference_equals_the_output_of_diff()
    {
        var before = string.Concat(Enumerable.Range(1, 30).Select(line => $"line {line}\n"));
        var after = before.Replace("line 3\n", "line three\n").Replace("line 25\n", "line 25\nline 25b\n");
        Assert.Equal("", TextComparison.Unified(before, before));
        Assert.Equal(
            "--- a\n+++ b\n@@ -1,6 +1,6 @@\n line 1\n line 2\n-line 3\n+line three\n line 4\n line 5\n line 6\n"
                + "@@ -23,6 +23,7 @@\n line 23\n line 24\n line 25\n+line 25b\n line 26\n line 27\n line 28\n",
            TextComparison.Unified(before, after, "a", "b")
        );
    }

    [Fact]
    public void A_semantic_difference_names_moved_plugins_and_ignores_style()
    {
        static object? Value(string text) => YamlValue.Of(Document(text).Root);
        Assert.Empty(ValueComparison.Compare(Value("a: {b: [1, 'x']} # c\n"), Value("a:\n  b:\n  - 0x1\n  - x\n")));
        Assert.Equal(
            ["a[x].weight: 1 -> 2", "a[w]: removed {name: w}", "a[z]: added {name: z}", "n: 1 -> 1.0"],
            ValueComparison
                .Compare(Value("a: [{name: x, weight: 1}, {name: w}]\nn: 1\n"), Value("a: [{name: x, weight: 2}, {name: z}]\nn: 1.0\n"))
                .Select(one => one.ToString())
        );
        Assert.Equal(
            ["a: x, w -> w, x"],
            ValueComparison
                .Compare(Value("a: [{name: x}, {name: w}]\n"), Value("a: [{name: w}, {name: x}]\n"))
                .Select(one => one.ToString())
        );
    }
}
