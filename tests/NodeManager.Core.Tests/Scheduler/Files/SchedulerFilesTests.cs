using NodeManager.Core.Scheduler.Catalog;
using NodeManager.Core.Scheduler.Documents;
using NodeManager.Core.Scheduler.Files;
using NodeManager.Core.Scheduler.Registration;

namespace NodeManager.Core.Tests.Scheduler.Files;

public sealed class SchedulerFilesTests : IDisposable
{
    private const string Text = "apiVersion: kubescheduler.config.k8s.io/v1\nkind: KubeSchedulerConfiguration\nprofiles:\n- schedulerName: a\n";

    private readonly string folder = Directory.CreateTempSubdirectory().FullName;

    private string File => Path.Combine(folder, "scheduler.yaml");

    [Theory]
    [InlineData("  plugins: {bind: {enabled: [{name: GpuPacking}]}}\n", "does not implement bind")]
    [InlineData("  pluginConfig: [{name: GpuPacking, args: {mode: 3}}]\n", "mode")]
    public async Task A_new_configuration_is_checked_with_the_registered_plugins(string wrong, string said)
    {
        var catalog = PluginDefinitions.Catalog(
            PluginDefinitions.Read("name: GpuPacking\nextensionPoints: [score]\narguments: {mode: string}\n", "x", SchedulerPluginSource.Session));
        await System.IO.File.WriteAllTextAsync(File, Text);

        var refused = await Assert.ThrowsAsync<NodeManagerException>(() => ReplaceAsync(Text + wrong, catalog));
        Assert.Equal(ErrorIds.SchedulerConfigurationInvalid, refused.ErrorId);
        Assert.Contains(said, refused.Message, StringComparison.Ordinal);
        Assert.Equal(Text, await System.IO.File.ReadAllTextAsync(File));
        Assert.NotNull(await ReplaceAsync(Text + wrong, PluginCatalog.Standard));
    }

    public void Dispose() => Directory.Delete(folder, recursive: true);

    private Task<SchedulerDocument?> ReplaceAsync(string text, PluginCatalog catalog) =>
        SchedulerFiles.ReplaceAsync(File, null, null, catalog, text, force: false, static _ => Task.FromResult(true), 10, default);
}
