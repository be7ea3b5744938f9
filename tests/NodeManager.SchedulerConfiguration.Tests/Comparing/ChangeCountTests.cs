using NodeManager.SchedulerConfigurations.Comparing;
using NodeManager.SchedulerConfigurations.Documents;
using NodeManager.SchedulerConfigurations.Yaml;

namespace NodeManager.SchedulerConfigurations.Tests.Comparing;

public sealed class ChangeCountTests
{
    private const string Plugins = "- schedulerName: a\n  plugins: {score: {enabled: [{name: A}], disabled: [{name: B}]}}\n";

    [Theory]
    [InlineData(
        "- schedulerName: a\n",
        "- schedulerName: a\n  plugins: {score: {enabled: [{name: A, weight: 2}, {name: C}], disabled: [{name: B}]}}\n",
        2,
        1,
        0
    )]
    [InlineData("- schedulerName: a\n  plugins: {score: {}}\n", Plugins, 1, 1, 0)]
    [InlineData(Plugins, "- schedulerName: a\n  plugins: {score: {enabled: [{name: A}, {name: C}], disabled: [{name: B}]}}\n", 1, 0, 0)]
    [InlineData(Plugins, "- schedulerName: a\n  plugins: {score: {enabled: [{name: A, weight: 3}], disabled: [{name: B}]}}\n", 0, 0, 1)]
    [InlineData(Plugins, "- schedulerName: a\n  plugins: {score: {disabled: [{name: B}]}}\n", 0, 0, 1)]
    [InlineData(Plugins, Plugins + "- schedulerName: b\n  plugins: {filter: {enabled: [{name: A}]}}\n", 1, 0, 1)]
    // A setting that is called so is no plugin.
    [InlineData(Plugins, Plugins + "  pluginConfig: [{name: A, args: {enabled: true}}]\n", 0, 0, 1)]
    public void Entries_of_plugins_are_distinguished_from_other_settings(
        string before,
        string after,
        int enabled,
        int disabled,
        int updated
    )
    {
        SchedulerDocument earlier = Parse(before),
            later = Parse(after);

        ChangeCount count = ChangeCount.Of(earlier, later, ValueComparison.Compare(YamlValue.Of(earlier.Root), YamlValue.Of(later.Root)));

        Assert.Equal(new(enabled, disabled, updated), count);
    }

    private static SchedulerDocument Parse(string profiles) =>
        SchedulerDocument.Parse("apiVersion: kubescheduler.config.k8s.io/v1\nkind: KubeSchedulerConfiguration\nprofiles:\n" + profiles);
}
