using NodeManager.Core.Scheduler.Catalog;
using NodeManager.Core.Scheduler.Documents;
using NodeManager.Core.Scheduler.Validation;

namespace NodeManager.Core.Tests.Scheduler;

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
    public void Each_configuration_is_judged_as_the_scheduler_does(string api, string name)
    {
        var example = SchedulerCases.All.Single(one => one.Name == name);
        var document = SchedulerDocument.Parse($"apiVersion: kubescheduler.config.k8s.io/{api}\nkind: KubeSchedulerConfiguration\n{example.Body}");
        var findings = SchedulerConfigurationValidator.Validate(document, new ValidationOptions { IsStock = true });
        Assert.True(example.Starts == findings.All(finding => finding.Severity != "Error"), string.Join('\n', findings));
        if (example.Rule is null)
            Assert.Empty(findings);
        else
            Assert.Contains(findings, finding => finding.Rule == example.Rule);
        Assert.All(findings, finding => Assert.True(finding.RecommendedAction.Length > 0 && finding.Path.Length > 0 && finding.Line > 0));
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
    public void A_finding_says_where_it_is_and_what_to_do()
    {
        var document = SchedulerDocument.Parse(
            "apiVersion: kubescheduler.config.k8s.io/v1\nkind: KubeSchedulerConfiguration\nprofiles:\n- plugins:\n    filter:\n      enabled:\n      - name: ImageLocality\n");
        var finding = Assert.Single(SchedulerConfigurationValidator.Validate(document));
        Assert.Equal(("Error", "ExtensionPoint", "profiles[0].plugins.filter.enabled[0]", 7), (finding.Severity, finding.Rule, finding.Path, finding.Line));
        Assert.Equal("It implements score.", finding.RecommendedAction);
    }

    [Fact]
    public void Plugins_of_ones_own_are_doubted_where_the_scheduler_is_not_kubernetes_own()
    {
        var document = SchedulerDocument.Parse(
            "apiVersion: kubescheduler.config.k8s.io/v1\nkind: KubeSchedulerConfiguration\nprofiles:\n- plugins:\n    score:\n      enabled:\n      - name: Mine\n      - name: PodState\n");
        Assert.Equal(("Warning", "UnknownPlugin"), Assert.Single(SchedulerConfigurationValidator.Validate(document).Select(finding => (finding.Severity, finding.Rule))));
        var catalog = new PluginCatalog([new KnownPlugin("Mine", "score")]);
        Assert.Empty(SchedulerConfigurationValidator.Validate(document, new ValidationOptions { Catalog = catalog }));
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
