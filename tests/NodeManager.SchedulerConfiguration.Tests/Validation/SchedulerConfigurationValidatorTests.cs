using NodeManager.SchedulerConfigurations.Catalog;
using NodeManager.SchedulerConfigurations.Documents;
using NodeManager.SchedulerConfigurations.Validation;

namespace NodeManager.SchedulerConfigurations.Tests.Validation;

public sealed class SchedulerConfigurationValidatorTests
{
    public static TheoryData<string, string> Cases()
    {
        var data = new TheoryData<string, string>();
        foreach (var example in SchedulerCases.All)
        foreach (var api in new[] { "v1beta1", "v1" })
            if (example.Api is null || example.Api == api)
                data.Add(api, example.Name);
        return data;
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Each_configuration_is_accepted_or_refused_like_by_the_scheduler(string api, string name)
    {
        var example = SchedulerCases.All.Single(one => one.Name == name);
        SchedulerDocument document;
        try
        {
            document = SchedulerDocument.Parse(example.Text(api));
        }
        catch (NodeManagerException exception) when (example.Rule == SchedulerCase.Unreadable)
        {
            Assert.Equal(ErrorIds.SchedulerConfigurationInvalid, exception.ErrorId);
            return;
        }

        var findings = SchedulerConfigurationValidator.Validate(document, new ValidationOptions { IsStock = true });
        Assert.True(example.Starts == findings.All(finding => finding.Severity != "Error"), string.Join('\n', findings));
        if (example.Rule is null)
            Assert.Empty(findings);
        else
            Assert.Contains(findings, finding => finding.Rule == example.Rule);
        Assert.All(
            findings,
            finding =>
                Assert.True(
                    finding.RecommendedAction.Length > 0
                        && finding.Line > 0
                        && (finding.Path.Length > 0 || finding.Rule == "SeveralDocuments")
                )
        );
    }

    [Theory]
    [InlineData("kubescheduler.config.k8s.io/v1beta1", 22, true)]
    [InlineData("kubescheduler.config.k8s.io/v1beta1", 23, false)]
    [InlineData("kubescheduler.config.k8s.io/v1beta2", 27, true)]
    [InlineData("kubescheduler.config.k8s.io/v1beta3", 22, false)]
    [InlineData("kubescheduler.config.k8s.io/v1beta3", 28, true)]
    [InlineData("kubescheduler.config.k8s.io/v1beta3", 29, false)]
    [InlineData("kubescheduler.config.k8s.io/v1", 24, false)]
    [InlineData("kubescheduler.config.k8s.io/v1", 36, true)]
    [InlineData("kubescheduler.config.k8s.io/v2", 36, false)]
    [InlineData("v1", 36, false)]
    public void A_version_is_checked_against_the_release(string apiVersion, int minor, bool isRead)
    {
        var document = SchedulerDocument.Parse($"apiVersion: {apiVersion}\nkind: KubeSchedulerConfiguration\n");
        var findings = SchedulerConfigurationValidator.Validate(document, new ValidationOptions { Minor = minor });
        Assert.Equal(isRead, findings.Count == 0);
        Assert.Equal(isRead ? 0 : 1, findings.Count(finding => finding is { Rule: "ApiVersion", Path: "apiVersion", Line: 1 }));
    }

    [Theory]
    [InlineData("registry.k8s.io/kube-scheduler:v1.36.2", 36)]
    [InlineData("Kubernetes v1.20.2", 20)]
    [InlineData("example.com/my-scheduler:latest", null)]
    public void A_release_is_read_from_an_image_or_a_banner(string text, int? minor) => Assert.Equal(minor, SchedulerApi.MinorOf(text));

    [Fact]
    public void A_finding_has_a_position_and_a_remedy()
    {
        var document = SchedulerDocument.Parse(
            "apiVersion: kubescheduler.config.k8s.io/v1\nkind: KubeSchedulerConfiguration\nprofiles:\n- plugins:\n    filter:\n      enabled:\n      - name: ImageLocality\n"
        );
        var finding = Assert.Single(SchedulerConfigurationValidator.Validate(document));
        Assert.Equal(
            ("Error", "ExtensionPoint", "profiles[0].plugins.filter.enabled[0]", 7),
            (finding.Severity, finding.Rule, finding.Path, finding.Line)
        );
        Assert.Equal("It implements score.", finding.RecommendedAction);
    }

    [Fact]
    public void Unknown_plugins_are_only_a_warning_for_a_custom_scheduler()
    {
        var document = SchedulerDocument.Parse(
            "apiVersion: kubescheduler.config.k8s.io/v1\nkind: KubeSchedulerConfiguration\nprofiles:\n- plugins:\n    score:\n      enabled:\n      - name: Mine\n      - name: PodState\n"
        );
        Assert.Equal(
            ("Warning", "UnknownPlugin"),
            Assert.Single(SchedulerConfigurationValidator.Validate(document).Select(finding => (finding.Severity, finding.Rule)))
        );
        var catalog = new PluginCatalog([new KnownPlugin("Mine", "score")]);
        Assert.Empty(SchedulerConfigurationValidator.Validate(document, new ValidationOptions { Catalog = catalog }));
    }

    [Theory]
    [InlineData("enabled: [{name: MySort}], disabled: [{name: PrioritySort}]", "QueueSort")]
    [InlineData("enabled: [{name: MyBinder}], disabled: [{name: DefaultBinder}]", "Bind")]
    public void An_unknown_plugin_at_multiPoint_may_be_the_missing_queueSort_or_bind_plugin(string multiPoint, string rule)
    {
        var document = SchedulerDocument.Parse(
            new SchedulerCase("", SchedulerCases.Plugins($"multiPoint: {{{multiPoint}}}"), true).Text("v1")
        );
        Assert.Equal(
            [("Warning", "UnknownPlugin"), ("Warning", rule)],
            SchedulerConfigurationValidator.Validate(document).Select(finding => (finding.Severity, finding.Rule)).OrderDescending()
        );
    }

    [Theory]
    [InlineData("v1beta3", 26, "InterPodAffinity", "ignorePreferredTermsOfExistingPods: true", "UnknownField")]
    [InlineData("v1beta3", 27, "InterPodAffinity", "ignorePreferredTermsOfExistingPods: true", null)]
    [InlineData("v1", 26, "InterPodAffinity", "ignorePreferredTermsOfExistingPods: true", "UnknownField")]
    [InlineData(
        "v1beta2",
        24,
        "PodTopologySpread",
        "defaultingType: List, defaultConstraints: [{maxSkew: 1, topologyKey: z, whenUnsatisfiable: DoNotSchedule, minDomains: 1}]",
        null
    )]
    [InlineData(
        "v1beta2",
        24,
        "PodTopologySpread",
        "defaultingType: List, defaultConstraints: [{maxSkew: 1, topologyKey: z, whenUnsatisfiable: DoNotSchedule, nodeTaintsPolicy: Honor}]",
        "UnknownField"
    )]
    [InlineData("v1beta2", 23, "NodeLabel", "{}", "UnknownPlugin")]
    [InlineData("v1beta3", 28, "NodeLabel", "{}", "UnknownPlugin")]
    [InlineData("v1", 27, "NodeLabel", "{}", "UnknownPlugin")]
    public void Arguments_are_checked_for_the_release(string api, int minor, string plugin, string arguments, string? rule)
    {
        var document = SchedulerDocument.Parse(
            new SchedulerCase("", $"profiles: [{{pluginConfig: [{{name: {plugin}, args: {{{arguments.Trim('{', '}')}}}}}]}}]", true).Text(
                api
            )
        );
        var errors = SchedulerConfigurationValidator
            .Validate(document, new ValidationOptions { Minor = minor })
            .Where(finding => finding.Severity == "Error");
        Assert.Equal(rule, errors.SingleOrDefault()?.Rule);
    }

    [Theory]
    [InlineData("v1beta2", 22, "configmapsleases", true)]
    [InlineData("v1", 26, "endpointsleases", true)]
    [InlineData("v1", 27, "endpointsleases", false)]
    [InlineData("v1", 26, "endpoints", false)]
    public void The_leader_migration_lock_is_valid_until_1_26(string api, int minor, string kind, bool isValid)
    {
        var document = SchedulerDocument.Parse(
            new SchedulerCase("", $"leaderElection: {{leaderElect: true, resourceLock: {kind}}}\n", true).Text(api)
        );
        Assert.Equal(isValid, SchedulerConfigurationValidator.Validate(document, new ValidationOptions { Minor = minor }).Count == 0);
    }

    [Theory]
    [InlineData("v1", 32, "VolumeCapacityPriority")]
    [InlineData("v1", 33, "StorageCapacityScoring")]
    public void The_feature_gate_of_a_field_depends_on_the_release(string api, int minor, string gate)
    {
        var document = SchedulerDocument.Parse(
            new SchedulerCase("", SchedulerCases.Arguments("VolumeBinding", "shape: []"), true).Text(api)
        );
        Assert.Contains(
            gate,
            Assert.Single(SchedulerConfigurationValidator.Validate(document, new ValidationOptions { Minor = minor })).Message,
            StringComparison.Ordinal
        );
    }

    [Theory]
    [InlineData(36, "[{utilization: 0, score: 0}, {utilization: 100, score: 10}]", "StorageCapacityScoring")]
    [InlineData(37, "[{utilization: 0, score: 0}, {utilization: 100, score: 10}]", null)]
    [InlineData(37, "[{utilization: 0, score: 11}]", "11 is not between 0 and 10")]
    [InlineData(37, "[]", null)]
    public void The_shape_of_VolumeBinding_is_accepted_from_1_37(int minor, string shape, string? message)
    {
        var document = SchedulerDocument.Parse(
            new SchedulerCase("", SchedulerCases.Arguments("VolumeBinding", $"shape: {shape}"), true).Text("v1")
        );
        var finding = SchedulerConfigurationValidator.Validate(document, new ValidationOptions { Minor = minor }).SingleOrDefault();
        Assert.Equal(message is null, finding is null);
        Assert.Contains(message ?? "", finding?.Message ?? "", StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(27, false)]
    [InlineData(28, true)]
    public void NodeVolumeLimits_implements_preFilter_from_1_28(int minor, bool isValid)
    {
        var document = SchedulerDocument.Parse(
            new SchedulerCase("", SchedulerCases.Plugins("preFilter: {enabled: [{name: NodeVolumeLimits}]}"), true).Text("v1")
        );
        Assert.Equal(isValid, SchedulerConfigurationValidator.Validate(document, new ValidationOptions { Minor = minor }).Count == 0);
    }

    [Theory]
    [InlineData("plugins: {postBind: {enabled: [{name: Coscheduling}]}}", "ExtensionPoint")]
    [InlineData("plugins: {preBind: {enabled: [{name: NodeResourceTopologyMatch}]}}", "ExtensionPoint")]
    [InlineData(
        "plugins: {permit: {enabled: [{name: Coscheduling}]}}, pluginConfig: [{name: Coscheduling, args: {permitWaitingTimeSeconds: '10'}}]",
        "Type"
    )]
    [InlineData(
        "plugins: {permit: {enabled: [{name: Coscheduling}]}}, pluginConfig: [{name: Coscheduling, args: {kind: CoschedArgs}}]",
        "ArgumentKind"
    )]
    [InlineData(
        "plugins: {permit: {enabled: [{name: Coscheduling}]}}, pluginConfig: [{name: Coscheduling, args: {nope: 10}}]",
        "UnknownField"
    )]
    public void A_setting_unknown_to_one_release_of_an_out_of_tree_plugin_is_a_warning(string profile, string rule)
    {
        var document = SchedulerDocument.Parse(new SchedulerCase("", $"profiles: [{{{profile}}}]", true).Text("v1"));
        var finding = Assert.Single(SchedulerConfigurationValidator.Validate(document));
        Assert.Equal(("Warning", rule), (finding.Severity, finding.Rule));
    }

    [Fact]
    public void A_number_out_of_range_is_reported_as_too_large()
    {
        var document = SchedulerDocument.Parse(new SchedulerCase("", "parallelism: 2147483648\n", true).Text("v1"));
        Assert.Contains("32 bits", Assert.Single(SchedulerConfigurationValidator.Validate(document)).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("profiles:\n- schedulerName: a\n  ? [b]\n  : c\n", 5)]
    [InlineData("profiles:\n\t- schedulerName: a\n", 4)]
    [InlineData("profiles:\n- schedulerName: \"a\\/b\"\n", 4)]
    [InlineData("profiles: []\n# \u0007\n", 4)]
    public void Invalid_YAML_is_reported_with_its_line(string body, int line)
    {
        var refusal = Assert.Throws<NodeManagerException>(() => SchedulerDocument.Parse(new SchedulerCase("", body, false).Text("v1")));
        Assert.Contains($"line {line},", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_second_document_is_not_read_by_the_scheduler()
    {
        const string configuration = "apiVersion: kubescheduler.config.k8s.io/v1\nkind: KubeSchedulerConfiguration\n";
        var first = SchedulerConfigurationValidator.Validate(SchedulerDocument.Parse(configuration + "---\na: 1\n"));
        Assert.Equal("Warning", Assert.Single(first).Severity);
        var second = SchedulerConfigurationValidator.Validate(SchedulerDocument.Parse("a: 1\n---\n" + configuration));
        Assert.Equal("Error", Assert.Single(second).Severity);
    }
}
