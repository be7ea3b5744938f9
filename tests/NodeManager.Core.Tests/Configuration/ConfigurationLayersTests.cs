using System.Text.Json.Nodes;
using NodeManager.Core.Configuration;
using NodeManager.Testing;

namespace NodeManager.Core.Tests.Configuration;

public sealed class ConfigurationLayersTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Each_layer_overrides_the_layers_below_and_is_reported_as_the_source()
    {
        string user = _folder.Write(
            "user.json",
            """{ "minNodes": 2, "maxNodes": 20, "scaleUpThreshold": 75.5, "metricsEnabled": false }"""
        );
        string project = _folder.Write("project.json", """{ "$schema": "x", "maxNodes": 30, "nodeSelectionStrategy": "round-robin" }""");

        NodeManagerConfiguration loaded = ConfigurationLayers.Load(
            user,
            project,
            Variables(("NODEMANAGER_MAX_NODES", "40"), ("NODEMANAGER_HEALTH_CHECK_INTERVAL", "2m"))
        );
        NodeManagerConfiguration changed = ConfigurationLayers.Change(
            loaded,
            new Dictionary<string, object?> { ["metricsEnabled"] = true }
        );

        Assert.Equal(
            (2, 40, 75.5m, 20m, "RoundRobin", TimeSpan.FromMinutes(2), true, false),
            (
                changed.MinNodes,
                changed.MaxNodes,
                changed.ScaleUpThreshold,
                changed.ScaleDownThreshold,
                changed.NodeSelectionStrategy,
                changed.HealthCheckInterval,
                changed.MetricsEnabled,
                loaded.MetricsEnabled
            )
        );
        Dictionary<string, string> sources = ConfigurationLayers.Explain(changed).ToDictionary(s => s.Name, s => s.Source);
        Assert.Equal(
            (user, "NODEMANAGER_MAX_NODES", user, "Built-in", project, "Session"),
            (
                sources["minNodes"],
                sources["maxNodes"],
                sources["scaleUpThreshold"],
                sources["scaleDownThreshold"],
                sources["nodeSelectionStrategy"],
                sources["metricsEnabled"]
            )
        );
    }

    [Fact]
    public void The_documented_default_configuration_equals_the_built_in_defaults()
    {
        // The plugin manifest's defaultConfig.
        const string Manifest = """
            {
              "enableAutoScaling": false,
              "scaleUpThreshold": 80,
              "scaleDownThreshold": 20,
              "nodeSelectionStrategy": "least-sessions",
              "healthCheckInterval": 60,
              "metricsEnabled": true,
              "alertOnNodeFailure": true,
              "minNodes": 1,
              "maxNodes": 10
            }
            """;
        string file = _folder.Write("seed.json", Manifest);

        Dictionary<string, object?> seed = ConfigurationLayers
            .Explain(ConfigurationLayers.Load(file, null, Variables()))
            .ToDictionary(s => s.Name, s => s.Value);

        Assert.Equal(ConfigurationLayers.Explain(new()).ToDictionary(s => s.Name, s => s.Value), seed);
        Assert.All(JsonNode.Parse(Manifest)!.AsObject(), option => Assert.Contains(option.Key, seed.Keys));
    }

    [Theory]
    [InlineData("{ \"alertMinimumNodes\": 0 }", 1, "alertMinimumNodes", "a whole number from 1 to 1000")]
    [InlineData("{ \"alertDebounce\": \"soon\" }", 1, "alertDebounce", "a duration")]
    [InlineData("{ \"minNodes\": 3,\n  \"maxNodes\": 2.5 }", 2, "maxNodes", "a whole number from 1 to 1000")]
    [InlineData("{\n\n\"scaleUpThreshold\": 49.9 }", 3, "scaleUpThreshold", "a number from 50 to 95")]
    [InlineData("{ \"scaleDownThreshold\": 51 }", 1, "scaleDownThreshold", "a number from 5 to 50")]
    [InlineData("{ \"healthCheckInterval\": 29 }", 1, "healthCheckInterval", "a duration from 30 to 600 seconds")]
    [InlineData("{ \"healthCheckInterval\": 1e300 }", 1, "healthCheckInterval", "a duration from 30 to 600 seconds")]
    [InlineData("{ \"nodeSelectionStrategy\": \"best\" }", 1, "nodeSelectionStrategy", "one of LeastSessions")]
    [InlineData("{ \"metricsEnabled\": 1 }", 1, "metricsEnabled", "true or false")]
    [InlineData("{ \"metricsEnabled\":\n [true] }", 2, "metricsEnabled", "true or false")]
    [InlineData("{ \"metricsEnabled\": null }", 1, "metricsEnabled", "true or false")]
    [InlineData("{ \"drainTimeout\": -1 }", 1, "drainTimeout", "a duration")]
    [InlineData("{ \"minnodes\": 3 }", 1, "minnodes", "Option 'minnodes' does not exist. Names are case-sensitive: 'minNodes'.")]
    [InlineData("{ \"minNodes\": 3, \"minNodes\": 4 }", 1, "minNodes", "set twice")]
    [InlineData("{ \"minNodes\": 3,\n\n \"maxNodes\" }", 3, "minNodes", "not valid JSON")]
    [InlineData("{ \"minNodes\": 3", 1, "minNodes", "not valid JSON")]
    [InlineData("{ } x", 1, "$", "not valid JSON")]
    [InlineData("[]", 1, "$", "not a JSON object")]
    [InlineData("", 1, "$", "not valid JSON")]
    public void A_broken_file_is_an_error_with_file_line_and_field(string json, int line, string field, string why)
    {
        string file = _folder.Write("config.json", json);

        NodeManagerException error = Assert.Throws<NodeManagerException>(() => ConfigurationLayers.Load(file, null, Variables()));
        NodeManagerException refusal = Assert.Throws<NodeManagerException>(() =>
            ConfigurationLayers.Save(file, new Dictionary<string, object?> { ["minNodes"] = 1 })
        );

        Assert.Equal((ErrorIds.ConfigurationFileInvalid, ErrorIds.ConfigurationFileInvalid), (error.ErrorId, refusal.ErrorId));
        Assert.StartsWith($"Configuration file '{file}', line {line}, field '{field}': ", error.Message, StringComparison.Ordinal);
        Assert.Contains(why, error.Message, StringComparison.Ordinal);
        Assert.Equal(json, File.ReadAllText(file));
    }

    [Theory]
    [InlineData("NODEMANAGER_MIN_NODES", "zero", "minNodes takes a whole number from 1 to 100")]
    [InlineData("NODEMANAGER_ENABLE_AUTO_SCALING", "yes", "enableAutoScaling takes true or false")]
    [InlineData("NODEMANAGER_MIN_NODES", "11", "minNodes 11 (NODEMANAGER_MIN_NODES) must be at most maxNodes 10 (Built-in).")]
    public void A_bad_environment_variable_is_named(string name, string value, string expected)
    {
        NodeManagerException error = Assert.Throws<NodeManagerException>(() =>
            ConfigurationLayers.Load(_folder.Path("none.json"), null, Variables((name, value)))
        );

        Assert.Equal(ErrorIds.ConfigurationValueInvalid, error.ErrorId);
        Assert.Contains(expected, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Contradicting_values_are_reported_with_their_files_and_lines()
    {
        string user = _folder.Write("user.json", "{\n \"maxNodes\": 5 }");
        string project = _folder.Write("project.json", "{ \"minNodes\": 6 }");

        NodeManagerException error = Assert.Throws<NodeManagerException>(() => ConfigurationLayers.Load(user, project, Variables()));
        NodeManagerException thresholds = Assert.Throws<NodeManagerException>(() =>
            ConfigurationLayers.Change(new(), new Dictionary<string, object?> { ["scaleUpThreshold"] = 50m, ["scaleDownThreshold"] = 50m })
        );

        Assert.Equal($"minNodes 6 ({project}, line 1) must be at most maxNodes 5 ({user}, line 2).", error.Message);
        Assert.Equal("scaleDownThreshold 50 (Session) must be less than scaleUpThreshold 50 (Session).", thresholds.Message);
    }

    [Fact]
    public void Saving_keeps_the_other_options()
    {
        string file = _folder.Path("new/config.json");

        ConfigurationLayers.Save(file, new Dictionary<string, object?> { ["minNodes"] = 2, ["drainTimeout"] = TimeSpan.FromSeconds(90) });
        ConfigurationLayers.Save(file, new Dictionary<string, object?> { ["scaleUpThreshold"] = 66.5m, ["drainTimeout"] = null });

        Assert.Equal(
            """{"minNodes":2,"drainTimeout":null,"scaleUpThreshold":66.5}""",
            JsonNode.Parse(File.ReadAllText(file))!.ToJsonString()
        );
        Assert.Throws<NodeManagerException>(() => ConfigurationLayers.Save(file, new Dictionary<string, object?> { ["maxNodes"] = 1 }));
        Assert.Equal(2, ConfigurationLayers.Load(file, null, Variables()).MinNodes);
    }

    [SkippableFact]
    public void An_unreadable_file_is_an_error()
    {
        Skip.If(OperatingSystem.IsWindows(), "Windows has no modes.");
        string file = _folder.Write("config.json", "{}");
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(file, UnixFileMode.None);
        Skip.If(Environment.IsPrivilegedProcess, "The administrator may read every file.");

        Assert.Equal(
            ErrorIds.ConfigurationFileUnreadable,
            Assert.Throws<NodeManagerException>(() => ConfigurationLayers.Load(file, null, Variables())).ErrorId
        );
    }

    // Holds for the administrator, too, and on every system.
    [Fact]
    public void A_file_that_cannot_be_opened_is_an_error_and_is_not_overwritten()
    {
        string file = _folder.Write("config.json", """{"minNodes":3}""");
        using (new FileStream(file, FileMode.Open, FileAccess.ReadWrite, FileShare.None))
        {
            Assert.Equal(
                ErrorIds.ConfigurationFileUnreadable,
                Assert.Throws<NodeManagerException>(() => ConfigurationLayers.Load(file, null, Variables())).ErrorId
            );
            Assert.Equal(
                ErrorIds.ConfigurationFileUnreadable,
                Assert
                    .Throws<NodeManagerException>(() =>
                        ConfigurationLayers.Save(file, new Dictionary<string, object?> { ["minNodes"] = 1 })
                    )
                    .ErrorId
            );
        }

        Assert.Equal("""{"minNodes":3}""", File.ReadAllText(file));
    }

    [Fact]
    public void A_missing_file_of_a_layer_sets_nothing_and_a_missing_file_that_is_named_is_an_error()
    {
        string missing = _folder.Path("none.json");

        Assert.Empty(ConfigurationLayers.Load(missing, missing, Variables()).Origins);
        NodeManagerException error = Assert.Throws<NodeManagerException>(() => ConfigurationLayers.ReadFile(missing));
        Assert.Equal((ErrorIds.ConfigurationFileUnreadable, missing), (error.ErrorId, error.Target));
    }

    [Fact]
    public void The_project_file_is_the_nearest_one_above()
    {
        string project = _folder.Write("a/nodemanager.json", "{}");
        Directory.CreateDirectory(_folder.Path("a/b/c"));

        Assert.Equal(project, ConfigurationLayers.ProjectFile(_folder.Path("a/b/c")));
    }

    [Fact]
    public void The_schema_and_the_rules_agree_on_every_option()
    {
        JsonObject properties = JsonNode.Parse(
            File.ReadAllText(Path.Combine(RepositoryFolder.Path, "docs", "reference", "nodemanager.schema.json"))
        )!["properties"]!.AsObject();

        Assert.Equal(ConfigurationLayers.OptionNames.Prepend("$schema"), properties.Select(p => p.Key));
        foreach (ConfigurationOption option in ConfigurationOption.All)
        {
            JsonNode property = properties[option.Name]!;
            if (option.Rule.Minimum is { } minimum)
                Assert.Equal((minimum, option.Rule.Maximum), ((decimal)property["minimum"]!, (decimal?)property["maximum"]));
            if (option.Rule.Choices is { } choices)
                Assert.All(property["enum"]!.AsArray(), word => Assert.True(option.Rule.Convert((string)word!, out _)));
            else if (property["type"] is JsonValue type)
                Assert.Equal(option.Rule.JsonType, (string?)type);
            Assert.True(option.Rule.Convert(Raw(property["default"]), out object? built), option.Name);
            Assert.Equal(option.Default, built);
        }
    }

    private static object? Raw(JsonNode? node) =>
        node?.GetValueKind() switch
        {
            System.Text.Json.JsonValueKind.True => true,
            System.Text.Json.JsonValueKind.False => false,
            System.Text.Json.JsonValueKind.Number => (decimal)node!,
            System.Text.Json.JsonValueKind.String => (string?)node,
            _ => null,
        };

    private static Func<string, string?> Variables(params (string Name, string Value)[] variables) =>
        name => variables.Where(v => v.Name == name).Select(v => v.Value).FirstOrDefault();
}
