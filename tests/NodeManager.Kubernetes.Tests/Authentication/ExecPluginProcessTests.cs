using System.Diagnostics;
using System.Globalization;
using NodeManager.Testing;

namespace NodeManager.Kubernetes.Tests.Authentication;

/// <summary>The process of a credential plugin: when it is ended, and what is not waited for.</summary>
public sealed class ExecPluginProcessTests : AuthenticationTestBase
{
    private readonly PluginScript _plugin;

    public ExecPluginProcessTests() => _plugin = new(Folder);

    [SkippableFact]
    public async Task Cancelling_kills_the_plugin()
    {
        Skip.If(OperatingSystem.IsWindows(), "The script hangs with sleep.");
        Folder.Write("hang", "");
        using var stop = new CancellationTokenSource();
        using KubernetesClient client = Client(_plugin.Exec());
        Task asking = client.GetVersionAsync(stop.Token);
        Assert.True(
            SpinWait.SpinUntil(
                () => File.Exists(Folder.Path("pid")) && File.ReadAllText(Folder.Path("pid")).EndsWith('\n'),
                TimeSpan.FromMinutes(5)
            )
        );
        using Process process = Process.GetProcessById(int.Parse(File.ReadAllText(Folder.Path("pid")), CultureInfo.InvariantCulture));

        await stop.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => asking);
        Assert.True(process.WaitForExit(TimeSpan.FromMinutes(5)));
    }

    [SkippableFact]
    public async Task A_cancelled_caller_does_not_end_the_plugin_for_other_callers()
    {
        Skip.If(OperatingSystem.IsWindows(), "The script waits with sleep.");
        Folder.Write("wait", "");
        _plugin.Answers("""{"token":"fresh"}""");
        using CancellationTokenSource stop = new();
        using KubernetesClient client = Client(_plugin.Exec());
        Task first = client.GetVersionAsync(stop.Token);
        Assert.True(SpinWait.SpinUntil(() => _plugin.Runs.Count == 1, TimeSpan.FromMinutes(5)));
        Task<TlsRequest> second = AskAsync(client);

        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => first);
        File.Delete(Folder.Path("wait"));

        Assert.Equal("Bearer fresh", (await second.WaitAsync(TimeSpan.FromMinutes(5))).Headers["Authorization"]);
        Assert.Single(_plugin.Runs);
    }

    [SkippableFact]
    public async Task A_child_of_the_plugin_that_keeps_its_output_open_is_not_waited_for()
    {
        Skip.If(OperatingSystem.IsWindows(), "The script starts sleep.");
        Folder.Write("child", "");
        _plugin.Answers("""{"token":"fresh"}""");
        using KubernetesClient client = Client(_plugin.Exec());

        Assert.Equal("Bearer fresh", (await AskAsync(client).WaitAsync(TimeSpan.FromMinutes(2))).Headers["Authorization"]);

        using Process child = Process.GetProcessById(int.Parse(File.ReadAllText(Folder.Path("pid")), CultureInfo.InvariantCulture));
        child.Kill();
    }
}
