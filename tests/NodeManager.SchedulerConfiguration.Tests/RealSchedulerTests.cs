using NodeManager.SchedulerConfigurations.Catalog;
using NodeManager.SchedulerConfigurations.Documents;
using NodeManager.SchedulerConfigurations.Editing;
using NodeManager.SchedulerConfigurations.Reading;

namespace NodeManager.SchedulerConfigurations.Tests;

/// <summary>
/// The same table before a real kube-scheduler: with --write-config-to it reads, defaults and validates a configuration, makes every plugin
/// and ends. Found in the folder that KUBEBUILDER_ASSETS names, as the API server of the other tests is.
/// </summary>
public sealed class RealSchedulerTests
{
    [SkippableFact]
    public void The_real_scheduler_starts_or_refuses_each_configuration_of_the_table()
    {
        var api = RealScheduler.Api();
        var wrong = SchedulerCases
            .All.Where(one => one.Api is null || one.Api == api.Name)
            .AsParallel()
            .AsOrdered()
            .WithDegreeOfParallelism(4)
            .Select(example => (example, Result: RealScheduler.Try(RealScheduler.Configuration(api, example))))
            .Where(static one => one.Result.Starts != one.example.Starts)
            .Select(static one => $"{one.example.Name}: {(one.Result.Starts ? "starts" : one.Result.Output.TrimEnd().Split('\n')[^1])}")
            .ToList();

        Assert.True(wrong.Count == 0, string.Join('\n', wrong));
    }

    [SkippableFact]
    public void The_real_scheduler_starts_with_every_change_of_a_built_in_plugin()
    {
        var api = RealScheduler.Api();
        var document = SchedulerDocument.Parse(
            RealScheduler.Configuration(api, "profiles:\n- schedulerName: a\n- schedulerName: b # the other\n")
        );
        foreach (
            var plugin in PluginCatalog.Standard.All.Where(plugin =>
                plugin.IsBuiltIn
                && plugin.Exists(RealScheduler.Minor)
                && !plugin.Points(RealScheduler.Minor).Contains("queueSort")
                && plugin.Name != "RequestedToCapacityRatio"
            )
        )
        {
            var change = new PluginChange { Name = plugin.Name };
            if (!plugin.Points(RealScheduler.Minor).Contains("bind"))
                document = PluginEditor.Disable(document, change, RealScheduler.Minor).Document;
            document = PluginEditor.Enable(document, change with { Weight = 3, SchedulerNames = ["b"] }, RealScheduler.Minor).Document;
        }

        var (starts, output, _) = RealScheduler.Try(document.Text);
        Assert.True(starts, output.TrimEnd().Split('\n')[^1] + '\n' + document.Text);
    }

    [SkippableTheory]
    [InlineData("")]
    [InlineData(
        "profiles:\n- plugins:\n    score:\n      disabled:\n      - name: ImageLocality\n      - name: NodeAffinity\n      enabled:\n      - name: ImageLocality\n        weight: 9\n"
    )]
    [InlineData(
        "profiles:\n- plugins:\n    score:\n      disabled:\n      - name: '*'\n      enabled:\n      - name: TaintToleration\n      - name: ImageLocality\n"
    )]
    [InlineData(
        "profiles:\n- plugins:\n    filter:\n      disabled:\n      - name: NodePorts\n    preFilter:\n      disabled:\n      - name: '*'\n"
    )]
    public void Reported_plugins_equal_those_that_the_real_scheduler_logs(string body) => CompareWithScheduler(body);

    [SkippableTheory]
    [InlineData(
        "profiles:\n- plugins:\n    multiPoint:\n      enabled:\n      - name: ImageLocality\n        weight: 7\n      disabled:\n      - name: NodeAffinity\n"
    )]
    [InlineData(
        "profiles:\n- plugins:\n    multiPoint:\n      disabled:\n      - name: '*'\n      enabled:\n      - name: DefaultBinder\n      - name: TaintToleration\n      - name: PrioritySort\n    score:\n      enabled:\n      - name: ImageLocality\n      - name: TaintToleration\n        weight: 2\n"
    )]
    [InlineData(
        "profiles:\n- plugins:\n    score:\n      enabled:\n      - name: ImageLocality\n      - name: NodeAffinity\n        weight: 5\n    filter:\n      disabled:\n      - name: NodeName\n      enabled:\n      - name: NodePorts\n      - name: NodeName\n"
    )]
    public void MultiPoint_is_expanded_like_by_the_scheduler(string body)
    {
        Skip.IfNot(RealScheduler.Api().HasMultiPoint, "This kube-scheduler has no multiPoint.");
        CompareWithScheduler(body);
    }

    private static void CompareWithScheduler(string body)
    {
        var api = RealScheduler.Api();
        var text = RealScheduler.Configuration(api, body);
        var (starts, output, written) = RealScheduler.Try(text);
        Assert.True(starts, output);
        var expected = api.HasMultiPoint ? LoggedPlugins.Read(output) : LoggedPlugins.Of(SchedulerDocument.Parse(written));
        var actual = SchedulerPlugins
            .Read(SchedulerDocument.Parse(text), RealScheduler.Minor)
            .Where(plugin => plugin.Status != SchedulerPluginStatus.Disabled)
            .GroupBy(plugin => plugin.ExtensionPoint)
            .ToDictionary(
                group => group.Key,
                group =>
                    string.Join(
                        ", ",
                        group
                            .OrderBy(plugin => plugin.Order)
                            .Select(plugin => plugin.Weight is { } weight ? $"{plugin.Name}={weight}" : plugin.Name)
                    )
            );
        Assert.NotEmpty(expected);
        Assert.Equal(expected.OrderBy(pair => pair.Key), actual.OrderBy(pair => pair.Key));
    }
}
