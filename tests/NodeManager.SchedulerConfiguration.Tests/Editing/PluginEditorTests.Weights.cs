using NodeManager.SchedulerConfigurations.Documents;
using NodeManager.SchedulerConfigurations.Editing;
using NodeManager.SchedulerConfigurations.Reading;

namespace NodeManager.SchedulerConfigurations.Tests.Editing;

public sealed partial class PluginEditorTests
{
    [Theory]
    [InlineData(2, 4)]
    [InlineData(5, 2)]
    public void A_weight_also_changes_the_entry_of_an_extension_point(int old, int weight)
    {
        SchedulerDocument before = Document(
            $"profiles:\n- plugins:\n    score:\n      enabled:\n      - name: NodeAffinity\n        weight: {old}\n"
        );

        PluginChangeResult result = PluginEditor.Enable(before, new PluginChange { Name = "NodeAffinity", Weight = weight });

        Assert.Equal(
            weight,
            SchedulerPlugins.Read(result.Document).Single(plugin => plugin is { Name: "NodeAffinity", ExtensionPoint: "score" }).Weight
        );
        Assert.Empty(PluginEditor.Enable(result.Document, new PluginChange { Name = "NodeAffinity", Weight = weight }).Differences);
    }
}
